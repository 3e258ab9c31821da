"""The rules of a congress and a registration."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from chalicelib.registration import domain
from chalicelib.registration.domain import Line, Registration
from chalicelib.registration.usecases import definition_reader
from shared.errors import Conflict, Invalid
from tests.registration_support import CONSENT, congress

DEFINITION = definition_reader.read(congress())
NOW = datetime(2027, 4, 1, tzinfo=UTC)


def registration(**values: object) -> Registration:
    line = Line(id="congress", number=3, state="waiting")
    start = Registration(
        id="r", event="buurtdag", state="waiting", version=1, link_version=1, language="nl",
        name="Ada", email="ada@example.org", person="hash", audience="resident", consent=CONSENT,
        registered_at=NOW, lines=(line,), keep_until=domain.keep_until(DEFINITION), wishes=("a1",),
    )  # fmt: skip
    return replace(start, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("at", "state"),
    [
        (DEFINITION.opens_at - timedelta(seconds=1), "not_yet_open"),
        (DEFINITION.opens_at, "open"),
        (DEFINITION.closes_at - timedelta(seconds=1), "open"),
        (DEFINITION.closes_at, "closed"),
    ],
)
def test_open_from_the_first_moment_up_to_the_last(at: datetime, state: str) -> None:
    assert DEFINITION.state(at) == state
    assert replace(DEFINITION, published=False).state(at) == "draft"
    if state != "open":
        with pytest.raises(Conflict):
            DEFINITION.check_open(at)


def test_one_session_per_round() -> None:
    DEFINITION.check_choice(["a1", "b2"])
    for wrong in (["a1", "a2"], ["a1", "a1"], ["congress"], ["unknown"]):
        with pytest.raises(Invalid):
            DEFINITION.check_choice(wrong)


def test_audience_is_one_of_the_form_s() -> None:
    DEFINITION.check_audience("resident")
    with pytest.raises(Invalid):
        DEFINITION.check_audience("alien")


def test_capacities_of_all_lines() -> None:
    assert DEFINITION.capacities() == {"congress": 2, "a1": 1, "a2": 1, "b1": 1, "b2": 1}
    assert (DEFINITION.round_of("b1"), DEFINITION.round_of("congress")) == ("r2", "")


def test_cancelling_leaves_no_place_and_keeps_no_longer_than_thirty_days() -> None:
    cancelled = registration().cancelled(NOW)
    assert (cancelled.state, cancelled.lines, cancelled.wishes) == ("cancelled", (), ())
    assert cancelled.keep_until == NOW + timedelta(days=30)
    assert cancelled.version == 2
    late = DEFINITION.ends_at + timedelta(days=29)
    assert registration().cancelled(late).keep_until == DEFINITION.ends_at + timedelta(days=30)


def test_waits_with_exactly_this_number() -> None:
    assert registration().waits_with("congress", 3)
    assert not registration().waits_with("congress", 4)
    assert not registration().waits_with("a1", 3)


def test_texts_fall_back_to_dutch() -> None:
    assert domain.text({"nl": "Ja", "en": "Yes"}, "en") == "Yes"
    assert domain.text({"nl": "Ja", "en": ""}, "en") == "Ja"


def test_the_next_revision_only_when_something_differs() -> None:
    first = domain.next_revision(DEFINITION, None)
    assert first.revision == 1
    assert domain.next_revision(DEFINITION, first) == first
    assert domain.next_revision(replace(DEFINITION, capacity=9), first).revision == 2


def test_summer_and_winter_time() -> None:
    winter = definition_reader.read(congress(registration=_opens("2027-01-10 09:00")))
    summer = definition_reader.read(congress(registration=_opens("2027-07-10 09:00")))
    assert (winter.opens_at.hour, summer.opens_at.hour) == (8, 7)


def _opens(at: str) -> dict[str, str]:
    return {"opens": at, "closes": "2027-09-15 18:00"}
