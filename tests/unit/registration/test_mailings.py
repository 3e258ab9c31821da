"""When a congress mails everybody, over the changes of the clock, and who is among them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.registration.domain import (
    CONGRESS,
    Coming,
    Definition,
    Line,
    MailDays,
    Mailing,
    Registration,
    due_at,
    is_asking,
    is_decent_hour,
    is_for,
    is_still_for,
    is_wanted,
    may_leave,
)
from chalicelib.registration.usecases import definition_reader
from chalicelib.registration.usecases.definition_parts import write
from shared.errors import Invalid
from tests.registration_support import CONSENT, congress

DAY = timedelta(days=1)
EVERY = {"reminder": 2, "reconfirm": 7, "reconfirm_again": 3, "thanks": 1}
SEATED = Line(id=CONGRESS, number=1, state="seated")


def on(starts: str, ends: str, **mails: int) -> Definition:
    changes: dict[str, Any] = {"starts": starts, "ends": ends, "rounds": []}
    day = starts[:10]
    changes["registration"] = {"opens": "2020-01-01 09:00", "closes": f"{day} 00:30"}
    return definition_reader.read(congress(mails=mails or EVERY, **changes))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def somebody(**changes: Any) -> Registration:
    values: dict[str, Any] = {
        "id": "r",
        "event": "buurtdag",
        "state": "seated",
        "version": 1,
        "link_version": 1,
        "language": "nl",
        "name": "Ada",
        "email": "ada@example.org",
        "person": "hash",
        "audience": "resident",
        "consent": CONSENT,
        "registered_at": utc("2027-04-01T09:00"),
        "lines": (SEATED,),
        "keep_until": utc("2028-01-01T09:00"),
    }
    return Registration(**values | changes)


@pytest.mark.parametrize(
    ("starts", "mailing", "due"),
    [
        ("2027-09-17 09:30", "reminder", "2027-09-15T08:00"),
        ("2027-09-17 09:30", "reconfirm", "2027-09-10T08:00"),
        ("2027-09-17 09:30", "thanks", "2027-09-18T08:00"),
        # Summer time ends in the night before 31 October: ten o'clock is an hour later in UTC.
        ("2027-10-31 09:30", "reminder", "2027-10-29T08:00"),
        ("2027-10-31 09:30", "thanks", "2027-11-01T09:00"),
        ("2027-11-02 09:30", "reminder", "2027-10-31T09:00"),
        # It starts in the night before 28 March.
        ("2027-03-28 09:30", "reminder", "2027-03-26T09:00"),
        ("2027-03-30 09:30", "reminder", "2027-03-28T08:00"),
        ("2027-03-28 09:30", "thanks", "2027-03-29T08:00"),
        # Past midnight in Amsterdam, the day before in UTC.
        ("2027-09-17 00:45", "reminder", "2027-09-15T08:00"),
    ],
)
def test_ten_o_clock_in_amsterdam(starts: str, mailing: Mailing, due: str) -> None:
    assert due_at(on(starts, f"{starts[:10]} 17:00"), mailing) == utc(due)


def test_thanks_follow_the_last_day() -> None:
    assert due_at(on("2027-09-17 09:30", "2027-09-19 00:30"), "thanks") == utc("2027-09-20T08:00")


def test_nothing_is_due_that_is_off() -> None:
    off = on("2027-09-17 09:30", "2027-09-17 17:00", **dict.fromkeys(EVERY, 0))
    assert {due_at(off, one) for one in ("reminder", "reconfirm", "thanks")} == {None}
    assert not may_leave(off, "reminder", utc("2027-09-16T08:00"))


def test_a_round_lasts_from_its_moment_until_it_makes_no_sense() -> None:
    definition = on("2027-09-17 09:30", "2027-09-17 17:00")
    due, start = utc("2027-09-15T08:00"), definition.starts_at
    second = timedelta(seconds=1)
    wanted = [is_wanted(definition, "reminder", at) for at in (due - second, due, start - second)]
    assert wanted == [False, True, True]
    assert not is_wanted(definition, "reminder", start)
    late = utc("2027-09-21T08:00")
    assert is_wanted(definition, "thanks", late - second)
    assert not is_wanted(definition, "thanks", late)
    assert not is_wanted(replace(definition, published=False), "reminder", due)
    # Whoever asked had a clock that is a little ahead: nobody asks twice, so it goes out.
    assert may_leave(definition, "reminder", due - second)
    assert not may_leave(definition, "reminder", start)
    asked = utc("2027-09-10T08:00")
    assert [is_asking(definition, at) for at in (asked - second, asked)] == [False, True]


@pytest.mark.parametrize(
    ("at", "decent"),
    [
        ("2027-07-01T05:59", False),
        ("2027-07-01T06:00", True),
        ("2027-07-01T17:59", True),
        ("2027-07-01T18:00", False),
        ("2027-01-01T06:59", False),
        ("2027-01-01T07:00", True),
        ("2027-01-01T18:59", True),
        ("2027-01-01T19:00", False),
    ],
)
def test_mail_that_nobody_waits_for_goes_by_day(at: str, decent: bool) -> None:  # noqa: FBT001 - a case
    assert is_decent_hour(utc(at)) is decent


def test_who_registered_just_before_is_not_reminded_but_is_thanked() -> None:
    began = utc("2027-09-15T08:00")
    late = somebody(registered_at=began - timedelta(hours=12) + timedelta(seconds=1))
    early = somebody(registered_at=began - timedelta(hours=12))
    assert [is_for("reminder", began, one) for one in (early, late)] == [True, False]
    assert [is_for("reconfirm", began, one) for one in (early, late)] == [True, False]
    assert is_for("thanks", began, late)


@pytest.mark.parametrize("state", ["waiting", "cancelled"])
@pytest.mark.parametrize("mailing", list(EVERY))
def test_nobody_without_a_seat_is_mailed(state: Any, mailing: Mailing) -> None:
    definition = on("2027-09-17 09:30", "2027-09-17 17:00")
    assert not is_for(mailing, utc("2027-09-15T08:00"), somebody(state=state))
    assert not is_still_for(definition, mailing, somebody(state=state))


def test_who_answered_is_not_asked_for_that_day_but_is_reminded() -> None:
    definition = on("2027-09-17 09:30", "2027-09-17 17:00")
    at = utc("2027-09-11T08:00")
    said = somebody(coming=Coming(day="2027-09-17", says="yes", at=at))
    other = somebody(coming=Coming(day="2027-09-24", says="yes", at=at))
    assert [is_still_for(definition, "reconfirm_again", one) for one in (said, other)] == [
        False,
        True,
    ]
    assert is_still_for(definition, "reminder", said)
    assert said.says_for("2027-09-17") == "yes"
    assert other.says_for("2027-09-17") is None


def test_a_congress_of_before_has_the_usual_mails() -> None:
    read = definition_reader.read(congress())
    assert (read.mails, read.documents) == (MailDays(reminder=2, thanks=1), ())
    assert definition_reader.read(write(read)) == read
    changed = definition_reader.read(congress(mails=EVERY, documents=["/documenten/a", "b"]))
    assert definition_reader.read(write(changed)) == changed


@pytest.mark.parametrize(
    ("given", "ids"),
    [
        ("", ()),
        (
            "/documenten/01AB?lang=en\n\n https://plekken.example/documenten/cd \n01AB",
            ("01AB", "cd"),
        ),
        (["/documenten/01AB#top"], ("01AB",)),
    ],
)
def test_documents_are_named_by_their_addresses(given: Any, ids: tuple[str, ...]) -> None:
    assert definition_reader.read(congress(documents=given)).documents == ids


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"mails": {"reminder": "31"}}, "mails.reminder"),
        ({"mails": {"reminder": "-1"}}, "mails.reminder"),
        ({"mails": {"reconfirm": 61}}, "mails.reconfirm"),
        ({"mails": {"thanks": "morgen"}}, "mails.thanks"),
        ({"mails": {"thanks": True}}, "mails.thanks"),
        ({"mails": {"reconfirm": 3, "reconfirm_again": 3}}, "mails.reconfirm_again"),
        ({"mails": {"reconfirm_again": 3}}, "mails.reconfirm_again"),
        ({"documents": "een plan"}, "documents"),
        ({"documents": [f"/documenten/{number}" for number in range(21)]}, "documents"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(Invalid) as refused:
        definition_reader.read(congress(**changes))
    assert list(refused.value.fields) == [path]
