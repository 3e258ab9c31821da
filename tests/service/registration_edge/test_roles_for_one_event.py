"""A role for one congress opens nothing of another, by whatever id it is asked for."""

from collections.abc import Callable
from typing import Any

import pytest

from shared import auth
from shared.answers import XLSX
from tests.access import GUARDED, Route
from tests.service.browser import Answer, Browser, sign_in
from tests.service.registration_edge.conftest import items, person, registration_id
from tests.workbooks import Workbook

MINE, OTHER = "buurtdag", "andere-dag"
OF_EVENTS = [route for route in GUARDED if route.package == "registration" and route.is_of_an_event]
ABOUT_SOMEBODY = [route for route in OF_EVENTS if "{registration}" in route.endpoint.path]


@pytest.fixture
def other(visitor: Browser, define: Callable[..., Any]) -> str:
    """Somebody who registered for the other congress: their registration's id."""
    define(id=OTHER, title={"nl": "Andere dag"})
    visitor.post(f"/congres/{OTHER}/aanmelden", person("vreemd"))
    visitor.post(f"/congres/{MINE}/aanmelden", person("eigen"))
    return registration_id("vreemd")


@pytest.fixture
def colleague(visitor: Browser, other: str) -> Browser:
    """An organiser of one congress."""
    roles: dict[str, Any] = {auth.event_key(MINE): "organiser"}
    auth.save_organiser(auth.Organiser("a", "a@example.org", "An", roles))
    return sign_in(visitor, "a")


def ask(browser: Browser, route: Route, event: str, registration: str) -> Answer:
    path = route.path({"event": event, "registration": registration}, "unknown")
    fields = {"deelnemer": registration, "zeker": "ja"}  # as the list's form names who was chosen
    return browser.get(path) if route.endpoint.method == "GET" else browser.post(path, fields)


def test_their_own_congress_answers_and_the_other_does_not(colleague: Browser, other: str) -> None:
    before = items("")
    for route in OF_EVENTS:
        assert ask(colleague, route, OTHER, other).status == 403, route.name
    assert items("") == before
    for route in OF_EVENTS:
        answer = ask(colleague, route, MINE, registration_id("eigen"))
        assert answer.status not in (401, 403), route.name


def said(answer: Answer) -> str:
    """What somebody reads, in a workbook too."""
    if answer.headers.get("Content-Type") != XLSX:
        return answer.text
    book = Workbook(answer.body)
    return str([book.sheet(name).rows for name in book.names])


def test_a_registration_of_the_other_under_the_path_of_their_own(
    colleague: Browser, other: str
) -> None:
    before = [item for item in items("") if other in str(item)]
    for route in OF_EVENTS:
        answer = ask(colleague, route, MINE, other)
        words = said(answer)
        assert "Vreemd" not in words, route.name
        assert "vreemd@" not in words, route.name
        assert answer.status == 404 or route not in ABOUT_SOMEBODY, route.name
    assert [item for item in items("") if other in str(item)] == before


def test_what_looks_through_all_congresses_shows_theirs_only(colleague: Browser) -> None:
    desk = colleague.get("/congres/beheer").text
    assert "Buurtdag" in desk
    assert "Andere dag" not in desk
    assert "Eigen" in colleague.get("/congres/beheer/zoeken?q=eigen").text
    found = colleague.get("/congres/beheer/zoeken?q=vreemd").text.partition("<table")[2]
    assert "vreemd" not in found.casefold()


def test_a_helper_of_one_congress_sees_its_door_only(visitor: Browser, other: str) -> None:
    roles: dict[str, Any] = {auth.event_key(MINE): "helper"}
    auth.save_organiser(auth.Organiser("h", "h@example.org", "Hans", roles))
    helper = sign_in(visitor, "h")
    for route in OF_EVENTS:
        refused = ask(helper, route, MINE, other).status == 403
        assert refused != (route.access.right == "check_in"), route.name
        assert ask(helper, route, OTHER, other).status == 403, route.name
