"""What organisers see and do, and that nobody else does."""

import csv
import io
import re
from html import unescape
from typing import Any

import pytest

from chalicelib.registration.pages import participants
from chalicelib.registration.usecases import search
from shared.access import OrganiserItem
from tests.service.browser import Answer, Browser, sign_in
from tests.service.registration_edge.conftest import PAGE, items, person, registration_id

DESK = "/congres/beheer"
LIST = f"{DESK}/buurtdag"
SEND = f"{PAGE}/aanmelden"


def test_strangers_go_to_the_sign_in_page(visitor: Browser) -> None:
    for path in (DESK, LIST, f"{LIST}/cijfers", f"{LIST}/deelnemers.xlsx", f"{LIST}/afzeggen/x"):
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
    monkeypatch.setattr(participants, "PAGE_SIZE", 2)
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


def names(answer: Answer) -> list[str]:
    """Who stands in the table, in order."""
    return re.findall(r"<bdi>(.*?)</bdi></a>", answer.text)


def test_search_and_filters_narrow_the_list(desk_browser: Browser) -> None:
    desk_browser.post(SEND, person("ada", naam="Zoë Ångström"))
    desk_browser.post(SEND, person("bo", **{"sessie-r1": "a2"}))
    desk_browser.post(SEND, person("cas", **{"sessie-r1": ""}))
    desk_browser.post(SEND, person("dirk", **{"sessie-r1": ""}))
    desk_browser.post(f"{LIST}/afzeggen/{registration_id('dirk')}")
    cases = {
        "": ["Zoë Ångström", "Bo", "Cas"],
        "?q=angstrom": ["Zoë Ångström"],
        "?q=BO@EXAMPLE": ["Bo"],
        "?stand=seated": ["Zoë Ångström", "Bo"],
        "?stand=waiting": ["Cas"],
        "?stand=cancelled": ["Dirk"],
        "?stand=cancelled&q=bo": [],
        "?sessie=a2": ["Bo"],
        "?wie=resident&stand=waiting": ["Cas"],
        "?wie=niemand": [],
        "?stand=onzin": ["Zoë Ångström", "Bo", "Cas"],
    }
    for query, expected in cases.items():
        assert names(desk_browser.get(LIST + query)) == expected, query
    assert "Niets gevonden" in desk_browser.get(f"{LIST}?q=niemand").text


