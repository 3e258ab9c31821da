"""A platform of these proofs' own: they deploy other versions to it and throw it away."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.flows.conftest import (  # noqa: F401 - fixtures
    backstage,
    browsers,
    load_congress,
    mailbox,
    staff,
)


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The deployed platform, for the proofs of this folder alone."""
    from tests.running import running_platform

    with running_platform(tmp_path_factory.mktemp("upgraded")) as running:
        yield running
