"""The form of a congress says what its definition says, in fields that are named by their paths."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.registration import event_changes, event_form
from chalicelib.registration.domain import Audience, Definition, ProgrammeItem, Round, Session
from chalicelib.registration.event_copy import copy_for_next_year
from chalicelib.registration.usecases import definition_reader
from chalicelib.registration.usecases.definition_parts import write
from chalicelib.registration.usecases.definition_reader import SKIPPED, TWICE
from infra.paths import ROOT
from shared.errors import Invalid
from tests.registration_support import congress

SAMPLE = yaml.safe_load((Path(ROOT) / "infra/sample/congress.yaml").read_text())


def through_the_form(definition: Definition) -> Definition:
    """What is saved when somebody opens the form and presses the button."""
    shown = event_form.fields(event_form.start(definition))
    sent = {name: value.replace("\n", "\r\n") for name, value in shown.items()}
    values = event_form.plain(event_form.typed(sent)) | {"published": definition.published}
    return definition_reader.read(values)


def test_the_sample_comes_back_as_it_was() -> None:
    definition = definition_reader.read(SAMPLE)
    assert through_the_form(definition) == definition
    assert definition_reader.read(write(definition)) == definition


# A form keeps one space between words, so a line never has two.
LINES = st.lists(st.from_regex(r"[A-Za-zé“]{1,8}", fullmatch=True), min_size=1, max_size=3).map(
    " ".join
)
IDS = st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,4})?", fullmatch=True).filter(
    lambda id_: id_ not in definition_reader.RESERVED and id_ != "congress"
)
# Around the hour that comes twice, and the one that never comes.
STARTS = st.integers(0, 220 * 48).map(
    lambda half: datetime(2027, 3, 27, tzinfo=UTC) + timedelta(minutes=30 * half)
)


@st.composite
def texts(draw: st.DrawFn, words: st.SearchStrategy[str] = LINES) -> dict[str, str]:
    dutch = draw(words)
    return {"nl": dutch, "en": draw(st.just(dutch) | words)}


@st.composite
def definitions(draw: st.DrawFn) -> Definition:
    starts = draw(STARTS)
    hours = st.integers(1, 40).map(lambda half: timedelta(minutes=30 * half))
    ends = starts + draw(hours) + timedelta(hours=24)
    longer = texts(st.lists(LINES, min_size=1, max_size=3).map("\n\n".join))
    names = draw(st.lists(IDS, min_size=1, max_size=6, unique=True))
    sessions = tuple(
        Session(
            id=name,
            title=draw(texts()),
            capacity=draw(st.integers(1, 100_000)),
            description=draw(st.just({}) | longer),
            place=draw(st.just("") | LINES),
        )
        for name in names
    )
    half = len(sessions) // 2
    rounds = [sessions[:half], sessions[half:]]
    return Definition(
        id="buurtdag",
        revision=0,
        published=draw(st.booleans()),
        title=draw(texts()),
        summary=draw(longer),
        description=draw(longer),
        for_whom=draw(st.just({}) | longer),
        starts_at=starts,
        ends_at=ends,
        opens_at=starts - timedelta(days=90),
        closes_at=starts,
        place=draw(LINES),
        address=draw(LINES),
        city=draw(LINES),
        capacity=draw(st.integers(1, 100_000)),
        audiences=tuple(Audience(id=name, title=draw(texts())) for name in names),
        rounds=tuple(
            Round(
                id=f"r{i}",
                title=draw(texts()),
                starts_at=starts,
                ends_at=starts + draw(hours),
                sessions=part,
            )
            for i, part in enumerate(rounds)
        ),
        programme=tuple(
            ProgrammeItem(
                title=draw(texts()),
                starts_at=starts,
                ends_at=starts + draw(hours),
                description=draw(st.just({}) | longer),
            )
            for _ in range(draw(st.integers(0, 2)))
        ),
    )


@settings(max_examples=60, deadline=None)
@given(definitions())
def test_every_definition_comes_back_as_it_was(definition: Definition) -> None:
    assert through_the_form(definition) == definition


def form(**changes: str) -> dict[str, str]:
    shown = event_form.fields(event_form.start(definition_reader.read(congress())))
    return shown | changes


def errors(sent: dict[str, str]) -> dict[str, str]:
    tree = event_form.name_rows(event_form.typed(sent))
    with pytest.raises(Invalid) as refused:
        definition_reader.read(event_form.plain(tree))
    return refused.value.fields


def test_what_is_wrong_carries_the_name_of_its_field() -> None:
    wrong = {
        "rounds[0].sessions[1].capacity": "veel",
        "rounds[1].title.nl": "",
        "registration.opens": "",
        "programme[0].starts": "straks",
    }
    found = errors(form(**wrong))
    assert set(wrong) <= set(found)
    assert set(found) <= set(event_form.fields(event_form.typed(form(**wrong))))


def test_an_empty_form_is_told_about_every_field_at_once() -> None:
    found = errors(event_form.fields(event_form.empty()))
    assert {"id", "title.nl", "summary.nl", "starts", "place.city", "capacity"} <= set(found)
    assert "audiences[0].title.nl" in found


def test_a_time_that_the_clock_skips_or_shows_twice() -> None:
    assert errors(form(starts="2027-03-28T02:30"))["starts"] == SKIPPED
    assert errors(form(starts="2027-10-31T02:30"))["starts"] == TWICE
    day = {"starts": "2027-10-31T02:30", "ends": "2027-10-31T17:00"}
    empty_day = {name: text for name, text in form(**day).items() if not name.startswith("rounds")}
    hours = []
    for offset in event_form.OFFSETS:
        tree = event_form.typed(empty_day | {"starts_offset": offset})
        definition = definition_reader.read(event_form.plain(tree))
        hours.append(definition.starts_at.hour)
        assert through_the_form(definition).starts_at == definition.starts_at
    assert hours == [0, 1]


def test_a_choice_between_two_times_is_ignored_where_there_is_one() -> None:
    tree = event_form.typed(form(starts_offset="+05:00", ends_offset="+01:00"))
    assert definition_reader.read(event_form.plain(tree)).ends_at.hour == 15


def test_rows_come_and_go_and_the_others_stay() -> None:
    tree = event_form.typed(form(**{"rounds[0].sessions[0].title.nl": "Half getypt"}))
    event_form.add(tree, "rounds[0].sessions")
    assert [one["title"]["nl"] for one in tree["rounds"][0]["sessions"]] == [
        "Half getypt",
        "a2",
        "",
    ]
    event_form.remove(tree, "rounds[0].sessions[1]")
    assert [one["title"]["nl"] for one in tree["rounds"][0]["sessions"]] == ["Half getypt", ""]
    event_form.add(tree, "rounds")
    event_form.remove(tree, "rounds[0]")
    assert [one["id"] for one in tree["rounds"]] == ["r2", ""]
    assert event_form.add(tree, "rounds[2].sessions")["rounds"][1]["sessions"] == []


WRONG_ROWS = ["", "sessions", "rounds[9].sessions", "title", "rounds[0].audiences", "x[1]"]


@pytest.mark.parametrize("path", [*WRONG_ROWS, "audiences[9]", "rounds[0].sessions[7]", "rounds"])
def test_removing_a_row_that_is_not_there_changes_nothing(path: str) -> None:
    assert event_form.remove(event_form.typed(form()), path) == event_form.typed(form())


@pytest.mark.parametrize("path", WRONG_ROWS)
def test_adding_a_row_where_none_can_be_changes_nothing(path: str) -> None:
    assert event_form.add(event_form.typed(form()), path) == event_form.typed(form())


def test_rows_that_come_out_of_order_are_numbered_anew() -> None:
    sent = {"audiences[7].title.nl": "B", "audiences[2].title.nl": "A", "audiences[x].id": "?"}
    tree = event_form.typed(sent)
    assert [one["title"]["nl"] for one in tree["audiences"]] == ["A", "B"]


def test_new_rows_get_an_id_of_their_title() -> None:
    sent = {
        "audiences[0].title.nl": "Coöperatie & co.",
        "audiences[1].title.nl": "Coöperatie, co",
        "audiences[2].title.nl": "…",
        "rounds[0].title.nl": "Congress",
        "rounds[0].sessions[0].title.nl": "Congress",
        "rounds[0].sessions[1].id": "blijft",
        "rounds[0].sessions[1].title.nl": "Anders",
    }
    tree = event_form.name_rows(event_form.typed(sent))
    ids = [one["id"] for one in tree["audiences"]]
    assert ids == ["cooperatie-co", "cooperatie-co-2", "doelgroep"]
    assert [one["id"] for one in tree["rounds"][0]["sessions"]] == ["sessie-congress", "blijft"]


NOW = datetime(2027, 9, 20, tzinfo=UTC)


def test_a_copy_keeps_its_weekday_and_its_hour() -> None:
    first = definition_reader.read(SAMPLE)
    copy = copy_for_next_year(first, NOW)
    tree: Any = event_form.plain(copy)
    tree["id"] = "x"
    second = definition_reader.read(tree)
    assert second.starts_at == datetime(2028, 9, 15, 7, 30, tzinfo=UTC)
    assert (first.starts_at - second.starts_at).days % 7 == 0
    assert second.rounds[0].sessions == first.rounds[0].sessions
    assert not second.published
    # Across the change of the clock the hour on the clock stays: 9.00 in both.
    assert copy["registration"]["opens"] == "2027-08-31T09:00"


def test_a_copy_of_an_old_congress_comes_in_the_next_year_that_is_not_over() -> None:
    old = replace(definition_reader.read(congress(id="dag-2027")), revision=4)
    copy = copy_for_next_year(old, datetime(2031, 1, 1, tzinfo=UTC))
    assert copy["starts"] == "2031-09-19T09:30"  # a Friday, as 17 September 2027 was
    assert copy["id"] == "dag-2031"
    assert copy_for_next_year(replace(old, id="dag"), NOW)["id"] == "dag-2028"


def test_a_copy_to_a_time_that_the_clock_skips_says_so() -> None:
    night = {"starts": "2027-03-27 02:30", "ends": "2027-03-27 17:00", "rounds": []}
    registration = {"opens": "2027-01-01 09:00", "closes": "2027-03-26 18:00"}
    first = definition_reader.read(congress(**night, registration=registration))
    for years in (1, 2, 3, 4, 5, 6):
        now = datetime(2026 + years, 4, 1, tzinfo=UTC)
        copy = copy_for_next_year(first, now)
        skipped = copy["starts"].startswith(("2028-03-26", "2029-03-25", "2033-03-27"))
        try:
            definition_reader.read(event_form.plain(copy))
        except Invalid as refused:
            assert skipped
            assert refused.fields == {"starts": SKIPPED}  # noqa: PT017 - either way is right
        else:
            assert not skipped


def test_what_another_changed_is_said_by_row_and_not_by_number() -> None:
    before = definition_reader.read(congress())
    rounds = congress()["rounds"]
    rounds[0]["sessions"] = rounds[0]["sessions"][1:]  # a1 is gone, a2 comes first now
    rounds[0]["sessions"][0]["capacity"] = 9
    after = definition_reader.read(congress(rounds=rounds, capacity=40))
    mine = event_form.start(replace(before, capacity=50))
    found = event_changes.changes(event_form.start(before), event_form.start(after), mine, str)
    assert [(one.where, one.label, one.before, one.after, one.mine) for one in found] == [
        ("", "Aantal plekken", "2", "40", "50"),
        ("Sessie: a2", "Aantal plekken", "1", "9", ""),
        ("Sessie: a1", "Titel", "a1", "", ""),
        ("Sessie: a1", "Aantal plekken", "1", "", ""),
    ]
