"""The form, from the page to the thanks page, with everything that people get wrong."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from chalicelib.registration import consents
from shared.clock import FixedClock
from tests.service.browser import Browser
from tests.service.registration_edge.conftest import FORM, PAGE, items, person, registrations

SEND = f"{PAGE}/aanmelden"
DIRECTORY = {"ledengids": "ja", "initiatief": "Buurttuin", "website": "tuin.example.org"}


def test_the_list_leads_to_the_congress(visitor: Browser) -> None:
    answer = visitor.get("/congres")
    assert answer.status == 200
    assert f'href="{PAGE}"' in answer.text


def test_the_page_shows_the_programme_and_a_form_with_a_fresh_key(visitor: Browser) -> None:
    first, second = visitor.get(PAGE), visitor.get(PAGE)
    assert first.status == 200
    assert first.headers["Cache-Control"] == "no-store"
    assert 'name="sessie-r1"' in first.text
    assert "nog 1 plek" in first.text
    assert consents.CONGRESS.text in first.text
    assert _key(first.text) != _key(second.text)


def test_an_english_page_stays_english(visitor: Browser) -> None:
    answer = visitor.get(f"{PAGE}?lang=en")
    assert '<html lang="en">' in answer.text
    assert "Neighbourhood day" in answer.text
    assert f'action="{SEND}?lang=en"' in answer.text
    sent = visitor.post(f"{SEND}?lang=en", FORM)
    assert "lang=en" in sent.location
    assert registrations()[0]["language"] == "en"


def test_registering_leads_to_thanks(visitor: Browser) -> None:
    sent = visitor.post(SEND, FORM)
    assert sent.status == 303
    assert sent.headers["Cache-Control"] == "no-store"
    thanks = visitor.get(sent.location)
    assert thanks.status == 200
    assert "Bedankt voor je aanmelding" in thanks.text
    assert "je hebt een plek" in thanks.text
    registration = registrations()[0]
    assert registration["email"] == "ada@example.org"
    consent = msgspec.json.decode(registration["consent"])
    assert consent["text_version"] == consents.CONGRESS.version


def test_the_address_of_the_thanks_page_says_nothing_about_the_person(visitor: Browser) -> None:
    sent = visitor.post(SEND, FORM)
    token = parse_qs(urlsplit(sent.location).query)["bewijs"][0]
    stored = registrations()[0]["pk"].removeprefix("REGISTRATION#")
    assert stored not in token
    assert visitor.get(f"{PAGE}/bedankt?bewijs={token[:-2]}xx").status == 403
    assert visitor.get(f"{PAGE}/bedankt").status == 403


def test_a_known_address_sees_what_a_new_one_sees(visitor: Browser) -> None:
    first = visitor.follow(visitor.post(SEND, person("ada", **{"sessie-r1": ""})))
    again = visitor.post(SEND, person("eve", email="ada@example.org", **{"sessie-r1": ""}))
    assert _without_address(visitor.follow(again).text) == _without_address(first.text)
    assert len(items("PERSON#")) == 1


def test_sending_twice_registers_once(visitor: Browser) -> None:
    first, second = visitor.post(SEND, FORM), visitor.post(SEND, FORM)
    assert first.location == second.location
    assert len(items("PERSON#")) == 1


def test_another_person_with_the_same_key_may_try_again(visitor: Browser) -> None:
    visitor.post(SEND, FORM)
    changed = {**FORM, "naam": "Bo", "email": "bo@example.org"}
    refused = visitor.post(SEND, changed)
    assert refused.status == 422
    assert "Je had dit formulier al verstuurd" in refused.text
    fresh = _key(refused.text)
    assert fresh != FORM["idempotency_key"]
    assert visitor.post(SEND, {**changed, "idempotency_key": fresh}).status == 303
    assert len(items("PERSON#")) == 2


def test_the_full_congress_has_an_honest_waiting_list(visitor: Browser) -> None:
    for name in ("ada", "bo"):
        visitor.post(SEND, person(name))
    page = visitor.get(PAGE)
    assert "Het congres is vol" in page.text
    thanks = visitor.follow(visitor.post(SEND, person("cas")))
    assert "Je staat op de wachtlijst" in thanks.text
    assert "nummer 1 van de wachtlijst" in thanks.text


def test_a_full_session_says_the_place_in_its_line(visitor: Browser) -> None:
    visitor.post(SEND, person("ada"))
    thanks = visitor.follow(visitor.post(SEND, person("bo")))
    assert "Bedankt voor je aanmelding" in thanks.text
    assert "je staat op nummer 1 van de wachtlijst" in thanks.text


def test_the_wish_for_the_directory_is_kept(visitor: Browser) -> None:
    thanks = visitor.follow(visitor.post(SEND, {**FORM, **DIRECTORY}))
    assert "ledengids" in thanks.text
    profile = msgspec.json.decode(registrations()[0]["profile"])
    assert profile["name"] == "Buurttuin"
    assert profile["website"] == "https://tuin.example.org"
    assert profile["consent"]["text_version"] == consents.DIRECTORY.version


def test_fields_of_the_directory_count_only_with_the_tick(visitor: Browser) -> None:
    visitor.post(SEND, {**FORM, **DIRECTORY, "ledengids": ""})
    assert not any(item.get("profile") for item in registrations())


WRONG = [
    ("naam", "", "Vul je voor- en achternaam in."),
    ("naam", "a" * 201, "Je naam is te lang."),
    ("naam", "Ada\x00", "Vul alleen je naam in"),
    ("naam", "Win! http://spam.example", "Vul alleen je naam in"),
    ("organisatie", "Tuin\x00", "tekens in die we niet kunnen opslaan"),
    ("naam", "\u200b", "Vul je voor- en achternaam in."),
    ("email", "", "Vul een e-mailadres in"),
    ("email", "ada", "Vul een e-mailadres in"),
    ("email", "a" * 250 + "@example.org", "Vul een e-mailadres in"),
    ("email", "ädä@example.org", "zonder accenten"),
    ("doelgroep", "", "Kies wie je bent."),
    ("doelgroep", "burgemeester", "Kies wie je bent."),
    ("organisatie", "o" * 201, "De naam van je organisatie is te lang."),
    ("telefoon", "bel maar", "Vul een telefoonnummer in"),
    ("telefoon", "1" * 41, "Dit telefoonnummer is te lang."),
    ("sessie-r1", "bestaat-niet", "Deze sessie bestaat niet"),
    ("lunch", "x" * 301, "Je wens voor de lunch is te lang."),
    ("toegankelijk", "x" * 601, "Wat je nodig hebt, is te lang."),
    ("akkoord", "", "Zonder jouw akkoord"),
    ("initiatief", "", "Vul de naam van je initiatief in."),
    ("initiatief", "x" * 121, "De naam van je initiatief is te lang."),
    ("plaats", "x" * 81, "De naam van je wijk of plaats is te lang."),
    ("website", "geen site", "Vul een webadres in"),
    ("website", "x" * 301, "Dit webadres is te lang."),
    ("over", "x" * 601, "Je tekst is te lang."),
]


def test_a_wrong_field_is_named_and_nothing_typed_is_lost(visitor: Browser) -> None:
    before = items("")
    for field, typed, says in WRONG:
        answer = visitor.post(SEND, {**FORM, **DIRECTORY, field: typed})
        assert answer.status == 422, (field, typed)
        assert answer.headers["Cache-Control"] == "no-store"
        assert says in answer.text, (field, typed)
        assert f'href="#f-{field}"' in answer.text
        assert f'id="e-{field}"' in answer.text
        other = "Ada de Vries" if field != "naam" else "ada@example.org"
        assert f'value="{other}"' in answer.text
        assert 'value="resident" required checked' in answer.text or field == "doelgroep"
        assert "een plek vooraan</textarea>" in answer.text or field == "toegankelijk"
    assert items("") == before


def test_an_empty_form_names_every_field_that_is_needed(visitor: Browser) -> None:
    answer = visitor.post(SEND, {})
    assert answer.status == 422
    assert [name for name in FORM if f'href="#f-{name}"' in answer.text] == [
        "naam",
        "email",
        "doelgroep",
        "akkoord",
    ]


def test_errors_are_english_on_the_english_page(visitor: Browser) -> None:
    answer = visitor.post(f"{SEND}?lang=en", {**FORM, "naam": ""})
    assert "Enter your first and last name." in answer.text


GOOD = [
    ("naam", "Zoë Ångström-Núñez"),
    ("naam", "👩‍🌾 Fenna 🌻"),
    ("naam", "محمد الأمين"),
    ("naam", "א" * 200),
    ("naam", "O'Neil <b>x</b> & zoon"),
    ("email", "ada+congres@example.org"),
    ("toegankelijk", "\r\n".join(["x" * 99] * 6)),
    ("email", "ada@münchen.example"),
    ("email", "a" * 64 + "@" + ".".join(["d" * 63, "e" * 63, "f" * 58, "nl"])),
]


@pytest.mark.parametrize(("field", "typed"), GOOD)
def test_unusual_but_right_values_are_taken(visitor: Browser, field: str, typed: str) -> None:
    assert visitor.post(SEND, {**FORM, field: typed}).status == 303
    assert len(items("PERSON#")) == 1


def test_typed_markup_is_shown_as_text(visitor: Browser) -> None:
    answer = visitor.post(SEND, {**FORM, "naam": '"><script>x</script>', "email": ""})
    assert "<script>x" not in answer.text
    assert "&lt;script&gt;x" in answer.text


def test_the_field_that_people_cannot_see_stops_robots(visitor: Browser) -> None:
    answer = visitor.post(SEND, {**FORM, "referentie": "http://spam.example"})
    assert answer.status == 422
    assert "Laat het verborgen veld leeg" in answer.text
    assert not registrations()


def test_an_old_consent_text_has_to_be_read_again(visitor: Browser) -> None:
    answer = visitor.post(SEND, {**FORM, "tekst": "congres-0"})
    assert answer.status == 422
    assert "De tekst is veranderd." in answer.text


def test_nobody_registers_before_it_opens_or_after_it_closes(
    visitor: Browser, define: Callable[..., Any], clock: FixedClock
) -> None:
    define(registration={"opens": "2027-05-01 09:00", "closes": "2027-06-01 09:00"})
    clock.advance(timedelta(minutes=1))
    assert "Aanmelden kan vanaf zaterdag 1 mei 2027 om 9.00 uur." in visitor.get(PAGE).text
    early = visitor.post(SEND, FORM)
    assert early.status == 409
    clock.advance(timedelta(days=60))
    assert "Aanmelden kon tot" in visitor.get(PAGE).text
    late = visitor.post(SEND, FORM)
    assert late.status == 409
    assert "Je kunt je nu niet aanmelden voor dit congres." in late.text
    assert 'name="naam"' not in late.text
    assert not registrations()


def test_drafts_and_unknown_congresses_are_not_there(
    visitor: Browser, define: Callable[..., Any]
) -> None:
    define(id="geheim", published=False)
    for path in ("/congres/geheim", "/congres/bestaat-niet", "/congres/geheim/bedankt?bewijs=x"):
        assert visitor.get(path).status in {403, 404}
    assert visitor.get("/congres/geheim").status == 404
    assert visitor.post("/congres/geheim/aanmelden", FORM).status == 404
    assert "geheim" not in visitor.get("/congres").text


def test_other_bodies_are_refused(visitor: Browser) -> None:
    large = visitor.send("POST", SEND, b"naam=" + b"a" * 1_000_000, {**_type("form")})
    assert large.status == 413
    assert visitor.send("POST", SEND, b"{}", _type("json")).status == 415
    assert visitor.send("POST", SEND, b"naam=%ff%fe", _type("form")).status == 400
    assert not registrations()


def _without_address(page: str) -> str:
    """The page without the link to the other language, which holds the page's own address."""
    return re.sub(r'href="[^"]*bewijs=[^"]*"', "", page)


def _type(kind: str) -> dict[str, str]:
    form, json = "application/x-www-form-urlencoded", "application/json"
    return {"Content-Type": form if kind == "form" else json}


def _key(page: str) -> str:
    return page.partition('name="idempotency_key" value="')[2].partition('"')[0]
