"""What organisers see and do, and that nobody else does."""

import csv
import io
from typing import Any

import pytest

from chalicelib.registration.export import harmless
from chalicelib.registration.pages import desk
from shared.access import OrganiserItem
from tests.service.browser import Browser, sign_in
from tests.service.registration_edge.conftest import PAGE, items, person, registration_id

DESK = "/congres/beheer"
LIST = f"{DESK}/buurtdag"
SEND = f"{PAGE}/aanmelden"


def test_strangers_go_to_the_sign_in_page(visitor: Browser) -> None:
    for path in (DESK, LIST, f"{LIST}/deelnemers.csv", f"{LIST}/afzeggen/x"):
        answer = visitor.get(path)
        assert answer.status == 303
        assert answer.location.startswith("/beheer/inloggen?verder=")
    assert visitor.post(f"{LIST}/afzeggen/x").status == 303


def test_an_organiser_of_another_service_sees_nothing(visitor: Browser, mocked_aws: None) -> None:
    roles = {"directory": "owner"}
    OrganiserItem("ORGANISERS", "o2", email="o2@example.org", name="Twee", roles=roles).save()
    assert sign_in(visitor, "o2").get(LIST).status == 403


def test_a_reader_looks_and_does_not_cancel(visitor: Browser, mocked_aws: None) -> None:
    visitor.post(SEND, person("ada"))
    roles = {"registration": "reader"}
    OrganiserItem("ORGANISERS", "o3", email="o3@example.org", name="Drie", roles=roles).save()
    reader = sign_in(visitor, "o3")
    assert reader.get(LIST).status == 200
    assert reader.post(f"{LIST}/afzeggen/{registration_id('ada')}").status == 403
    assert items("PERSON#")


def test_the_desk_shows_the_figures(desk_browser: Browser) -> None:
    for name in ("ada", "bo", "cas"):
        desk_browser.post(SEND, person(name))
    page = desk_browser.get(DESK)
    assert f'href="{LIST}"' in page.text
    assert "2 van 2" in page.text


def test_the_list_shows_the_seated_before_the_waiting_page_by_page(
    desk_browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "PAGE_SIZE", 2)
    for name in ("ada", "bo", "cas"):
        desk_browser.post(SEND, person(name))
    first = desk_browser.get(LIST)
    assert first.text.index("Ada") < first.text.index("Bo")
    assert "Cas" not in first.text
    following = first.text.partition('class="button quiet" href="')[2].partition('"')[0]
    second = desk_browser.get(following.replace("&amp;", "&"))
    assert "Cas" in second.text
    assert "wacht" in second.text
    assert desk_browser.get(f"{LIST}?cursor=verzonnen").status == 422


def test_an_organiser_cancels_for_somebody(desk_browser: Browser) -> None:
    desk_browser.post(SEND, person("ada"))
    path = f"{LIST}/afzeggen/{registration_id('ada')}"
    before = items("")
    assert "Wil je deze deelnemer afzeggen?" in desk_browser.get(path).text
    assert items("") == before
    page = desk_browser.follow(desk_browser.post(path))
    assert "De deelnemer is afgezegd" in page.text
    assert "ada@example.org" not in page.text
    (audit,) = items("AUDIT#", "plekken-test-access")
    assert audit["action"] == "registration.cancelled"


def test_cancelling_needs_the_token_of_the_session(desk_browser: Browser) -> None:
    desk_browser.post(SEND, person("ada"))
    desk_browser.csrf = "verzonnen"
    assert desk_browser.post(f"{LIST}/afzeggen/{registration_id('ada')}").status == 403
    assert items("PERSON#")


def test_a_registration_belongs_to_its_own_congress(desk_browser: Browser, define: Any) -> None:
    define(id="ander-congres")
    desk_browser.post(SEND, person("ada"))
    path = f"{DESK}/ander-congres/afzeggen/{registration_id('ada')}"
    assert desk_browser.get(path).status == 404
    assert desk_browser.post(path).status == 404


def test_the_download_holds_everybody_and_runs_nothing(desk_browser: Browser) -> None:
    desk_browser.post(SEND, person("ada", naam="=1+1", lunch='veg", "x', telefoon="+31612345678"))
    desk_browser.post(SEND, person("bo", naam="Zoë Ångström 🌳"))
    answer = desk_browser.get(f"{LIST}/deelnemers.csv")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "deelnemers-buurtdag.csv" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.text.startswith("\ufeff")
    ada, bo = csv.DictReader(io.StringIO(answer.text[1:]))
    assert ada["Naam"] == "'=1+1"
    assert ada["Telefoon"] == "'+31612345678"
    assert ada["Lunch"] == 'veg", "x'
    assert ada["Sessies"] == "a1"
    assert bo["Naam"] == "Zoë Ångström 🌳"
    assert bo["Sessies op de wachtlijst"] == "a1"
    assert bo["Stand"] == "heeft een plek"


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_a_formula_gets_an_apostrophe(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert harmless(f"x{cell}") == f"x{cell}"
