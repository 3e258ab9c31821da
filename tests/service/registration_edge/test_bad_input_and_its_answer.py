"""Whatever people do, each case has one answer, in both languages (docs/bad-input.md)."""

import csv
import html
import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.registration import mails, usecases
from chalicelib.registration.repository import Repository
from shared import auth
from shared.clock import FixedClock
from tests import catalogues
from tests.registration_support import question
from tests.service.browser import Answer, Browser
from tests.service.registration_edge.conftest import (
    FORM,
    PAGE,
    items,
    person,
    registration_id,
    registrations,
)

MANAGE = "/congres/aanmelding"
CHANGE = f"{MANAGE}/wijzigen"
LIST = "/congres/beheer/buurtdag"
LONGEST = "a" * 64 + "@" + ".".join(["b" * 61, "c" * 61, "d" * 61, "nl"])
NAMES = ["Zoë Ångström-Ødegård", "D'Arcy O’Neill", "Noor 🌻 de Boer", "שרה כהן", "ليلى العربي"]
SENT_BEFORE = (
    "Je had dit formulier al verstuurd. Wil je nog iemand aanmelden? Verstuur het dan opnieuw."
)
OTHER_TAB = (
    "Je aanmelding is intussen veranderd, bijvoorbeeld in een ander tabblad. "
    "Hieronder staat wat je hier koos. Klopt dat nog? Sla het dan opnieuw op."
)
OTHER_PERSON = (
    "De aanmelding is intussen veranderd, door de deelnemer of een collega. "
    "Hieronder staat wat je hier koos. Klopt dat nog? Sla het dan opnieuw op."
)
ADDRESSES = ["ada+congres@example.org", "ada@bücher.example", "ADA@Example.ORG", LONGEST]


@pytest.fixture(params=["nl", "en"])
def language(request: Any) -> str:
    return str(request.param)


@pytest.fixture
def say(language: str) -> Callable[..., str]:
    return lambda dutch, **values: html.escape(
        catalogues.say(language, dutch, **values), quote=False
    )


@pytest.fixture
def send(visitor: Browser, language: str) -> Callable[..., Answer]:
    """Send the form of the page in this language."""
    return lambda form: visitor.post(f"{PAGE}/aanmelden?lang={language}", form)


@pytest.fixture
def tab(visitor: Browser, send: Callable[..., Answer], language: str) -> Callable[[], Answer]:
    """Another tab with Ada's registration."""
    send(person("ada"))
    token = auth.sign_link("registration", registration_id("ada"), 1)
    visitor.post(f"{MANAGE}?lang={language}", {"sleutel": token})
    return lambda: visitor.get(f"{MANAGE}?lang={language}")


def field(page: Answer, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*? value="([^"]*)"', page.text)
    assert found, f"no field {name}"
    return found[1]


def wish(page: Answer, **changes: str) -> dict[str, str]:
    """The change form of this page, with other values."""
    shown = {name: field(page, name) for name in ("naam", "gezien", "vragen")}
    return {**shown, "sessie-r1": "a1", "sessie-r2": "", **changes}


def test_a_double_press_is_one_registration_and_the_same_thanks(
    send: Callable[..., Answer],
) -> None:
    assert send(FORM).location == send(FORM).location
    assert len(registrations()) == 1


def test_back_and_sent_for_somebody_else_is_a_new_request_with_everything_in_it(
    send: Callable[..., Answer], say: Callable[..., str]
) -> None:
    send(FORM)
    changed = {**FORM, "naam": "Bo", "email": "bo@example.org"}
    again = send(changed)
    assert again.status == 422
    assert say(SENT_BEFORE) in again.text
    assert field(again, "email") == "bo@example.org"
    fresh = field(again, "idempotency_key")
    assert send({**changed, "idempotency_key": fresh}).status == 303
    assert len(registrations()) == 2


def test_a_second_registration_is_answered_like_a_first_one(send: Callable[..., Answer]) -> None:
    first, second = send(person("ada")), send(person("ada", idempotency_key="another"))
    assert (first.status, second.status) == (303, 303)
    assert len(registrations()) == 1
    assert len([one for one in items("OUTBOX#") if "attempted_again" in one["event"]]) == 1


