""" "Are you still coming?": the page behind the mail's link, and what organisers see of it."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.registration import usecases
from chalicelib.registration.pages import coming
from chalicelib.registration.repository import Repository
from shared import auth
from shared.clock import FixedClock
from tests.service.browser import Browser
from tests.service.registration_edge.conftest import PAGE, items, person, registration_id
from tests.service.registration_edge.test_figures_and_downloads import tables
from tests.service.registration_edge.test_the_event_editor import EDIT, definition, fields_of

MANAGE = "/congres/aanmelding"
ASK = f"{MANAGE}/kom-je-nog"
LIST = "/congres/beheer/buurtdag"
DAY = "2027-09-17"
ASKED = datetime(2027, 9, 11, 9, 0, tzinfo=UTC)
NEVER_ASKED = "Je hoeft nu niets te laten weten."


@pytest.fixture(autouse=True)
def same_clock(repository: Any, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coming, "clock", clock)


@pytest.fixture
def ada(visitor: Browser, define: Callable[..., Any]) -> str:
    """Ada's link; the congress asks a week before."""
    define(mails={"reconfirm": 7})
    visitor.post(f"{PAGE}/aanmelden", person("ada"))
    return auth.sign_link("registration", registration_id("ada"), 1)


def say(browser: Browser, token: str, answer: str, day: str = DAY) -> Any:
    return browser.post(ASK, {"sleutel": token, "antwoord": answer, "dag": day})


def test_the_link_shows_two_buttons_and_changes_nothing(visitor: Browser, ada: str) -> None:
    before = items("")
    page = visitor.get(f"{ASK}?sleutel={ada}")
    assert page.status == 200
    assert "Set-Cookie" not in page.headers
    assert "ada@example.org" not in page.text
    assert page.text.count('name="antwoord"') == 2
    assert f'name="dag" value="{DAY}"' in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert items("") == before


def test_yes_opens_the_registration_and_is_remembered(
    visitor: Browser, ada: str, clock: FixedClock
) -> None:
    clock.advance(ASKED - clock.now())
    visitor.post(MANAGE, {"sleutel": ada})
    assert "Laat weten of je nog komt" in visitor.get(MANAGE).text
    answer = say(visitor, ada, "ik-kom")
    assert (answer.status, answer.location) == (303, MANAGE)
    assert "Je hebt gezegd dat je komt." in visitor.get(MANAGE).text
    assert "Je hebt gezegd dat je komt." in visitor.get(f"{ASK}?sleutel={ada}").text
    # Also without the mail's link, from the registration that is open in this browser.
    assert say(visitor, "", "ik-kom").status == 303


def test_no_cancels_and_closes_the_registration(visitor: Browser, ada: str) -> None:
    answer = say(visitor, ada, "ik-kom-niet")
    assert (answer.status, answer.location) == (303, f"{MANAGE}/afgemeld")
    assert say(visitor, ada, "ik-kom-niet").location == f"{MANAGE}/afgemeld"  # pressed twice
    assert say(visitor, ada, "ik-kom").status == 410
    assert visitor.get(f"{ASK}?sleutel={ada}").status == 410


def test_an_answer_for_another_day_is_asked_again(visitor: Browser, ada: str) -> None:
    refused = say(visitor, ada, "ik-kom-niet", "2027-09-10")
    assert refused.status == 409
    assert "op een andere dag" in refused.text
    assert refused.text.count('name="antwoord"') == 2
    assert f'name="dag" value="{DAY}"' in refused.text


def test_no_answer_at_all_shows_the_question(visitor: Browser, ada: str) -> None:
    page = say(visitor, ada, "misschien")
    assert (page.status, page.text.count('name="antwoord"')) == (200, 2)


@pytest.mark.parametrize("token", ["", "verzonnen"])
def test_without_a_right_link_nothing_is_asked(visitor: Browser, ada: str, token: str) -> None:
    assert visitor.get(f"{ASK}?sleutel={token}").status == 403
    refused = say(visitor, token, "ik-kom-niet")
    assert refused.status == 403
    assert f'href="{MANAGE}/link"' in refused.text


