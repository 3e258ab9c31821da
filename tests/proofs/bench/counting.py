"""Counts the instructions of a fresh process, and unpacks what such a process loads."""

import os
import re
import resource
import shutil
import subprocess
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

from infra.packaging.target import Target
from infra.packaging.zips import compile_bytecode

VALGRIND = shutil.which("valgrind")
ROUNDS = 5  # without valgrind: the best CPU time of so many runs
FLOOR_PACKAGES = ("botocore", "jmespath", "python-dateutil", "urllib3", "six")
FLOOR = (
    "import botocore.session;"
    "botocore.session.get_session().create_client('dynamodb', region_name='eu-central-1')"
)
PASSED_ON = re.compile(
    r"ORIGIN|MAIL_FROM|LINK_KEYS|USER_POOL_CLIENT_ID|.*_(TABLE|BUCKET|TOPIC_ARN|ORIGIN)"
)


@dataclass(frozen=True)
class Run:
    """What a fresh Python does: `arguments` after its own flags, `paths` where it finds modules."""

    arguments: Sequence[str]
    paths: Sequence[Path]


def unpack(archive: Path, folder: Path) -> Path:
    """A zip as Lambda unpacks it."""
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
    return folder


def unpacked_size(archive: Path) -> int:
    """Bytes of a zip's files."""
    with zipfile.ZipFile(archive) as opened:
        return sum(member.file_size for member in opened.infolist())


def make_floor(folder: Path, target: Target) -> Path:
    """botocore and what it needs, as they are installed here: whole, with bytecode."""
    for name in FLOOR_PACKAGES:
        found = distribution(name)
        for file in found.files or []:
            if file.suffix != ".pyc" and ".." not in file.parts:
                destination = folder / file
                destination.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(found.locate_file(file), destination)
    compile_bytecode(folder, target)
    return folder


def count(run: Run, target: Target) -> tuple[float, str]:
    """Millions of user-space instructions (without valgrind: CPU ms), and what the run printed."""
    if VALGRIND is None:
        return min((_timed(run, target) for _ in range(ROUNDS)), key=lambda one: one[0])
    counter = [VALGRIND, "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    done = _start([*counter, *_command(run, target)], run)
    found = re.search(r"Collected : (\d+)", done.stderr)
    assert done.returncode == 0, done.stderr
    assert found is not None, done.stderr
    return int(found[1]) / 1e6, done.stdout


def _timed(run: Run, target: Target) -> tuple[float, str]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = _start(_command(run, target), run)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr
    return 1000 * (after.ru_utime - before.ru_utime), done.stdout


def _command(run: Run, target: Target) -> list[str]:
    # -S: no package of this machine; -B: the bytecode is there, and nothing new is written.
    return [target.interpreter, "-S", "-B", *run.arguments]


def _start(command: list[str], run: Run) -> "subprocess.CompletedProcess[str]":
    environment = {
        "PATH": os.defpath,
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": ":".join(map(str, run.paths)),
        "STAGE": "test",
        "AWS_LAMBDA_FUNCTION_NAME": "counted",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
        **{name: value for name, value in os.environ.items() if PASSED_ON.fullmatch(name)},
    }
    return subprocess.run(
        command, cwd=run.paths[0], env=environment, capture_output=True, text=True, check=False
    )