def follow_all(browser: Browser, path: str) -> list[str]:
    """The names on every page, by following “Volgende”."""
    found: list[str] = []
    while path:
        answer = browser.get(path)
        assert answer.status == 200
        found += names(answer)
        path = unescape(answer.text.partition('class="button quiet" href="')[2].partition('"')[0])
    return found


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_every_page_goes_on_where_the_last_one_ended(
    desk_browser: Browser, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """Also where a page ends with a part that was read, and where it is found late."""
    monkeypatch.setattr(participants, "PAGE_SIZE", size)
    monkeypatch.setattr(search, "READ_AT_ONCE", 2)
    monkeypatch.setattr(search, "MOST_READ", 4)
    everybody = [f"{letter}anna" for letter in "abcdefg"]
    for name in everybody:
        desk_browser.post(SEND, person(name, **{"sessie-r1": ""}))
    expected = [name.title() for name in everybody]
    assert follow_all(desk_browser, f"{LIST}?q=anna") == expected
    assert follow_all(desk_browser, f"{LIST}?q=ganna") == ["Ganna"]
    assert follow_all(desk_browser, f"{DESK}/zoeken?q=anna") == expected
    for name in everybody[:5]:
        desk_browser.post(f"{LIST}/afzeggen/{registration_id(name)}")
    assert sorted(follow_all(desk_browser, f"{LIST}?stand=cancelled")) == expected[:5]
    assert sorted(follow_all(desk_browser, f"{LIST}?stand=cancelled&q=anna")) == expected[:5]


def test_searching_everywhere_shows_only_what_may_be_seen(
    desk_browser: Browser, visitor: Browser, define: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MOST_EVENTS", 1)
    define(id="ander-congres")
    visitor.post(SEND, person("ada"))
    visitor.post("/congres/ander-congres/aanmelden", person("anders", naam="Ada Anders"))
    assert sorted(follow_all(desk_browser, f"{DESK}/zoeken?q=ada")) == ["Ada", "Ada Anders"]
    roles = {"registration/buurtdag": "reader"}
    OrganiserItem("ORGANISERS", "o4", email="o4@example.org", name="Vier", roles=roles).save()
    one = sign_in(visitor, "o4")
    assert follow_all(one, f"{DESK}/zoeken?q=ada") == ["Ada"]
    cursor = desk_browser.get(f"{DESK}/zoeken?q=ada").text.partition("cursor=")[2].partition('"')[0]
    assert "Ada" in desk_browser.get(f"{DESK}/zoeken?q=ada&cursor={cursor}").text
    assert one.get(f"{DESK}/ander-congres").status == 403
    assert "Vul minstens twee letters in." in desk_browser.get(f"{DESK}/zoeken?q=a").text
    assert desk_browser.get(f"{DESK}/zoeken").status == 200
    assert desk_browser.get(f"{DESK}/zoeken?q=ada&cursor=verzonnen").status == 422


def test_a_participant_has_a_page(desk_browser: Browser, define: Any) -> None:
    desk_browser.post(SEND, person("ada"))
    desk_browser.post(SEND, person("bo"))
    text = desk_browser.get(f"{LIST}/deelnemer/{registration_id('bo')}").text
    for shown in ("Bo", "bo@example.org", "030 123 45 67", "nummer 1 op de wachtlijst"):
        assert shown in text
    assert "vegetarisch" not in text
    define(id="ander-congres")
    other = f"{DESK}/ander-congres/deelnemer/{registration_id('bo')}"
    assert desk_browser.get(other).status == 404
    assert desk_browser.get(f"{LIST}/deelnemer/onbekend").status == 410


def test_several_are_cancelled_after_asking_once_more(desk_browser: Browser) -> None:
    for name in ("ada", "bo", "cas"):
        desk_browser.post(SEND, person(name))
    ids = [registration_id("ada"), registration_id("bo"), "onbekend"]
    assert f'value="{ids[0]}.1"' in desk_browser.get(LIST).text
    chosen = [f"{id_}.1" for id_ in ids]
    asked = desk_browser.post(f"{LIST}/afzeggen", {"gekozen": chosen})
    assert asked.status == 200
    assert "Je kunt dit niet terugdraaien." in asked.text
    assert len(items("PERSON#")) == 3
    done = desk_browser.post(f"{LIST}/afzeggen", {"gekozen": chosen, "zeker": "ja"})
    assert "2 afgezegd." in desk_browser.follow(done).text
    assert len(items("PERSON#")) == 1
    assert len(items("AUDIT#", "plekken-test-access")) == 2
    again = desk_browser.post(f"{LIST}/afzeggen", {"gekozen": chosen, "zeker": "ja"})
    assert "3 was intussen al veranderd" in desk_browser.follow(again).text
    nobody = desk_browser.post(f"{LIST}/afzeggen", {"zeker": "ja"})
    assert "Kies eerst een of meer regels" in desk_browser.follow(nobody).text


def test_a_helper_at_the_door_sees_no_addresses(visitor: Browser, mocked_aws: None) -> None:
    visitor.post(SEND, person("ada"))
    id_ = registration_id("ada")
    roles = {"registration": "helper"}
    OrganiserItem("ORGANISERS", "o5", email="o5@example.org", name="Vijf", roles=roles).save()
    helper = sign_in(visitor, "o5")
    for path in (LIST, f"{LIST}/deelnemers.csv", f"{LIST}/deelnemer/{id_}", f"{DESK}/zoeken?q=ada"):
        answer = helper.get(path)
        assert answer.status == 403
        assert "ada@example.org" not in answer.text
    assert helper.post(f"{LIST}/afzeggen", {"gekozen": f"{id_}.1", "zeker": "ja"}).status == 403


def test_a_cursor_of_another_list_is_refused(
    desk_browser: Browser, visitor: Browser, define: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(participants, "PAGE_SIZE", 1)
    define(id="ander-congres")
    for name in ("ada", "bo"):
        visitor.post("/congres/ander-congres/aanmelden", person(name))
    text = desk_browser.get(f"{DESK}/ander-congres").text
    cursor = text.partition("cursor=")[2].partition('"')[0].partition("&")[0]
    assert desk_browser.get(f"{DESK}/ander-congres?cursor={cursor}").status == 200
    assert desk_browser.get(f"{LIST}?cursor={cursor}").status == 422
    roles = {"registration/buurtdag": "reader"}
    OrganiserItem("ORGANISERS", "o6", email="o6@example.org", name="Zes", roles=roles).save()
    assert sign_in(visitor, "o6").get(f"{DESK}/zoeken?q=ada&cursor={cursor}").status == 422