def test_who_waits_has_nothing_to_answer(visitor: Browser, ada: str) -> None:
    for name in ("bo", "cas"):
        visitor.post(f"{PAGE}/aanmelden", person(name))
    token = auth.sign_link("registration", registration_id("cas"), 1)
    assert NEVER_ASKED in visitor.get(f"{ASK}?sleutel={token}").text
    assert say(visitor, token, "ik-kom-niet").status == 409


def test_after_the_congress_there_is_nothing_to_answer(
    visitor: Browser, ada: str, clock: FixedClock
) -> None:
    clock.advance(datetime(2027, 9, 17, 15, 0, tzinfo=UTC) - clock.now())
    assert NEVER_ASKED in visitor.get(f"{ASK}?sleutel={ada}").text
    assert say(visitor, ada, "ik-kom-niet").status == 409


def test_organisers_see_who_answered_what(
    desk_browser: Browser,
    ada: str,
    define: Callable[..., Any],
    repository: Repository,
    clock: FixedClock,
) -> None:
    define(capacity=5, mails={"reconfirm": 7})
    usecases.spread_definition(repository, clock, event="buurtdag")
    links = {"ada": ada}
    for name in ("bo", "cas"):
        desk_browser.post(f"{PAGE}/aanmelden", person(name))
        links[name] = auth.sign_link("registration", registration_id(name), 1)
    say(desk_browser, links["ada"], "ik-kom")
    gone = registration_id("bo")
    say(desk_browser, links["bo"], "ik-kom-niet")

    found = {
        answer: {
            name
            for name in ("ada", "bo", "cas")
            if f"{name}@" in desk_browser.get(f"{LIST}?komt={answer}").text
        }
        for answer in ("ja", "nee", "geen", "")
    }
    assert found == {"ja": {"ada"}, "nee": {"bo"}, "geen": {"cas"}, "": {"ada", "cas"}}
    assert "Antwoord: ja" in desk_browser.get(f"{LIST}/deelnemer/{registration_id('ada')}").text
    assert "Antwoord: nee" in desk_browser.get(f"{LIST}/deelnemer/{gone}").text
    figures = tables(desk_browser.get(f"{LIST}/cijfers"))["Kom je nog?"]
    assert [row[1] for row in figures] == ["1", "1", "1"]
    rows = list(csv.reader(io.StringIO(desk_browser.get(f"{LIST}/deelnemers.csv").text)))
    column = rows[0].index("Komt nog")
    assert [row[column] for row in rows[1:]] == ["ja", ""]


def test_where_nobody_is_asked_organisers_see_nothing_of_it(
    desk_browser: Browser, define: Callable[..., Any]
) -> None:
    define()
    assert 'name="komt"' not in desk_browser.get(LIST).text
    assert "Kom je nog?" not in tables(desk_browser.get(f"{LIST}/cijfers"))


def test_an_organiser_chooses_the_days_in_the_form(
    desk_browser: Browser, define: Callable[..., Any], repository: Any
) -> None:
    define()
    shown = fields_of(desk_browser.get(EDIT))
    assert [shown[f"mails.{name}"] for name in ("reminder", "reconfirm", "thanks")] == [
        "2",
        "0",
        "1",
    ]
    wrong = desk_browser.post(
        EDIT, shown | {"mails.reconfirm": "7", "mails.reconfirm_again": "9", "documents": "plan b"}
    )
    assert wrong.status == 422
    assert 'href="#f-mails.reconfirm_again"' in wrong.text
    assert 'href="#f-documents"' in wrong.text
    assert fields_of(wrong)["documents"] == "plan b"
    right = {"mails.reconfirm": "7", "mails.reconfirm_again": "3", "documents": "/documenten/01AB"}
    assert desk_browser.post(EDIT, shown | right).status == 303
    saved = definition(repository)
    assert (saved.mails.reconfirm, saved.mails.reconfirm_again) == (7, 3)
    assert saved.documents == ("01AB",)
    assert fields_of(desk_browser.get("/congres/beheer/nieuw"))["mails.reminder"] == "2"
    copied = fields_of(desk_browser.get("/congres/beheer/nieuw?kopie=buurtdag"))
    assert (copied["mails.reconfirm"], copied["documents"]) == ("7", "")
