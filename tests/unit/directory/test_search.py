"""Finding members in a snapshot."""

from datetime import UTC, datetime

import pytest

from chalicelib.directory.domain import Kind, PublicMember, Theme
from chalicelib.directory.search import Question, find, places, snapshot_of

NOW = datetime(2027, 4, 14, tzinfo=UTC)


def member(slug: str, name: str, place: str = "Utrecht", **changes: object) -> PublicMember:
    values: dict[str, object] = {
        "slug": slug,
        "name": name,
        "kind": Kind.RESIDENTS,
        "place": place,
        "district": "",
        "website": "",
        "about": "",
        "themes": (),
        "email": "",
        "phone": "",
        "latitude": None,
        "longitude": None,
        "published_at": NOW,
        "changed_at": NOW,
    }
    return PublicMember(**{**values, **changes})  # type: ignore[arg-type]


GUIDE = snapshot_of(
    [
        member("b", "Buurtcoöperatie Noord", about="Samen koken."),
        member("a", "De Voedseltuin", "Rotterdam", kind=Kind.ORGANISATION),
        member("c", "Keuken op Wielen", about="Wij koken voor de buurt met groente uit een tuin."),
        member("d", "Énergie", "’s-Hertogenbosch", themes=(Theme.ENERGY,)),
    ],
    1,
)


@pytest.mark.parametrize(
    ("words", "slugs"),
    [
        ("", ["b", "a", "d", "c"]),
        ("cooperatie", ["b"]),
        ("COÖPERATIE", ["b"]),
        ("tuin", ["a", "c"]),
        ("koken buurt", ["b", "c"]),
        ("koken rotterdam", []),
        ("energie", ["d"]),
        ("bewonersinitiatief keuken", ["c"]),
        ("'; drop table -- %_", []),
        ("...", ["b", "a", "d", "c"]),
    ],
)
def test_words_match_without_accents_and_inside_compounds(words: str, slugs: list[str]) -> None:
    assert [found.slug for found in find(GUIDE, Question(words))] == slugs


def test_filters_narrow() -> None:
    assert [m.slug for m in find(GUIDE, Question(kind=Kind.ORGANISATION))] == ["a"]
    assert [m.slug for m in find(GUIDE, Question(place="utrecht"))] == ["b", "c"]
    assert find(GUIDE, Question(kind=Kind.ORGANISATION, place="Utrecht")) == []


def test_places_are_listed_once_in_order() -> None:
    assert places(GUIDE) == ["Rotterdam", "Utrecht", "’s-Hertogenbosch"]