def test_a_change_from_an_older_tab_overwrites_nothing_and_keeps_what_was_typed(
    visitor: Browser, tab: Callable[[], Answer], language: str, say: Callable[..., str]
) -> None:
    old, new = tab(), tab()
    path = f"{CHANGE}?lang={language}"
    assert visitor.post(path, wish(new, naam="Ada Lovelace")).status == 303
    refused = visitor.post(path, wish(old, naam="Ada Byron", **{"sessie-r1": "a2"}))
    assert refused.status == 409
    assert say(OTHER_TAB) in refused.text
    assert field(refused, "naam") == "Ada Byron"
    assert 'value="a2" checked' in refused.text
    assert "Ada Lovelace" in refused.text
    assert visitor.post(path, wish(refused, **{"sessie-r1": "a2"})).status == 303
    assert "Ada Byron" in tab().text


def test_the_same_change_sent_twice_is_saved_once_and_said_twice(
    visitor: Browser, tab: Callable[[], Answer]
) -> None:
    form = wish(tab(), naam="Ada Lovelace", **{"sessie-r1": "a2"})
    assert [visitor.post(CHANGE, form).status for _ in range(2)] == [303, 303]
    assert len([one for one in items("OUTBOX#") if "registration.changed" in one["event"]]) == 1


def test_a_seat_that_comes_while_somebody_types_is_no_other_change(
    visitor: Browser,
    send: Callable[..., Answer],
    tab: Callable[[], Answer],
    repository: Repository,
    clock: FixedClock,
) -> None:
    send(person("bo", **{"sessie-r1": "a2"}))
    visitor.post(CHANGE, wish(tab(), **{"sessie-r1": "a2"}))
    ada = repository.registrations.get(registration_id("ada"))
    assert ada
    assert ada.line("a2").state == "waiting"
    page = tab()
    usecases.cancel(repository, clock, registration_id=registration_id("bo"), link_version=1)
    usecases.settle_all(repository, clock, event="buurtdag")
    ada = repository.registrations.get(ada.id)
    assert ada
    assert [(one.id, one.state) for one in ada.session_lines] == [("a2", "seated")]
    form = wish(page, naam="Ada Lovelace", **{"sessie-r1": "a2"})
    assert visitor.post(CHANGE, form).status == 303
    assert "Ada Lovelace" in tab().text


def test_an_organiser_does_not_overwrite_what_the_participant_changed(
    desk_browser: Browser,
    visitor: Browser,
    tab: Callable[[], Answer],
    language: str,
    say: Callable[..., str],
) -> None:
    path = f"{LIST}/wijzigen/{registration_id('ada')}" if tab() else ""
    at_desk = desk_browser.get(path)
    visitor.post(CHANGE, wish(tab(), naam="Ada Lovelace"))
    refused = desk_browser.post(f"{path}?lang={language}", wish(at_desk, naam="Ada Jansen"))
    assert refused.status == 409
    assert say(OTHER_PERSON) in refused.text
    assert field(refused, "naam") == "Ada Jansen"
    assert desk_browser.post(path, wish(refused)).status == 303


def test_an_audience_that_was_removed_while_somebody_typed_is_said_and_the_rest_stays(
    define: Callable[..., Any], send: Callable[..., Answer], say: Callable[..., str]
) -> None:
    define(audiences=[{"id": "policy", "title": {"nl": "Beleid", "en": "Policy"}}])
    refused = send(person("bo", lunch="soep"))
    assert refused.status == 422
    assert say("Kies wie je bent.") in refused.text
    assert field(refused, "lunch") == "soep"


def test_questions_that_changed_while_somebody_typed_are_shown_and_the_rest_stays(
    visitor: Browser, define: Callable[..., Any], send: Callable[..., Answer], language: str
) -> None:
    page = visitor.get(f"{PAGE}?lang={language}")
    define(questions=[question("reis", "short", required=True)])
    refused = send({**FORM, "vragen": field(page, "vragen")})
    assert refused.status == 422
    assert "Vraag reis" in refused.text
    assert field(refused, "email") == FORM["email"]


def test_a_round_that_was_removed_while_somebody_typed_asks_nothing_any_more(
    define: Callable[..., Any], send: Callable[..., Answer]
) -> None:
    define(rounds=[])
    assert send({**FORM, "sessie-r1": "a1"}).status == 303


