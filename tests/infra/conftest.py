"""What the tests of packaging and deployment share."""

from pathlib import Path

import pytest

from infra.package import package_all
from infra.packaging import target


@pytest.fixture(scope="session")
def packages() -> dict[str, Path]:
    """The services as packaged for the interpreter at hand (cached between runs)."""
    return package_all(target.here())
