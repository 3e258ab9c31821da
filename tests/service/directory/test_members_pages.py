"""What a visitor meets: the guide, an entry, the form, and the same as JSON."""

from chalicelib.directory.repository import Repository
from shared.clock import FixedClock

from .conftest import Browser, published


def test_the_guide_lists_published_members_only(
    visitor: Browser, repository: Repository, clock: FixedClock
) -> None:
    published(repository, clock, "m1", name="De Voedseltuin")
    from .conftest import drafted

    drafted(repository, clock, "m2", name="Nog Niet Goedgekeurd")
    page = visitor.get("/leden")
    assert page.status == 200
    assert "De Voedseltuin" in page.text
    assert "/leden/de-voedseltuin" in page.text
    assert "Nog Niet" not in page.text
