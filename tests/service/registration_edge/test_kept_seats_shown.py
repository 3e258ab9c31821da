"""What people and organisers see of seats that are kept for an audience."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.registration_support import EVENT, congress
from tests.service.browser import Browser
from tests.service.registration_edge.conftest import (
    API,
    BODY,
    PAGE,
    items,
    open_manage,
    person,
)
from tests.service.registration_edge.test_the_event_editor import EDIT, fields_of

AUDIENCES = [
    {"id": "resident", "title": {"nl": "Bewoner", "en": "Resident"}, "share": 2},
    {"id": "student", "title": {"nl": "Student", "en": "Student"}},
]
TIMES = congress()["registration"] | {"shares_until": "2027-06-01 09:00"}


@pytest.fixture
def shared_out(visitor: Browser, define: Callable[..., Any]) -> Browser:
    """Three seats, two of them for residents until June."""
    define(capacity=3, audiences=AUDIENCES, registration=TIMES)
    return visitor


def register(browser: Browser, name: str, audience: str = "resident") -> None:
    sent = browser.post(f"{PAGE}/aanmelden", person(name, doelgroep=audience, **{"sessie-r1": ""}))
    assert sent.status == 303, sent.text


@pytest.mark.parametrize(
    ("language", "free", "full"),
    [("nl", "nog 2 plekken", "vol – wachtlijst"), ("en", "2 places left", "full – waiting list")],
)
def test_the_form_says_how_many_seats_there_are_for_each_audience(
    shared_out: Browser, language: str, free: str, full: str
) -> None:
    register(shared_out, "sven", "student")
    shown = shared_out.get(f"{PAGE}?lang={language}").text
    resident, student = shown.index('value="resident"'), shown.index('value="student"')
    assert free in shown[resident:student]
    assert full in shown[student : student + 400]


def test_json_says_it_too(shared_out: Browser) -> None:
    register(shared_out, "sven", "student")
    found = json.loads(shared_out.get(API.removesuffix("/registrations")).text)
    assert found["places_left"] == 2
    assert {one["id"]: one["places_left"] for one in found["audiences"]} == {
        "resident": 2,
        "student": 0,
    }


def test_who_waits_twice_sees_one_place(shared_out: Browser) -> None:
    for name in ("ada", "bob", "cas", "dirk"):
        register(shared_out, name)
    register(shared_out, "eva")
    seen = open_manage(shared_out, "eva").text
    assert seen.count("nummer 2") == 1
    answer = shared_out.post_json(
        API, {**BODY, "email": "fee@example.org", "sessions": []}, idempotency_key="fee"
    )
    assert [one["id"] for one in json.loads(answer.text)["lines"]] == [
        "congress.resident",
        "congress",
    ]


def test_the_desk_counts_all_seats_and_shows_the_kept_ones(
    shared_out: Browser, desk_browser: Browser
) -> None:
    register(desk_browser, "ada")
    register(desk_browser, "sven", "student")
    desk = desk_browser.get(f"/congres/beheer/{EVENT}").text
    assert "2 van 3" in desk
    figures = desk_browser.get(f"/congres/beheer/{EVENT}/cijfers").text
    assert "Plekken alleen voor een doelgroep" in figures


def test_seats_are_kept_and_given_back_in_the_editor(
    shared_out: Browser, desk_browser: Browser
) -> None:
    form = fields_of(desk_browser.get(EDIT))
    assert form["audiences[0].share"] == "2"
    assert form["registration.shares_until"] == "2027-06-01T09:00"
    too_many = desk_browser.post(EDIT, form | {"audiences[0].share": "4", "doe": "bewaar"})
    assert too_many.status == 422
    assert "Er zijn samen meer plekken voor doelgroepen dan er plekken zijn." in too_many.text
    late = form | {"registration.shares_until": "2028-01-01T09:00", "doe": "bewaar"}
    assert "voor het congres voorbij is" in desk_browser.post(EDIT, late).text
    assert desk_browser.post(EDIT, form | {"audiences[0].share": "", "doe": "bewaar"}).status == 303
    assert {one["pk"]: int(one["capacity"]) for one in items(f"POOL#{EVENT}#congress")}[
        f"POOL#{EVENT}#congress"
    ] == 3


def test_an_audience_with_people_on_its_seats_keeps_them(
    shared_out: Browser, desk_browser: Browser
) -> None:
    register(desk_browser, "ada")
    form = fields_of(desk_browser.get(EDIT))
    refused = desk_browser.post(EDIT, form | {"audiences[0].share": "", "doe": "bewaar"})
    assert refused.status == 409
    assert "Deze doelgroep kan niet zonder eigen plekken" in refused.text