def test_the_last_seat_that_went_while_somebody_typed_is_a_place_on_the_waiting_list(
    visitor: Browser, send: Callable[..., Answer], say: Callable[..., str], language: str
) -> None:
    visitor.get(f"{PAGE}?lang={language}")  # shows two places
    for name in ("bo", "cas"):
        send(person(name))
    thanks = visitor.follow(send(person("ada")))
    assert (
        say(
            "Het congres %(title)s is vol. Je staat op nummer %(place)s van de wachtlijst.",
            title="Buurtdag" if language == "nl" else "Neighbourhood day",
            place=1,
        )
        in thanks.text
    )


def test_registration_that_closed_while_somebody_typed_is_said(
    visitor: Browser,
    define: Callable[..., Any],
    send: Callable[..., Answer],
    say: Callable[..., str],
    clock: FixedClock,
) -> None:
    definition = define()
    clock.advance(definition.closes_at - clock.now())
    refused = send(FORM)
    assert refused.status == 409
    assert say("Je kunt je niet meer aanmelden") in refused.text
    assert registrations() == []


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("verzonnen", "Deze link klopt niet of is niet meer geldig."),
        ("revoked", "Deze link werkt niet meer. Vraag een nieuwe link aan."),
    ],
)
def test_a_wrong_or_revoked_link_says_so_and_offers_a_new_one(
    visitor: Browser,
    tab: Callable[[], Answer],
    language: str,
    say: Callable[..., str],
    token: str,
    words: str,
    repository: Repository,
    clock: FixedClock,
) -> None:
    if token == "revoked":
        token = auth.sign_link("registration", registration_id("ada"), 1)
        usecases.correct_address(
            repository,
            clock,
            registration_id=registration_id("ada"),
            email="ada@example.net",
            note=lambda _: None,
        )
    refused = visitor.post(f"{MANAGE}?lang={language}", {"sleutel": token})
    assert refused.status == 403
    assert say(words) in refused.text
    assert f'href="{MANAGE}/link' in refused.text


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_any_script_is_the_same_everywhere(
    desk_browser: Browser,
    visitor: Browser,
    define: Callable[..., Any],
    repository: Repository,
    name: str,
) -> None:
    assert visitor.post(f"{PAGE}/aanmelden", {**FORM, "naam": name}).status == 303
    (stored,) = registrations()
    id_ = stored["pk"].removeprefix("REGISTRATION#")
    assert stored["name"] == name
    shown = html.escape(name)
    token = auth.sign_link("registration", id_, 1)
    mine = visitor.follow(visitor.post(MANAGE, {"sleutel": token})).text
    assert name in html.unescape(mine)
    assert f"<bdi>{shown}</bdi>" in desk_browser.get(LIST).text.replace("&#39;", "&#x27;")
    found = usecases.registration_for_mail(repository, id_)
    assert found
    mail = mails.confirmation(usecases.find_definition(repository, "buurtdag"), found)
    assert f"Dag {name}," in mail.text
    assert f"<bdi>{shown}</bdi>" in mail.html.replace("&#39;", "&#x27;")
    rows = list(csv.reader(io.StringIO(desk_browser.get(f"{LIST}/deelnemers.csv").text)))
    assert rows[1][0] == name


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_unusual_address_is_mailed_to_and_recognised(visitor: Browser, address: str) -> None:
    assert visitor.post(f"{PAGE}/aanmelden", {**FORM, "email": address}).status == 303
    again = {**FORM, "email": f" {address.upper()} ", "idempotency_key": "again"}
    assert visitor.post(f"{PAGE}/aanmelden", again).status == 303
    (stored,) = registrations()
    assert stored["email"].isascii()


def test_an_address_that_is_one_letter_too_long_stays_in_the_form(
    send: Callable[..., Answer], say: Callable[..., str]
) -> None:
    refused = send({**FORM, "email": f"a{LONGEST}"})
    assert refused.status == 422
    assert say("Vul een e-mailadres in, zoals naam@voorbeeld.nl.") in refused.text
    assert field(refused, "email") == f"a{LONGEST}"


@pytest.mark.parametrize("hour", [-12, 12])
def test_a_phone_whose_clock_is_wrong_registers_as_everybody(
    visitor: Browser, clock: FixedClock, hour: int
) -> None:
    date = (clock.now() + timedelta(hours=hour)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert visitor.post(f"{PAGE}/aanmelden", FORM, Date=date).status == 303
    (stored,) = registrations()
    assert stored["registered_at"].startswith(f"{clock.now():%Y-%m-%dT%H}")
