"""What the holder of a manage link can do, and that looking changes nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from icalendar import Calendar
from msgspec.structs import replace

from chalicelib.registration import tickets
from chalicelib.registration.repository import Repository
from shared import auth
from shared.clock import FixedClock
from tests.service.browser import ORIGIN, Browser
from tests.service.registration_edge.conftest import (
    PAGE,
    items,
    open_manage,
    person,
    registration_id,
)

MANAGE = "/congres/aanmelding"
SEND = f"{PAGE}/aanmelden"


def _token(name: str, version: int = 1) -> str:
    return auth.sign_link("registration", registration_id(name), version)


def test_the_mailed_link_shows_a_button_and_changes_nothing(visitor: Browser) -> None:
    visitor.post(SEND, person("ada"))
    token, before = _token("ada"), items("")
    answer = visitor.get(f"{MANAGE}?sleutel={token}")
    assert answer.status == 200
    assert "Set-Cookie" not in answer.headers
    assert f'name="sleutel" value="{token}"' in answer.text
    assert "ada@example.org" not in answer.text
    assert items("") == before


def test_the_button_opens_the_registration_at_a_clean_address(visitor: Browser) -> None:
    visitor.post(SEND, person("ada"))
    sent = visitor.post(MANAGE, {"sleutel": _token("ada")})
    assert sent.location == MANAGE
    (cookie,) = sent.headers["Set-Cookie"]
    assert cookie.startswith("__Secure-aanmelding=")
    assert f"Path={MANAGE};" in cookie
    assert "HttpOnly; Secure; SameSite=Lax" in cookie
    page = visitor.get(MANAGE)
    assert "ada@example.org" in page.text
    assert 'value="a1" checked' in page.text
    assert "jouw plek" in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_without_a_link_there_is_only_the_way_to_ask_for_one(visitor: Browser) -> None:
    assert f'href="{MANAGE}/link"' in visitor.get(MANAGE).text
    assert visitor.get(f"{MANAGE}/afzeggen").status == 403
    assert visitor.post(f"{MANAGE}/wijzigen", {"naam": "Eve"}).status == 403


def test_a_made_up_or_revoked_link_opens_nothing(visitor: Browser) -> None:
    visitor.post(SEND, person("ada"))
    assert visitor.get(f"{MANAGE}?sleutel=verzonnen").status == 403
    assert visitor.post(MANAGE, {"sleutel": _token("ada") + "x"}).status == 403
    assert visitor.post(MANAGE, {"sleutel": _token("ada", version=2)}).status == 403
    assert not visitor.cookies


def test_a_bad_link_leaves_the_open_registration_alone(visitor: Browser) -> None:
    visitor.post(SEND, person("ada"))
    open_manage(visitor, "ada")
    refused = visitor.get(f"{MANAGE}?sleutel=verzonnen")
    assert f'href="{MANAGE}/link"' in refused.text
    assert "ada@example.org" in visitor.get(MANAGE).text


def test_a_revoked_link_is_forgotten(visitor: Browser) -> None:
    visitor.post(SEND, person("ada"))
    open_manage(visitor, "ada")
    visitor.cookies["__Secure-aanmelding"] = _token("ada", version=2)
    refused = visitor.get(MANAGE)
    assert refused.status == 403
    assert "Deze link werkt niet meer." in refused.text
    assert not visitor.cookies


def test_another_site_cannot_use_the_cookie(visitor: Browser) -> None:
    visitor.post(SEND, person("ada"))
    open_manage(visitor, "ada")
    foreign = visitor.post(f"{MANAGE}/afzeggen", {}, Origin="https://evil.example")
    assert foreign.status == 403
    assert items("PERSON#")


def test_changing_the_name_and_the_sessions(visitor: Browser) -> None:
    visitor.post(SEND, person("ada"))
    open_manage(visitor, "ada")
    form = {"naam": "Ada Lovelace", "sessie-r1": "a2", "sessie-r2": "b1"}
    page = visitor.follow(visitor.post(f"{MANAGE}/wijzigen", form))
    assert "Je aanmelding is opgeslagen." in page.text
    assert "Ada Lovelace" in page.text
    assert 'value="a2" checked' in page.text
    assert 'value="b1" checked' in page.text


def test_a_full_session_is_waited_for_and_the_seat_is_kept(visitor: Browser) -> None:
    visitor.post(SEND, person("ada", **{"sessie-r1": "a1"}))
    visitor.post(SEND, person("bo", **{"sessie-r1": "a2"}))
    open_manage(visitor, "bo")
    form = {"naam": "Bo", "sessie-r1": "a1", "sessie-r2": ""}
    page = visitor.follow(visitor.post(f"{MANAGE}/wijzigen", form))
    assert "je staat op nummer 1 van de wachtlijst" in page.text
    assert "je hebt een plek" in page.text
    assert 'value="a1" checked' in page.text


def test_a_wrong_change_keeps_what_was_typed(visitor: Browser) -> None:
    visitor.post(SEND, person("ada"))
    open_manage(visitor, "ada")
    answer = visitor.post(f"{MANAGE}/wijzigen", {"naam": "", "sessie-r1": "a2"})
    assert answer.status == 422
    assert "Vul je voor- en achternaam in." in answer.text
    assert 'value="a2" checked' in answer.text
    unknown = visitor.post(f"{MANAGE}/wijzigen", {"naam": "Ada", "sessie-r1": "weg"})
    assert unknown.status == 422
    assert 'href="#f-sessie-r1"' in unknown.text


def test_cancelling_asks_once_more_and_then_frees_the_seat(visitor: Browser) -> None:
    visitor.post(SEND, person("ada"))
    open_manage(visitor, "ada")
    before = items("")
    assert "Ja, zeg mijn aanmelding af" in visitor.get(f"{MANAGE}/afzeggen").text
    assert items("") == before
    page = visitor.follow(visitor.post(f"{MANAGE}/afzeggen"))
    assert "Je bent afgemeld" in page.text
    assert "__Secure-aanmelding" not in visitor.cookies
    assert not items("PERSON#")
    reopened = visitor.post(MANAGE, {"sleutel": _token("ada")})
    assert visitor.follow(reopened).status == 410


def test_closing_forgets_the_link_in_this_browser_only(visitor: Browser) -> None:
    visitor.post(SEND, person("ada"))
    open_manage(visitor, "ada")
    page = visitor.follow(visitor.post(f"{MANAGE}/sluiten"))
    assert "ada@example.org" not in page.text
    assert "ada@example.org" in open_manage(visitor, "ada").text


def test_after_the_congress_nothing_can_be_changed(visitor: Browser, clock: FixedClock) -> None:
    visitor.post(SEND, person("ada"))
    open_manage(visitor, "ada")
    clock.advance(timedelta(days=160))
    assert "wijzigen" not in visitor.get(MANAGE).text
    assert visitor.post(f"{MANAGE}/wijzigen", {"naam": "Ada"}).status == 409
    clock.advance(timedelta(days=30))
    assert visitor.get(MANAGE).status == 410


def test_asking_for_the_link_says_the_same_to_everybody(visitor: Browser) -> None:
    visitor.post(SEND, person("ada"))
    form = f"{MANAGE}/link"
    assert 'type="hidden" name="congres" value="buurtdag"' in visitor.get(form).text
    known = visitor.post(form, {"congres": "buurtdag", "email": "ada@example.org"})
    unknown = visitor.post(form, {"congres": "buurtdag", "email": "eve@example.org"})
    assert (known.status, known.headers, known.text) == (
        unknown.status,
        unknown.headers,
        unknown.text,
    )
    assert "Kijk in je mail" in visitor.follow(known).text


def test_asking_for_the_link_with_a_wrong_address(
    visitor: Browser, define: Callable[..., Any]
) -> None:
    define(id="ander-congres")
    form = f"{MANAGE}/link"
    before = items("")
    wrong = visitor.post(form, {"congres": "buurtdag", "email": "geen adres"})
    assert wrong.status == 422
    assert 'value="geen adres"' in wrong.text
    assert 'value="buurtdag" required checked' in wrong.text
    assert visitor.post(form, {"congres": "", "email": "a@example.org"}).status == 422
    assert visitor.post(form, {"congres": "weg", "email": "a@example.org"}).status == 422
    assert items("") == before
    assert visitor.post(form, {}, Origin=f"{ORIGIN}.example").status == 403


def test_the_ticket_is_a_picture_of_the_code_and_only_for_who_has_a_seat(
    visitor: Browser, repository: Repository
) -> None:
    for name in ("ada", "bo", "cas"):
        visitor.post(SEND, person(name))
    assert visitor.get(f"{MANAGE}/kaartje").status == 403
    assert f'href="{MANAGE}/kaartje"' in open_manage(visitor, "ada").text
    page = visitor.get(f"{MANAGE}/kaartje")
    ada = repository.registrations.get(registration_id("ada"))
    assert ada is not None
    code = tickets.code(ada)
    assert tickets.shown(code) in page.text
    assert tickets.picture(code) in page.text
    waits = open_manage(visitor, "cas")
    assert "kaartje" not in waits.text
    assert visitor.get(f"{MANAGE}/kaartje").status == 409


def test_the_appointment_can_be_fetched_once_there_is_a_seat(visitor: Browser) -> None:
    for name in ("ada", "bo", "cas"):
        visitor.post(SEND, person(name))
    assert visitor.get(f"{MANAGE}/agenda.ics").status == 403
    page = open_manage(visitor, "ada")
    assert f'href="{MANAGE}/agenda.ics"' in page.text
    assert 'href="https://calendar.google.com/' in page.text
    answer = visitor.get(f"{MANAGE}/agenda.ics")
    assert answer.headers["Content-Type"].startswith("text/calendar")
    (appointment,) = Calendar.from_ical(answer.text).walk("VEVENT")
    assert appointment["UID"] == f"registration-{registration_id('ada')}@plekken"
    assert "agenda" not in open_manage(visitor, "cas").text
    assert visitor.get(f"{MANAGE}/agenda.ics").status == 409


def test_a_ticket_code_is_nobody_elses(visitor: Browser, repository: Repository) -> None:
    visitor.post(SEND, person("ada"))
    ada = repository.registrations.get(registration_id("ada"))
    assert ada is not None
    codes = {tickets.code(one) for one in (ada, replace(ada, id="x"), replace(ada, link_version=2))}
    assert len(codes) == 3
    assert all(len(code) == 12 for code in codes)
    assert ada.id not in tickets.picture(tickets.code(ada))
