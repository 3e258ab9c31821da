"""What a service needs from the package index, installed once per requirements file."""

import shutil
import subprocess
import sys
from pathlib import Path

from infra.packaging import botocore_data, left_out
from infra.packaging.target import Target
from infra.packaging.zips import compile_bytecode, fingerprint
from infra.paths import BUILD
from infra.problems import Problem

NOT_SHIPPED = ("bin", "**/tests", "**/__pycache__", "*.dist-info/licenses")
# What the index's pip says when it cannot be reached.
NO_NETWORK = ("Connection", "resolve", "timed out")


def install(requirements: Path, target: Target) -> Path:
    """Return a folder with the pinned packages, trimmed and compiled. Raises Problem."""
    recipe = [requirements, *Path(__file__).parent.glob("*.py")]
    key = fingerprint(recipe, target.version)[:16]
    folder = BUILD / "dependencies" / f"{requirements.parent.name}-{key}"
    if folder.exists():
        return folder
    unfinished = folder.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    _pip_install(requirements, unfinished, target)
    _trim(unfinished)
    compile_bytecode(unfinished, target)
    unfinished.rename(folder)
    return folder


def _pip_install(requirements: Path, folder: Path, target: Target) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--require-hashes", "--no-deps", "--no-compile", "--only-binary", ":all:"]
    command += ["--implementation", "cp", "--python-version", target.version]
    for platform in target.platforms:
        command += ["--platform", platform]
    command += ["--target", str(folder), "--requirement", str(requirements)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode == 0:
        return
    if any(sign in result.stderr for sign in NO_NETWORK):
        raise Problem(
            "The Python package index cannot be reached; check the network and try again."
        )
    last_line = (result.stderr.strip().splitlines() or ["no reason given"])[-1]
    raise Problem(f"pip could not install {requirements.parent.name}'s packages: {last_line}")


def _trim(folder: Path) -> None:
    for pattern in NOT_SHIPPED:
        for path in list(folder.glob(pattern)):
            shutil.rmtree(path)
    for record in folder.glob("*.dist-info/RECORD"):
        record.unlink()
    left_out.leave_out(folder)
    data = folder / "botocore" / "data"
    if data.exists():
        botocore_data.trim(data)
