"""Make the virtual environments; `python3 infra/bootstrap.py dev aws` makes both at once.

Runs before anything is installed, so it uses the standard library only and keeps to syntax that an
old Python can at least parse far enough to say what is wrong.
"""

import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
OLDEST, NEWEST = (3, 11), (3, 13)
ENVIRONMENTS = {
    "dev": (".venv", "requirements/dev.txt"),
    "aws": (".venv-aws", "requirements/aws.txt"),
    "dev-3.13": (".venv-3.13", "requirements/dev.txt"),
}
PIP_FAILURES = (
    ("hash", "A downloaded package differs from the one we pinned; nothing was installed."),
    ("No space left", "The disk is full; free some space and try again."),
    (
        "No matching distribution",
        "The package index has no build for this Python; use Python 3.11, 3.12 or 3.13.",
    ),
)
NO_NETWORK = "The Python package index cannot be reached; check the network and try again."


class CannotStart(Exception):
    """One sentence for the person who typed the command."""


def check_platform():
    """Raise `CannotStart` unless this is Linux (or WSL) on x86-64 with a Python we support."""
    machine = platform.machine().lower()
    if sys.platform != "linux" or machine not in ("x86_64", "amd64"):
        raise CannotStart(
            "Plekken runs locally on Linux x86-64 and in WSL, not on "
            + platform.system()
            + " "
            + machine
            + "."
        )
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        raise CannotStart(
            "Plekken needs Python 3.11, 3.12 or 3.13, but "
            + sys.executable
            + " is Python "
            + platform.python_version()
            + "; name another one with `make PYTHON=python3.12 ...`."
        )
    for module in ("venv", "ensurepip"):
        if importlib.util.find_spec(module) is None:
            raise CannotStart(
                "Python's `" + module + "` module is missing; on Debian and Ubuntu: "
                "sudo apt-get install python3-venv."
            )


def interpreter_for(name):
    """Return the Python that the environment is made with."""
    if not name.endswith("3.13"):
        return sys.executable
    found = shutil.which("python3.13")
    if found is None:
        raise CannotStart("python3.13 is not on the PATH.")
    return found


def fingerprint(python, requirements):
    """Return what the environment was made from; it is remade when that changes."""
    with open(os.path.join(ROOT, requirements), "rb") as file:  # noqa: PTH118, PTH123
        pins = hashlib.sha256(file.read()).hexdigest()
    version = subprocess.run(
        [python, "--version"], stdout=subprocess.PIPE, check=True
    ).stdout.decode()
    return f"{version.strip()} {pins}"


def start(name):
    """Start making the environment; return (name, stamp path, stamp, process) or None if it is there."""
    folder, requirements = ENVIRONMENTS[name]
    python = interpreter_for(name)
    stamp = fingerprint(python, requirements)
    folder = os.path.join(ROOT, folder)  # noqa: PTH118
    stamp_path = os.path.join(folder, ".made-from")  # noqa: PTH118
    if os.path.exists(stamp_path):  # noqa: PTH110
        with open(stamp_path) as file:  # noqa: PTH123
            if file.read() == stamp:
                return None
    print("  installing " + requirements + " into " + os.path.basename(folder), flush=True)  # noqa: PTH119
    subprocess.run([python, "-m", "venv", "--clear", folder], check=True, stdout=subprocess.DEVNULL)
    command = [
        os.path.join(folder, "bin", "python"),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        "--only-binary",
        ":all:",
        "-r",
        os.path.join(ROOT, requirements),  # noqa: PTH118
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return name, stamp_path, stamp, process


def finish(name, stamp_path, stamp, process):
    """Wait for the installation; raise `CannotStart` with the reason when it failed."""
    output = process.communicate()[0].decode(errors="replace")
    if process.returncode == 0:
        with open(stamp_path, "w") as file:  # noqa: PTH123
            file.write(stamp)
        return
    log = os.path.join(ROOT, ".build")  # noqa: PTH118
    os.makedirs(log, exist_ok=True)  # noqa: PTH103
    with open(os.path.join(log, "install-" + name + ".log"), "w") as file:  # noqa: PTH118, PTH123
        file.write(output)
    if "Connection" in output or "resolve" in output or "timed out" in output:
        raise CannotStart(NO_NETWORK)
    for sign, sentence in PIP_FAILURES:
        if sign in output:
            raise CannotStart(sentence)
    raise CannotStart("Installing the Python packages failed; see .build/install-" + name + ".log.")


def main(names):
    """Make the named environments side by side; return the exit code."""
    started = time.time()
    try:
        check_platform()
        running = [item for item in [start(name) for name in names] if item]
        for item in running:
            finish(*item)
    except CannotStart as error:
        print("make: " + str(error), file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print("make: could not make a virtual environment: " + str(error), file=sys.stderr)
        return 1
    if running:
        print(f"  installed in {time.time() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
