"""The operator's commands as make runs them, and what they say."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from infra.paths import ROOT
from tests.flows.steps import operator_environment

PASSPHRASE = "een lange zin met soep erin"


def run(platform: Any, module: str, *arguments: str, passphrase: str = PASSPHRASE) -> str:
    """Run a command; answers what it said. Fails when it fails."""
    result = _run(platform, module, *arguments, passphrase=passphrase)
    assert result.returncode == 0, f"{module}: {result.stdout}{result.stderr}"
    return result.stdout


def refusal(platform: Any, module: str, *arguments: str, passphrase: str = PASSPHRASE) -> str:
    """Run a command that must refuse in one sentence; answers the sentence."""
    result = _run(platform, module, *arguments, passphrase=passphrase)
    assert result.returncode == 1, result.stdout
    [line] = result.stderr.strip().splitlines()
    return line.removeprefix("plekken: ")


def _run(
    platform: Any, module: str, *arguments: str, passphrase: str
) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", module, "--stage", platform.cloud.stage.name, *arguments]
    environment = operator_environment(platform) | {"PLEKKEN_PASSPHRASE": passphrase}
    return subprocess.run(
        command, cwd=ROOT, check=False, env=environment, capture_output=True, text=True, timeout=280
    )


def damage(path: Path) -> None:
    """Change one byte in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
