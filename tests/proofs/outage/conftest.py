"""One world for all outages; each begins with everything at rest."""

from collections.abc import Iterator

import pytest

from tests.proofs.outage.town import Town
from tests.proofs.world.world import world


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The platform in this process."""
    with world(tmp_path_factory.mktemp("outage")) as made:
        town = Town(made)
        town.prepare()
        yield town


@pytest.fixture
def town(built: Town) -> Town:
    """The same, with nobody in it."""
    built.start_over()
    return built
