"""Every route with everybody, in this process: nobody gets a 2xx who should not."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import Any

import pytest
from chalice.test import Client

from shared import auth, aws
from shared.errors import Unavailable
from shared.http import SIGN_IN
from tests.access import (
    ALL,
    BY_MAIL,
    DECIDED,
    DESKS,
    GUARDED,
    OPEN,
    PUBLIC_AT_A_DESK,
    Route,
    decision,
    may,
)
from tests.apps import app_module
from tests.service.browser import Answer, Browser, sign_in

MINE, OTHER = "mijn-congres", "ander-congres"
NOTHING = "01M80000000000000000000000"
EVERYWHERE: Any = (*auth.SERVICES, auth.PLATFORM)
PEOPLE: Mapping[str, Mapping[str, Any]] = {
    "stranger": {},
    **{role: dict.fromkeys(auth.SERVICES, role) for role in auth.ROLES},
    **{
        f"owner of all but {left_out}": {key: "owner" for key in EVERYWHERE if key != left_out}
        for left_out in EVERYWHERE
    },
    **{
        f"{role} of one event": {auth.event_key(MINE): role}
        for role in ("reader", "helper", "organiser")
    },
    "owner of one event": {auth.event_key(MINE): "owner"},  # no form offers it
    "reader of all, organiser of one": {
        "registration": "reader",
        auth.event_key(MINE): "organiser",
    },
    "lost key": {"registration/": "owner", "": "owner", "registratie": "owner"},
}


class Silent:
    """No function of ours answers: what the API function may do is the question here."""

    def invoke(self, **_: Any) -> Any:
        raise Unavailable


@pytest.fixture
def browsers(mocked_aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Browser]]:
    """A browser on each service's app."""
    client = aws.client
    monkeypatch.setattr(aws, "client", lambda name: Silent() if name == "lambda" else client(name))
    with ExitStack() as stack:
        yield {
            service: Browser(stack.enter_context(Client(app_module(service).app)))
            for service in auth.SERVICES
        }


def test_every_guarded_route_was_decided_on() -> None:
    declared = {route.name: decision(route.access) for route in GUARDED}
    assert declared == DECIDED


def test_what_stands_at_a_desk_is_guarded() -> None:
    for route in OPEN:
        path = route.endpoint.path
        if any(path == desk or path.startswith(f"{desk}/") for desk in DESKS):
            assert any(path == one or path.startswith(f"{one}/") for one in PUBLIC_AT_A_DESK), path


def test_no_reason_is_left_over() -> None:
    paths = [route.endpoint.path for route in OPEN]
    for prefix in PUBLIC_AT_A_DESK:
        assert any(path.startswith(prefix) for path in paths), prefix


def test_what_is_guarded_also_refuses_other_sites() -> None:
    assert [route.name for route in GUARDED if not route.access.own_pages] == []


def test_a_right_is_asked_for_in_the_routes_own_service() -> None:
    for route in GUARDED:
        assert route.access.service in ("", route.package), route.name


def test_nobody_is_let_in(browsers: dict[str, Browser]) -> None:
    wrong = []
    for route in [*GUARDED, *BY_MAIL]:
        answer = send(browsers[route.app], route, MINE)
        if not asks_to_sign_in(route, answer):
            wrong.append(f"{route.name}: {answer.status}")
    assert wrong == []


@pytest.mark.parametrize("who", PEOPLE)
def test_everybody_gets_what_their_roles_say(who: str, browsers: dict[str, Browser]) -> None:
    roles = PEOPLE[who]
    auth.save_organiser(auth.Organiser("o1", "o@example.org", "Olivia", dict(roles)))
    signed_in = {name: sign_in(browser, "o1") for name, browser in browsers.items()}
    wrong = []
    for route, event in _cases():
        allowed = may(roles, route.access, event if route.is_of_an_event else "")
        answer = send(signed_in[route.app], route, event)
        let_in = answer.status != 403 and not asks_to_sign_in(route, answer)
        if let_in != allowed:
            wrong.append(f"{route.name} ({event}): {answer.status}")
    assert wrong == []


def test_a_form_of_another_site_or_without_its_token_does_nothing(
    browsers: dict[str, Browser],
) -> None:
    everything: Any = dict.fromkeys(EVERYWHERE, "owner")
    auth.save_organiser(auth.Organiser("o1", "o@example.org", "Olivia", everything))
    signed_in = {name: sign_in(browser, "o1") for name, browser in browsers.items()}
    assert [
        wrong
        for route in GUARDED
        if route.endpoint.method != "GET"
        for wrong in _forged(signed_in[route.app], route)
    ] == []


@pytest.mark.parametrize("who", ["owner", "stranger"])
def test_an_organiser_is_no_member(who: str, browsers: dict[str, Browser]) -> None:
    auth.save_organiser(auth.Organiser("o1", "o@example.org", "Olivia", dict(PEOPLE[who])))
    for route in BY_MAIL:
        answer = send(sign_in(browsers[route.app], "o1"), route, MINE)
        assert asks_to_sign_in(route, answer) or answer.status == 403, route.name


def test_who_is_removed_gets_nothing_more(browsers: dict[str, Browser]) -> None:
    auth.save_organiser(auth.Organiser("o1", "o@example.org", "O", dict(PEOPLE["owner"])))
    signed_in = {name: sign_in(browser, "o1") for name, browser in browsers.items()}
    auth.organiser_key("o1").delete()
    for route in GUARDED:
        assert asks_to_sign_in(route, send(signed_in[route.app], route, MINE)), route.name


def test_every_route_is_one_of_the_three_kinds() -> None:
    assert len(GUARDED) + len(BY_MAIL) + len(OPEN) == len(ALL)
    assert {route.name for route in GUARDED}.isdisjoint(route.name for route in BY_MAIL)


def _cases() -> Iterator[tuple[Route, str]]:
    # What ends every session comes last.
    for route in sorted(GUARDED, key=lambda route: route.endpoint.path.endswith("uitloggen")):
        yield route, MINE
        if route.is_of_an_event:
            yield route, OTHER


def send(browser: Browser, route: Route, event: str) -> Answer:
    """Ask for it as its page would, about things that are not there."""
    path = route.path({"event": event}, NOTHING)
    if route.endpoint.method == "GET":
        return browser.get(path)
    return browser.post(path)


def asks_to_sign_in(route: Route, answer: Answer) -> bool:
    """Whether the answer sends them to a sign-in."""
    if answer.status == 401:
        return True
    place = f"{SIGN_IN}?verder=" if route.access.signed_in else "/mijn/inloggen"
    return answer.status == 303 and place in answer.location


def _forged(browser: Browser, route: Route) -> list[str]:
    """A form without its token, with a guess, and one on another website."""
    path = route.path({"event": MINE}, NOTHING)
    answers = {
        "no token": browser.post(path, {"csrf_token": ""}),
        "a guess": browser.post(path, {"csrf_token": "A" * len(browser.csrf)}),
        "not ASCII": browser.post(path, {"csrf_token": "é"}),
        "another site": browser.post(path, Origin="https://elders.example.org"),
        "a subdomain": browser.post(path, Origin="http://x.localhost:8000"),
        "a frame without origin": browser.post(path, Origin="null"),
    }
    return [
        f"{route.name} ({name}): {answer.status}"
        for name, answer in answers.items()
        if answer.status != 403
    ]
