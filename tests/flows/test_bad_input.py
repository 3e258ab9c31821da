"""Whatever somebody sends: the right refusal, in their language, and nothing is stored."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.flows import steps
from tests.flows.browser import FORM, Answer, Browser
from tests.flows.tools import Backstage, differences

pytestmark = pytest.mark.embedded_aws

MEGABYTE = 1024 * 1024
# Counting how often a network sends something is what a limit does.
COUNTERS = ("LIMIT#",)


@pytest.fixture(scope="module")
def event(load_congress: Callable[..., str]) -> str:
    """A congress that is open."""
    return load_congress(5, sessions={"tuin": 3})


@pytest.fixture(scope="module")
def closed(platform: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A congress whose registration is over."""
    content = steps.congress(5)
    content["registration"]["closes"] = "2026-02-01 09:00"
    return steps.load(platform, tmp_path_factory.mktemp("closed"), content)


@pytest.fixture(scope="module", autouse=True)
def nothing_stored(backstage: Backstage, event: str, closed: str) -> Iterator[None]:
    """Fail when any of these tests has changed a table."""
    backstage.wait_until_quiet()
    before = backstage.contents(without=COUNTERS)
    yield
    backstage.wait_until_quiet()
    assert differences(before, backstage.contents(without=COUNTERS)) == []


def _typed(visitor: Browser, event: str, **changes: str) -> tuple[str, dict[str, str]]:
    action, typed = steps.fill_in(visitor, event, steps.somebody())
    return action, {**typed, **changes}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("naam", ""),
        ("naam", "x" * 201),
        ("naam", "\x00"),
        ("email", ""),
        ("email", "geen adres"),
        ("email", "x" * 300 + "@example.org"),
        ("doelgroep", "niemand"),
        ("telefoon", "bel me"),
        ("lunch", "x" * 301),
        ("toegankelijk", "x" * 601),
        ("sessie-ronde-1", "bestaat-niet"),
        ("akkoord", ""),
        ("referentie", "ik ben een robot"),
    ],
)
def test_a_wrong_field_is_named_and_what_was_typed_is_kept(
    field: str, value: str, visitor: Browser, event: str
) -> None:
    action, typed = _typed(visitor, event, **{field: value, "organisatie": "Buurt <b>West</b>"})
    page = visitor.post(action, typed).expect(422)
    assert "Er gaat nog iets niet goed" in page.words
    kept = page.form("/aanmelden").fields
    assert kept["organisatie"] == "Buurt <b>West</b>", "kept, and escaped"
    assert "<b>West" not in page.text
    english = visitor.post(f"{action}?lang=en", typed).expect(422)
    assert "Er gaat nog iets niet goed" not in english.words


def _api(event: str) -> str:
    return f"/congres/api/v1/events/{event}/registrations"


def _send(visitor: Browser, path: str, body: bytes, content_type: str) -> Answer:
    headers = {"Content-Type": content_type, "Origin": visitor.origin}
    return visitor.request("POST", path, body, headers)


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"{", "application/json", 400, "malformed"),
        (b"\xff\xfe", "application/json", 400, "malformed"),
        (b"[]", "application/json", 422, "invalid"),
        (b'{"name": 1}', "application/json", 422, "invalid"),
        (b"{}", "application/json", 422, "invalid"),
        (b'{"unknown": true}', "application/json", 422, "invalid"),
        (b"{}", "text/plain", 415, "unsupported_media_type"),
        (b"name=x", FORM, 415, "unsupported_media_type"),
        (b'"' + b"x" * MEGABYTE + b'"', "application/json", 413, "too_large"),
    ],
    ids=lambda value: value[:20].decode("latin-1") if isinstance(value, bytes) else str(value),
)
def test_a_wrong_json_body_gets_a_problem_document(
    body: bytes, content_type: str, status: int, code: str, visitor: Browser, event: str
) -> None:
    answer = _send(visitor, _api(event), body, content_type).expect(status)
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    problem = answer.json()
    assert (problem["status"], problem["code"]) == (status, code)


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (urlencode({"naam": "x" * MEGABYTE}).encode(), FORM, 413),
        (b"naam=%FF%FE", FORM, 400),
        (b"&".join(b"a%d=1" % number for number in range(1_001)), FORM, 400),
        (b"{}", "application/json", 415),
        (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x", 415),
    ],
    ids=["a megabyte", "no UTF-8", "1,001 fields", "JSON", "multipart"],
)
def test_a_wrong_form_body_gets_a_page(
    body: bytes, content_type: str, status: int, visitor: Browser, event: str
) -> None:
    answer = _send(visitor, f"/congres/{event}/aanmelden", body, content_type).expect(status)
    assert answer.headers["Content-Type"].startswith("text/html")


def test_an_unknown_congress_takes_nobody(visitor: Browser, event: str) -> None:
    _, typed = _typed(visitor, event)
    assert visitor.post("/congres/bestaat-niet/aanmelden", typed).status == 404
    assert visitor.post_json(_api("bestaat-niet"), _body(visitor, event)).status == 404


def test_a_closed_congress_says_so(visitor: Browser, event: str, closed: str) -> None:
    page = visitor.get(f"/congres/{closed}").expect(200)
    assert "Je kunt je niet meer aanmelden" in page.words
    _, typed = _typed(visitor, event)
    refused = visitor.post(f"/congres/{closed}/aanmelden", typed).expect(409)
    assert "Je kunt je niet meer aanmelden" in refused.words
    answer = visitor.post_json(_api(closed), _body(visitor, event)).expect(409)
    assert answer.headers["Content-Type"].startswith("application/problem+json")


def _body(visitor: Browser, event: str) -> dict[str, Any]:
    found = visitor.get(f"/congres/api/v1/events/{event}").json()
    person = steps.somebody()
    return {
        "name": person.name,
        "email": person.email,
        "audience": "resident",
        "consent": True,
        "consent_version": found["consent_version"],
    }


@pytest.mark.parametrize(
    "path",
    [
        "/congres/a/b/c/d",
        "/congres/bestaat-niet",
        "/congres/api/v1/bestaat-niet",
        "/leden/bestaat-niet",
        "/leden/a/b/c",
        "/documenten/bestaat-niet",
        "/documenten/a/b/c",
        "/bestaat-niet",
        "/congres/%00",
        "/leden/..%2f..%2fetc",
        "/documenten/" + "x" * 2000,
    ],
)
def test_an_unknown_path_is_not_found(path: str, visitor: Browser) -> None:
    answer = visitor.get(path)
    assert answer.status == 404, answer.status
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_method_that_an_address_does_not_have_is_refused(method: str, visitor: Browser) -> None:
    answer = visitor.request(method, "/congres", json.dumps({}).encode())
    assert 400 <= answer.status < 500
