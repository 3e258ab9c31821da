"""Who may use which address, over HTTP for every address that exists; and GET changes nothing.

What is expected stands in tests/access.py; tests/service/test_access_matrix.py tries more kinds of
people, without a network.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from shared.auth import PLATFORM
from tests.access import ALL, BY_MAIL, GUARDED, OPEN, Route, may
from tests.flows import steps
from tests.flows.browser import Answer, Browser
from tests.flows.tools import SERVICES, Backstage, Mailbox, differences

pytestmark = pytest.mark.embedded_aws
# An export is noted in the log; notices are mailed every minute, whatever a test does.
PASSING = ("AUDIT#", "NOTICE#", "BUNDLE#", "MAIL#", "FAILURES")

# Not found in any table: what somebody who may act acts on, so that the tests leave no trace.
NOTHING = "01M80000000000000000000000"
OF_ONE_EVENT = "organiser of one event"


def _name(route: Route) -> str:
    return route.name


@dataclass(frozen=True)
class Scene:
    """Things that exist, so that an address without a guard would really answer."""

    ids: Mapping[str, str]
    links: list[str]
    people: dict[str, Browser]
    roles: Mapping[str, Mapping[str, str]]

    def path(self, route: Route, *, real: bool = True) -> str:
        return route.path(self.ids if real else {}, NOTHING)

    def is_there(self, route: Route) -> bool:
        return NOTHING not in self.path(route)

    def may(self, who: str, route: Route, *, event: str) -> bool:
        return may(self.roles[who], route.access, event if route.is_of_an_event else "")


@pytest.fixture(scope="module")
def scene(
    platform: Any,
    load_congress: Callable[..., str],
    staff: Any,
    mailbox: Mailbox,
    backstage: Backstage,
) -> Scene:
    event, person = load_congress(5), steps.wishing()
    visitor, partner = Browser(platform.origin), Browser(platform.origin)
    member, invitation = steps.invite(visitor, staff.browser, mailbox, event, person, staff.email)
    steps.open_invitation(partner, invitation)
    title = f"Plan {uuid4().hex}"
    document = steps.upload(partner, steps.small_pdf(title), title)
    manage = mailbox.wait(person.email, "Je bent aangemeld").link("/congres/aanmelding?")
    known = backstage.items("registration", "REGISTRATION#")
    [registration] = [one for one in known if one.get("event") == event]
    backstage.wait_until_quiet()
    slug = member.rpartition("/")[2]
    [entry] = [one for one in backstage.items("directory", "MEMBER#") if slug in one["member"]]
    ids = {
        "event": event,
        "registration": registration["pk"].removeprefix("REGISTRATION#"),
        "member_id": entry["pk"].removeprefix("MEMBER#"),
        "slug": slug,
        "document_id": document,
        "organiser_id": backstage.items("access", "ORGANISERS")[0]["sk"],
    }
    roles: dict[str, dict[str, str]] = {
        "stranger": {},
        **{role: dict.fromkeys(SERVICES, role) for role in ("reader", "organiser")},
        "owner": dict.fromkeys((*SERVICES, PLATFORM), "owner"),
        OF_ONE_EVENT: {f"registration/{event}": "organiser"},
    }
    people = {"nobody": Browser(platform.origin)}
    for role, granted in roles.items():
        email, password = f"wie-{uuid4().hex[:8]}@example.org", f"geheim-{uuid4().hex}"
        _enrol(platform, backstage, email, password, granted)
        people[role] = steps.sign_in(Browser(platform.origin), email, password)
    return Scene(ids, [manage, invitation, member], people, roles)


def _enrol(
    platform: Any, backstage: Backstage, email: str, password: str, roles: dict[str, str]
) -> None:
    cognito, pool = backstage.client("cognito-idp"), platform.values["UserPoolId"]
    user = cognito.admin_create_user(
        UserPoolId=pool,
        Username=email,
        MessageAction="SUPPRESS",
        UserAttributes=[{"Name": "email", "Value": email}],
    )["User"]
    cognito.admin_set_user_password(
        UserPoolId=pool, Username=email, Password=password, Permanent=True
    )
    subject = next(one["Value"] for one in user["Attributes"] if one["Name"] == "sub")
    item = {
        "pk": "ORGANISERS",
        "sk": subject,
        "email": email,
        "name": email,
        "roles": json.dumps(roles),
    }
    backstage.client("dynamodb").put_item(
        TableName=backstage.table("access"), Item={key: {"S": text} for key, text in item.items()}
    )


def _ask(browser: Browser, route: Route, path: str, **fields: str) -> Answer:
    if route.endpoint.method == "GET":
        return browser.get(path)
    if route.endpoint.kind == "form":
        return browser.post(path, fields)
    headers = {"Origin": browser.origin, "Content-Type": "application/json"}
    headers["X-CSRF-Token"] = fields.get("csrf_token", "")
    return browser.request(route.endpoint.method, path, b"{}", headers)


@pytest.mark.parametrize("route", GUARDED, ids=_name)
def test_only_who_has_the_right_gets_in(route: Route, scene: Scene) -> None:
    path = scene.path(route)
    answer = _ask(scene.people["nobody"], route, path)
    assert answer.status == (401 if route.endpoint.kind == "json" else 303)
    if answer.status == 303:
        assert answer.location.startswith("/beheer/inloggen?verder=")
    for who in scene.roles:
        if scene.may(who, route, event=scene.ids["event"]):
            _check_admitted(who, route, scene)
        else:
            assert _ask(scene.people[who], route, path).status == 403, who


def test_a_role_for_one_event_opens_no_other(
    scene: Scene, load_congress: Callable[..., str]
) -> None:
    other = load_congress(5)
    browser = scene.people[OF_ONE_EVENT]
    for route in GUARDED:
        if route.is_of_an_event:
            for event in (other, NOTHING):
                path = route.path({**scene.ids, "event": event}, NOTHING)
                assert _ask(browser, route, path).status == 403, route.name
    assert other in scene.people["owner"].get("/congres/beheer").expect(200).text
    assert other not in browser.get("/congres/beheer").expect(200).text


@pytest.mark.parametrize("route", BY_MAIL, ids=_name)
def test_members_pages_are_for_members(route: Route, scene: Scene) -> None:
    for who in ("nobody", "owner"):
        answer = _ask(scene.people[who], route, scene.path(route))
        assert answer.status in (303, 401, 403), f"{who}: {answer.status}"
        assert answer.status != 303 or "/mijn/inloggen" in answer.location


def _check_admitted(who: str, route: Route, scene: Scene) -> None:
    browser = scene.people[who]
    if route.endpoint.method == "GET":
        answer = _ask(browser, route, scene.path(route))
        wanted = (200, 303) if scene.is_there(route) else (200, 303, 404)
        assert answer.status in wanted, answer.status
        assert "/beheer/inloggen" not in answer.location
        return
    # Empty forms about things that are not there, but for the event that a right may be bound to.
    known = {"event": scene.ids["event"]} if who == OF_ONE_EVENT else {}
    path = route.path(known, NOTHING)
    assert _ask(browser, route, path).status == 403, "a form without its token"
    token = browser.get("/beheer").expect(200).form("/beheer/uitloggen").fields["csrf_token"]
    foreign = browser.post(path, {"csrf_token": token}, Origin="https://elders.example.org")
    assert foreign.status == 403, "a form on another website"
    if not _signs_out(route):
        answer = _ask(browser, route, path, csrf_token=token)
        assert answer.status in (303, 404, 409, 410, 422), answer.status


def _signs_out(route: Route) -> bool:
    return route.endpoint.path.endswith("uitloggen")


def test_the_desk_is_for_who_is_signed_in(scene: Scene) -> None:
    assert scene.people["nobody"].get("/beheer").location.startswith("/beheer/inloggen")
    assert scene.people["stranger"].get("/beheer").status == 200


def test_signing_out_ends_the_session_on_the_server(platform: Any, staff: Any) -> None:
    browser = steps.sign_in(Browser(platform.origin), staff.email, staff.password)
    stolen = dict(browser.jar)
    page = browser.get("/beheer").expect(200)
    browser.submit(page, "/beheer/uitloggen").expect(303)
    assert not browser.jar
    browser.jar.update(stolen)
    assert browser.get("/beheer").status == 303


def test_no_get_changes_anything(scene: Scene, backstage: Backstage) -> None:
    backstage.wait_until_quiet()
    before = backstage.contents(without=PASSING)
    addresses = [scene.path(one) for one in ALL if one.endpoint.method == "GET"]
    asked = 0
    for role in ("nobody", "owner"):
        for address in [*addresses, *scene.links]:
            for method in ("GET", "HEAD"):
                answer = scene.people[role].request(method, address)
                assert answer.status < 500, f"{method} {address}: {answer.status}"
                asked += 1
    assert asked > 100
    backstage.wait_until_quiet()
    assert differences(before, backstage.contents(without=PASSING)) == []


@pytest.mark.parametrize("route", OPEN, ids=_name)
def test_nothing_public_breaks_on_empty_input(route: Route, scene: Scene) -> None:
    method, place = route.endpoint.method, route.endpoint.path
    answer = _ask(scene.people["nobody"], route, scene.path(route, real=method == "GET"))
    if method == "GET":
        assert answer.status in (200, 303, 401, 403, 404), answer.status
    elif answer.status == 303:  # what ends something that is not there, or starts again
        assert place.endswith(("/uitloggen", "/sluiten")) or "/inloggen" in answer.location
    else:
        assert 400 <= answer.status < 500, answer.status


@pytest.mark.parametrize("service", SERVICES)
def test_the_services_answer_only_through_the_front_door(
    service: str, platform: Any, visitor: Browser
) -> None:
    api = platform.values[f"{service.capitalize()}ApiId"]
    path = {"registration": "/congres", "directory": "/leden", "documents": "/documenten"}[service]
    url = f"{platform.cloud.endpoint}/_aws/execute-api/{api}/api{path}"
    assert visitor.get(url).status == 403
    assert visitor.get(url, **{"X-Origin-Secret": "guessed"}).status == 403
    assert visitor.get(path, **{"X-Origin-Secret": "guessed"}).status == 200
