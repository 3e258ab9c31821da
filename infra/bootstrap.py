"""Make the virtual environments; `python3 infra/bootstrap.py dev aws` makes both at once.

Runs before anything is installed, with whatever Python the caller has: standard library only, and
nothing that Python 3.7 can't read, so that it can still say what is wrong.
"""

from __future__ import annotations

import hashlib
import importlib.util
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST, NEWEST = (3, 11), (3, 13)
ENVIRONMENTS = {
    "dev": (".venv", "requirements/dev.txt"),
    "aws": (".venv-aws", "requirements/aws.txt"),
    "dev-3.13": (".venv-3.13", "requirements/dev.txt"),
}
# What pip says, and what it means for the person who typed the command; the first match wins.
PIP_FAILURES = (
    (
        "THESE PACKAGES DO NOT MATCH THE HASHES",
        "A downloaded package differs from the one we pinned, so nothing was installed.",
    ),
    ("No space left", "The disk is full; free some space and try again."),
    ("Connection", "The Python package index cannot be reached; check the network and try again."),
    ("resolve", "The Python package index cannot be reached; check the network and try again."),
    ("timed out", "The Python package index does not answer; check the network and try again."),
    (
        "No matching distribution",
        "The package index has no build for this Python; use Python 3.11, 3.12 or 3.13.",
    ),
)


class CannotStartError(Exception):
    """One sentence for the person who typed the command."""


def check_machine(
    system: str = sys.platform,
    machine: str = platform.machine(),
    version: tuple[int, ...] = sys.version_info[:2],
) -> None:
    """Raise CannotStartError unless Plekken runs here."""
    if not system.startswith("linux") or machine.lower() not in ("x86_64", "amd64"):
        raise CannotStartError(
            f"Plekken runs locally on Linux x86-64 and in WSL, not on {system} {machine}."
        )
    if not OLDEST <= version <= NEWEST:
        raise CannotStartError(
            f"Plekken needs Python 3.11, 3.12 or 3.13, not {version[0]}.{version[1]}; "
            "name another one with `make PYTHON=python3.12 ...`."
        )
    for module in ("venv", "ensurepip"):
        if importlib.util.find_spec(module) is None:
            raise CannotStartError(
                f"Python's `{module}` module is missing; on Debian and Ubuntu: "
                "sudo apt-get install python3-venv."
            )


class Installation:
    """One virtual environment on its way."""

    def __init__(self, name: str) -> None:
        folder, requirements = ENVIRONMENTS[name]
        self._name = name
        self._folder = ROOT / folder
        self._requirements = ROOT / requirements
        self._python = self._interpreter()
        self._process: subprocess.Popen[bytes] | None = None

    def _interpreter(self) -> str:
        if not self._name.endswith("3.13"):
            return sys.executable
        found = shutil.which("python3.13")
        if found is None:
            raise CannotStartError("python3.13 is not on the PATH.")
        return found

    def _made_from(self) -> str:
        """Return what the environment is made from; it is made anew when that changes."""
        version = subprocess.run([self._python, "--version"], stdout=subprocess.PIPE, check=True)
        pins = hashlib.sha256(self._requirements.read_bytes()).hexdigest()
        return f"{version.stdout.decode().strip()} {pins}"

    @property
    def _stamp(self) -> Path:
        return self._folder / ".made-from"

    def start(self) -> bool:
        """Start installing; return False when everything is there already."""
        if self._stamp.exists() and self._stamp.read_text() == self._made_from():
            return False
        print(f"  installing {self._requirements.name} into {self._folder.name}", flush=True)
        subprocess.run([self._python, "-m", "venv", "--clear", str(self._folder)], check=True)
        command = [str(self._folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        command += ["--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:"]
        command += ["-r", str(self._requirements)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return True

    def finish(self) -> None:
        """Wait until it is done. Raises CannotStartError with the reason when it failed."""
        if self._process is None:
            return
        output = self._process.communicate()[0].decode(errors="replace")
        if self._process.returncode == 0:
            self._stamp.write_text(self._made_from())
            return
        log = ROOT / ".build" / f"install-{self._name}.log"
        log.parent.mkdir(exist_ok=True)
        log.write_text(output)
        raise CannotStartError(reason(output) or f"Installing packages failed; see {log}.")


def reason(output: str) -> str | None:
    """Return the sentence for what pip said, or None when we don't know it."""
    return next((sentence for sign, sentence in PIP_FAILURES if sign in output), None)


def main(names: list[str]) -> int:
    """Make the named environments side by side; return the exit code."""
    started = time.monotonic()
    try:
        check_machine()
        installations = [Installation(name) for name in names]
        busy = [installation for installation in installations if installation.start()]
        for installation in busy:
            installation.finish()
    except (CannotStartError, subprocess.CalledProcessError) as error:
        print(f"plekken: {error}", file=sys.stderr)
        return 1
    if busy:
        print(f"  installed in {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
