"""The mails: plain words in two languages, a working link, an appointment for calendars."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlsplit

import pytest
from icalendar import Calendar
from msgspec.structs import replace

from chalicelib.registration import mails, tickets, usecases
from chalicelib.registration.domain import CONGRESS, Definition, Line, Registration
from shared import auth
from shared.mail import Mail
from tests.registration_support import CONSENT, PROFILE

NOW = datetime(2027, 4, 14, 9, 30, tzinfo=UTC)
SEATED = Line(id=CONGRESS, number=3, state="seated")
IN_SESSION = Line(id="a1", number=1, state="seated")
WAITS_FOR_SESSION = Line(id="b1", number=4, state="waiting", place_in_line=2)


@pytest.fixture
def definition(repository: Any, define: Any) -> Definition:
    define()
    return usecases.find_definition(repository, "buurtdag")


def _registration(**changes: Any) -> Registration:
    values: dict[str, Any] = {
        "id": "01REGISTRATION",
        "event": "buurtdag",
        "state": "seated",
        "version": 1,
        "link_version": 1,
        "language": "nl",
        "name": "Zoë <b>Ångström</b>",
        "email": "zoe@example.org",
        "person": "hash",
        "audience": "resident",
        "consent": CONSENT,
        "registered_at": NOW,
        "lines": (SEATED, IN_SESSION, WAITS_FOR_SESSION),
        "keep_until": NOW + timedelta(days=200),
    }
    return Registration(**{**values, **changes})


def _link(mail: Mail) -> str:
    (address,) = set(re.findall(r"http://localhost:8000/congres/aanmelding\S*", mail.text))
    return str(address)


def test_the_confirmation_says_what_there_is_and_escapes_what_was_typed(
    definition: Definition,
) -> None:
    mail = mails.confirmation(definition, _registration(profile=PROFILE))
    assert mail.to == "zoe@example.org"
    assert mail.about == "01REGISTRATION"
    assert mail.subject == "Je bent aangemeld: Buurtdag"
    for body in (mail.text, mail.html):
        assert "vrijdag 17 september 2027, van 9.30 uur tot 17.00 uur" in body
        assert "Buurthuis, Plein 1, Utrecht" in body
        assert "a1: je hebt een plek" in body
        assert "b1: je staat op nummer 2 van de wachtlijst" in body
        assert "ledengids" in body
    assert "Zoë <b>Ångström</b>" in mail.text
    assert "Zoë &lt;b&gt;Ångström&lt;/b&gt;" in mail.html
    assert "\n\n\n\n" not in mail.text


def test_the_link_opens_this_registration_and_stays_in_its_language(
    definition: Definition,
) -> None:
    mail = mails.confirmation(definition, _registration(language="en", link_version=7))
    query = parse_qs(urlsplit(_link(mail)).query)
    assert query["lang"] == ["en"]
    assert auth.read_link("registration", query["sleutel"][0]) == auth.Link("01REGISTRATION", 7)
    assert mail.subject == "You are registered: Neighbourhood day"
    assert "Friday 17 September 2027, from 9:30 to 17:00" in mail.text
    assert '<html lang="en">' in mail.html


def test_the_appointment_is_replaced_and_taken_out_again(definition: Definition) -> None:
    first = _event(mails.confirmation(definition, _registration()), "REQUEST")
    moved = replace(definition, revision=definition.revision + 1)
    second = _event(mails.promoted(moved, _registration(version=2)), "REQUEST")
    gone = _event(mails.cancelled(moved, _registration(version=3, state="cancelled")), "CANCEL")
    assert first["UID"] == second["UID"] == gone["UID"]
    assert first["SEQUENCE"] < second["SEQUENCE"] < gone["SEQUENCE"]
    assert first["DTSTART"].dt.isoformat() == "2027-09-17T09:30:00+02:00"
    assert first["DTSTART"].params["TZID"] == "Europe/Amsterdam"
    assert first["ATTENDEE"] == "mailto:zoe@example.org"
    assert (first["STATUS"], gone["STATUS"]) == ("CONFIRMED", "CANCELLED")


@pytest.mark.parametrize("make", [mails.confirmation, mails.promoted])
def test_an_online_calendar_gets_the_congress_and_nothing_about_the_person(
    make: Callable[[Definition, Registration], Mail], definition: Definition
) -> None:
    mail = make(definition, _registration())
    (address,) = set(re.findall(r"https://calendar\.google\.com\S+", mail.text))
    assert f'href="{escape(address)}"' in mail.html
    values = parse_qs(urlsplit(address).query)
    assert values["dates"] == ["20270917T073000Z/20270917T150000Z"]  # summer time
    assert values["text"] == ["Buurtdag"]
    assert values["location"] == ["Buurthuis, Plein 1, Utrecht"]
    assert values["details"][0].endswith("http://localhost:8000/congres/buurtdag")
    said = unquote_plus(address).lower()
    assert not any(secret in said for secret in ("zoë", "example.org", "01registration"))


def test_the_zone_of_the_appointment_comes_with_it(definition: Definition) -> None:
    attachment = mails.confirmation(definition, _registration()).attachments[0]
    (zone,) = Calendar.from_ical(attachment.data).walk("VTIMEZONE")
    assert zone["TZID"] == "Europe/Amsterdam"
    assert {part.name for part in zone.subcomponents} == {"STANDARD", "DAYLIGHT"}
    assert all(len(line) <= 75 for line in attachment.data.split(b"\r\n"))


def test_who_waits_reads_the_place_in_line(definition: Definition) -> None:
    line = Line(id=CONGRESS, number=9, state="waiting", place_in_line=4)
    waits = _registration(state="waiting", lines=(line,), wishes=("a1",))
    mail = mails.waiting(definition, waits)
    assert "Je staat op nummer 4." in mail.text
    assert "De sessies die je koos" in mail.text
    assert not mail.attachments
    unknown = replace(waits, lines=(replace(line, place_in_line=None),))
    assert "nummer" not in mails.waiting(definition, unknown).text


def test_a_seat_in_a_session_names_it(definition: Definition) -> None:
    mail = mails.promoted(definition, _registration(), "a1")
    assert mail.subject == "Je hebt een plek in je sessie: Buurtdag"
    assert "Het gaat om deze sessie: a1." in mail.text
    assert not mail.attachments


@pytest.mark.parametrize("compose", [mails.changed, mails.link_again, mails.already_registered])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_other_mails_hold_the_link(definition: Definition, compose: Any, language: str) -> None:
    mail = compose(definition, _registration(language=language))
    assert _link(mail) in mail.html.replace("&amp;", "&")
    assert mail.language == language


def test_who_cancelled_gets_no_link_that_no_longer_works(definition: Definition) -> None:
    mail = mails.cancelled(definition, _registration(state="cancelled", lines=()))
    assert "/congres/aanmelding" not in mail.text
    assert "http://localhost:8000/congres/buurtdag" in mail.text


def _event(mail: Mail, method: str) -> Any:
    attachment = mail.attachments[0]
    assert attachment.content_type == f"text/calendar; method={method}; charset=utf-8"
    calendar = Calendar.from_ical(attachment.data)
    assert calendar["METHOD"] == method
    (event,) = calendar.walk("VEVENT")
    return event


def test_who_has_a_seat_gets_a_ticket(definition: Definition) -> None:
    registration = _registration()
    shown = tickets.shown(tickets.code(registration))
    for mail in (
        mails.confirmation(definition, registration),
        mails.promoted(definition, registration),
    ):
        picture = mail.attachments[1]
        assert (picture.name, picture.content_type) == ("kaartje.png", "image/png")
        assert picture.data.startswith(b"\x89PNG")
        assert shown in mail.text
        assert shown in mail.html
    for without in (mails.waiting, mails.changed, mails.cancelled):
        assert shown not in without(definition, registration).text
