"""Who may use which address, over HTTP for every address that exists; and GET changes nothing."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal
from uuid import uuid4

import pytest

from shared.http import Endpoint
from tests.flows import steps
from tests.flows.browser import Answer, Browser
from tests.flows.tools import SERVICES, Backstage, Mailbox, differences

pytestmark = pytest.mark.embedded_aws

Role = Literal["nobody", "stranger", "reader", "organiser", "owner"]
RANK = {"reader": 1, "organiser": 2, "owner": 3}
# Not found in any table: what somebody who may act acts on, so that the tests leave no trace.
NOTHING = "01M80000000000000000000000"


def endpoints() -> Iterator[tuple[str, Endpoint]]:
    """Every route of every service."""
    for service in SERVICES:
        for module in ("routes", "pages"):
            router = import_module(f"chalicelib.{service}.{module}").router
            yield from ((service, endpoint) for endpoint in router.endpoints)


ALL = list(endpoints())
GUARDED = [(service, one) for service, one in ALL if one.access.at_least]
PUBLIC = [(service, one) for service, one in ALL if not one.access.signed_in]


def _name(case: object) -> str:
    return f"{case.method} {case.path}" if isinstance(case, Endpoint) else str(case)


@dataclass(frozen=True)
class Scene:
    """Things that exist, so that an address without a guard would really answer."""

    ids: dict[str, dict[str, str]]
    links: list[str]
    people: dict[Role, Browser]

    def path(self, service: str, endpoint: Endpoint, *, real: bool = True) -> str:
        def fill(found: re.Match[str]) -> str:
            return self.ids[service][found[1]] if real else NOTHING

        return re.sub(r"\{(\w+)\}", fill, endpoint.path)


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
    mailbox.wait(staff.email, "Er wacht een document op je", holding=title)
    manage = mailbox.wait(person.email, "Je bent aangemeld").link("/congres/aanmelding?")
    known = backstage.items("registration", "REGISTRATION#")
    [registration] = [one for one in known if one.get("event") == event]
    notice = mailbox.wait(staff.email, person.fields["initiatief"]).link("/leden/beheer/")
    backstage.wait_until_quiet()
    ids = {
        "registration": {
            "event": event,
            "registration": registration["pk"].removeprefix("REGISTRATION#"),
        },
        "directory": {
            "member_id": notice.rpartition("/")[2],
            "slug": member.rpartition("/")[2],
        },
        "documents": {"document_id": document},
    }
    return Scene(ids, [manage, invitation, member], _people(platform, backstage))


def _people(platform: Any, backstage: Backstage) -> dict[Role, Browser]:
    roles: dict[Role, dict[str, str]] = {
        role: dict.fromkeys(SERVICES, role)
        for role in ("reader", "organiser", "owner")  # type: ignore[misc]
    }
    roles["stranger"] = {}
    people: dict[Role, Browser] = {"nobody": Browser(platform.origin)}
    for role, granted in roles.items():
        email, password = f"{role}-{uuid4().hex[:8]}@example.org", f"geheim-{uuid4().hex}"
        _enrol(platform, backstage, email, password, granted)
        people[role] = steps.sign_in(Browser(platform.origin), email, password)
    return people


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


def _ask(browser: Browser, endpoint: Endpoint, path: str, **fields: str) -> Answer:
    if endpoint.method == "GET":
        return browser.get(path)
    if endpoint.kind == "form":
        return browser.post(path, fields)
    headers = {"Origin": browser.origin, "Content-Type": "application/json"}
    return browser.request(endpoint.method, path, b"{}", headers)


def test_every_address_says_who_may_use_it() -> None:
    assert len(ALL) > 60
    assert len(GUARDED) > 15
    assert all("/beheer" in one.path for _, one in GUARDED)
    unguarded = {one.path for _, one in PUBLIC if "/beheer" in one.path}
    assert unguarded == {"/beheer/inloggen", "/beheer/uitloggen"}


@pytest.mark.parametrize(("service", "endpoint"), GUARDED, ids=_name)
def test_only_who_has_the_role_gets_in(service: str, endpoint: Endpoint, scene: Scene) -> None:
    path = scene.path(service, endpoint)
    needed = RANK[endpoint.access.at_least or ""]
    for role in ("nobody", "stranger", "reader", "organiser"):
        if RANK.get(role, 0) >= needed:
            continue
        answer = _ask(scene.people[role], endpoint, path)
        if role == "nobody":
            assert answer.status in (303, 401), f"{role}: {answer.status}"
            assert answer.status == 401 or answer.location.startswith("/beheer/inloggen")
        else:
            assert answer.status == 403, f"{role}: {answer.status}"
    for role in ("reader", "organiser", "owner"):
        if RANK[role] >= needed:
            _check_admitted(scene.people[role], service, endpoint, scene)


def _check_admitted(browser: Browser, service: str, endpoint: Endpoint, scene: Scene) -> None:
    if endpoint.method == "GET":
        answer = _ask(browser, endpoint, scene.path(service, endpoint))
        assert answer.status in (200, 303), answer.status
        assert "/beheer/inloggen" not in answer.location
        return
    path = scene.path(service, endpoint, real=False)
    assert _ask(browser, endpoint, path).status == 403, "a form without its token"
    token = browser.get("/beheer").expect(200).form("/beheer/uitloggen").fields["csrf_token"]
    assert _ask(browser, endpoint, path, csrf_token=token).status in (404, 410, 422)
    foreign = browser.post(path, {"csrf_token": token}, Origin="https://elders.example.org")
    assert foreign.status == 403, "a form on another website"


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
    before = backstage.contents(without=("AUDIT#",))  # an export is noted there
    addresses = [scene.path(service, one) for service, one in ALL if one.method == "GET"]
    asked = 0
    for role in ("nobody", "owner"):
        for address in [*addresses, *scene.links]:
            for method in ("GET", "HEAD"):
                answer = scene.people[role].request(method, address)
                assert answer.status < 500, f"{method} {address}: {answer.status}"
                asked += 1
    assert asked > 100
    backstage.wait_until_quiet()
    assert differences(before, backstage.contents(without=("AUDIT#",))) == []


@pytest.mark.parametrize(("service", "endpoint"), PUBLIC, ids=_name)
def test_nothing_public_breaks_on_empty_input(
    service: str, endpoint: Endpoint, scene: Scene
) -> None:
    path = scene.path(service, endpoint, real=endpoint.method == "GET")
    answer = _ask(scene.people["nobody"], endpoint, path)
    if endpoint.method == "GET":
        assert answer.status in (200, 303, 401, 403, 404), answer.status
    elif endpoint.path.endswith(("/uitloggen", "/sluiten")):
        assert answer.status == 303
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
