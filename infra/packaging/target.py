"""The Python that the functions run on: its interpreter compiles, its version picks the wheels."""

import shutil
import subprocess
import sys
from dataclasses import dataclass

from infra.problems import Problem

# The newest that Lambda and our pinned packages both have, and the oldest that AWS still runs.
PREFERRED = "3.13"
OLDEST_IN_AWS = "3.12"
# The glibc of Lambda's Python 3.12 and later (Amazon Linux 2023), as wheels count it.
GLIBC_MINOR = 34


@dataclass(frozen=True)
class Target:
    """A Lambda runtime and the local interpreter of the same minor version."""

    version: str
    interpreter: str

    @property
    def runtime(self) -> str:
        """The runtime's name in a template."""
        return f"python{self.version}"

    @property
    def platforms(self) -> list[str]:
        """The wheel platforms that the runtime can load."""
        old = ["manylinux1_x86_64", "manylinux2010_x86_64", "manylinux2014_x86_64"]
        return [f"manylinux_2_{minor}_x86_64" for minor in range(GLIBC_MINOR, 4, -1)] + old


def here() -> Target:
    """Return the target for a local run: the interpreter at hand."""
    return Target(f"{sys.version_info.major}.{sys.version_info.minor}", sys.executable)


def for_aws() -> Target:
    """Return the target for AWS: 3.13 where its interpreter works, else the one at hand.

    Raises Problem when neither is a version that AWS still runs.
    """
    interpreter = _working(PREFERRED)
    target = Target(PREFERRED, interpreter) if interpreter else here()
    if target.version < OLDEST_IN_AWS:
        raise Problem("AWS no longer runs Python 3.11; put python3.13 or python3.12 on the PATH.")
    return target


def named(version: str) -> Target:
    """Return the target for a version such as "3.12". Raises Problem."""
    interpreter = _working(version)
    if interpreter is None:
        raise Problem(f"python{version} is not on the PATH, so its bytecode cannot be made.")
    return Target(version, interpreter)


def _working(version: str) -> str | None:
    interpreter = shutil.which(f"python{version}")
    if interpreter is None:
        return None
    # A version manager may put a name on the PATH that answers only with an error.
    tried = subprocess.run([interpreter, "-c", ""], capture_output=True, check=False)
    return interpreter if tried.returncode == 0 else None
