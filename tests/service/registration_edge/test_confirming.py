"""Confirming one's address: behind the mail's link, at the desk, and when it is too late."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.registration import usecases
from chalicelib.registration.repository import Repository
from shared import auth
from shared.clock import FixedClock
from tests.registration_support import congress
from tests.service.browser import Browser
from tests.service.registration_edge.conftest import PAGE, items, person, registration_id

CONFIRM = "/congres/aanmelding/bevestigen"
LIST = "/congres/beheer/buurtdag"


@pytest.fixture
def held(define: Callable[..., Any], visitor: Browser) -> Browser:
    define(registration={**congress()["registration"], "confirm_within": 24})
    return visitor


@pytest.fixture
def link(held: Browser) -> str:
    held.post(f"{PAGE}/aanmelden", person("ada"))
    return auth.sign_link("registration", registration_id("ada"), 1)


def test_everybody_is_told_before_and_after_registering(held: Browser) -> None:
    assert "Bevestig daarin je aanmelding binnen 24 uur" in held.get(PAGE).text
    page = held.follow(held.post(f"{PAGE}/aanmelden", person("ada")))
    assert "We houden een plek voor je vast" in page.text
    again = held.follow(held.post(f"{PAGE}/aanmelden", person("ada", idempotency_key="other")))
    assert "We houden een plek voor je vast" in again.text
    english = held.get(f"{PAGE}?lang=en").text
    assert "Confirm your registration in it within 24 hours" in english


def test_looking_changes_nothing_and_pressing_confirms(held: Browser, link: str) -> None:
    before = items("")
    page = held.get(f"{CONFIRM}?sleutel={link}")
    assert "Bevestig je aanmelding" in page.text
    assert held.get(f"{CONFIRM}?sleutel={link}").status == 200
    assert items("") == before
    done = held.follow(held.post(CONFIRM, {"sleutel": link}))
    assert "je aanmelding is bevestigd" in done.text
    assert "niet op tijd" not in done.text
    assert items("HOLDS#") == []
    assert held.get(f"{CONFIRM}?sleutel={link}").location == "/congres/aanmelding"


def test_the_registration_itself_asks_too(held: Browser, link: str) -> None:
    page = held.follow(held.post("/congres/aanmelding", {"sleutel": link}))
    assert "Bevestig je aanmelding" in page.text
    done = held.follow(held.post(CONFIRM, {}))
    assert "je aanmelding is bevestigd" in done.text
    assert "Anders vervalt" not in done.text


@pytest.mark.parametrize(
    ("language", "words"),
    [("nl", "niet op tijd bevestigd"), ("en", "You did not confirm your registration in time")],
)
def test_who_is_too_late_hears_what_to_do(
    held: Browser,
    link: str,
    repository: Repository,
    clock: FixedClock,
    language: str,
    words: str,
) -> None:
    clock.advance(timedelta(hours=25))
    usecases.sweep(repository, clock)
    for answer in (
        held.get(f"{CONFIRM}?sleutel={link}&lang={language}"),
        held.post(f"{CONFIRM}?lang={language}", {"sleutel": link}),
    ):
        assert answer.status == 410
        assert words in answer.text


def test_a_wrong_link_confirms_nothing(held: Browser, link: str) -> None:
    assert held.post(CONFIRM, {"sleutel": link[:-4] + "AAAA"}).status == 403
    assert held.post(CONFIRM, {}).status == 403
    assert len(items("HOLDS#")) == 1


def test_an_organiser_sees_it_and_confirms_for_somebody(
    held: Browser, link: str, desk_browser: Browser
) -> None:
    listed = desk_browser.get(f"{LIST}?stand=onbevestigd")
    assert "niet bevestigd" in listed.text
    path = f"{LIST}/deelnemer/{registration_id('ada')}"
    assert "De plek wordt vastgehouden tot" in desk_browser.get(path).text
    answer = desk_browser.post(f"{LIST}/bevestigen/{registration_id('ada')}")
    assert "De aanmelding is bevestigd." in desk_browser.follow(answer).text
    assert "Niets gevonden" in desk_browser.get(f"{LIST}?stand=onbevestigd").text
    (note,) = items("AUDIT#", "plekken-test-access")
    assert note["action"] == "registration.confirmed"
