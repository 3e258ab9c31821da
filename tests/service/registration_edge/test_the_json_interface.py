"""The JSON interface, with everything that programs get wrong."""

from typing import Any

import msgspec
import pytest

from chalicelib.registration import schemas
from shared import auth, openapi
from tests.service.browser import Answer, Browser
from tests.service.registration_edge.conftest import (
    API,
    BODY,
    items,
    registration_id,
    registrations,
)

EVENTS = "/congres/api/v1/events"
REGISTRATIONS = "/congres/api/v1/registrations"


def _problem(answer: Answer, status: int, code: str) -> dict[str, Any]:
    assert answer.status == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    found: dict[str, Any] = answer.data
    assert found["status"] == status
    assert found["code"] == code
    assert not registrations()
    return found


def _bearer(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {auth.sign_link('registration', registration_id(name), 1)}"}


def test_the_service_is_healthy(visitor: Browser) -> None:
    answer = visitor.get("/congres/api/health")
    assert answer.data == {"status": "ok", "service": "registration", "version": "development"}


def test_the_document_is_served(visitor: Browser) -> None:
    assert visitor.get("/congres/api/openapi.json").data["openapi"] == "3.1.0"


def test_the_congresses_with_their_places(visitor: Browser) -> None:
    (event,) = visitor.get(EVENTS).data["events"]
    assert event["id"] == "buurtdag"
    assert event["starts_at"] == "2027-09-17T07:30:00.000Z"
    assert (event["state"], event["capacity"], event["places_left"]) == ("open", 2, 2)
    detail = visitor.get(f"{EVENTS}/buurtdag?lang=en").data
    assert detail["title"] == "Neighbourhood day"
    assert detail["rounds"][0]["sessions"][0]["places_left"] == 1
    assert detail["consent_text"].startswith("Yes,")


def test_answers_are_what_the_document_says(visitor: Browser) -> None:
    receipt = visitor.post_json(API, BODY)
    path = f"{REGISTRATIONS}/{registration_id('ada')}"
    wrong = visitor.post_json(API, {**BODY, "name": ""})
    for answer, promised in (
        (visitor.get(EVENTS), schemas.EventList),
        (visitor.get(f"{EVENTS}/buurtdag"), schemas.EventResponse),
        (receipt, schemas.ReceiptResponse),
        (visitor.get(path, **_bearer("ada")), schemas.RegistrationResponse),
        (visitor.get("/congres/api/health"), schemas.Health),
        (wrong, openapi.Problem),
    ):
        decoded = msgspec.json.decode(answer.text, type=promised)
        assert msgspec.to_builtins(decoded).keys() >= answer.data.keys()


def test_registering_answers_with_the_receipt(visitor: Browser) -> None:
    answer = visitor.post_json(API, BODY)
    assert answer.status == 201
    congress = {"id": "congress", "number": 1, "state": "seated", "place_in_line": None}
    assert answer.data == {
        "event": "buurtdag",
        "number": 1,
        "state": "seated",
        "lines": [congress, {**congress, "id": "a1"}],
    }


def test_the_same_key_gets_the_same_answer_and_another_body_is_refused(visitor: Browser) -> None:
    first = visitor.post_json(API, BODY, Idempotency_Key="k1")
    assert visitor.post_json(API, BODY, Idempotency_Key="k1").data == first.data
    other = visitor.post_json(API, {**BODY, "email": "bo@example.org"}, Idempotency_Key="k1")
    assert (other.status, other.data["code"]) == (422, "idempotency_mismatch")
    assert len(items("PERSON#")) == 1


def test_a_known_address_gets_an_answer_of_the_same_shape(visitor: Browser) -> None:
    first = visitor.post_json(API, {**BODY, "sessions": []})
    again = visitor.post_json(API, {**BODY, "sessions": [], "name": "Eve"})
    assert again.status == first.status
    assert {**again.data, "number": 0, "lines": []} == {**first.data, "number": 0, "lines": []}
    assert len(items("PERSON#")) == 1


def test_all_wrong_fields_are_named_at_once_in_the_callers_language(visitor: Browser) -> None:
    body = {**BODY, "name": "", "email": "x", "audience": "x", "sessions": ["weg"]}
    directory = {"initiative": "", "consent": False, "website": "::"}
    body |= {"consent": False, "directory": directory}
    errors = _problem(visitor.post_json(API, body), 422, "invalid")["errors"]
    assert errors.keys() == {
        "name",
        "email",
        "audience",
        "sessions",
        "consent",
        "directory.consent",
        "directory.initiative",
        "directory.website",
    }
    english = visitor.post_json(API, body, Accept_Language="en-GB").data["errors"]
    assert english["name"] == "Enter your first and last name."


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": 5}, "name"),
        ({"name": None}, "name"),
        ({"sessions": "a1"}, "sessions"),
        ({"sessions": [1]}, "sessions[0]"),
        ({"consent": "ja"}, "consent"),
        ({"directory": []}, "directory"),
        ({"language": "de"}, "language"),
        ({"unknown": 1}, "body"),
    ],
)
def test_a_wrong_type_is_named(visitor: Browser, changes: dict[str, Any], field: str) -> None:
    errors = _problem(visitor.post_json(API, BODY | changes), 422, "invalid")["errors"]
    assert [*errors] == [field]


def test_what_is_not_a_registration_is_refused(visitor: Browser) -> None:
    missing = {name: value for name, value in BODY.items() if name != "email"}
    _problem(visitor.post_json(API, missing), 422, "invalid")
    _problem(visitor.post_json(API, b"{"), 400, "malformed")
    _problem(visitor.post_json(API, b'{"name": "\xff"}'), 400, "malformed")
    _problem(visitor.post_json(API, b"[]"), 422, "invalid")
    _problem(visitor.post_json(API, b'{"x":"' + b"a" * 1_000_000 + b'"}'), 413, "too_large")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    _problem(visitor.send("POST", API, b"name=x", form), 415, "unsupported_media_type")
    unknown = API.replace("buurtdag", "weg")
    _problem(visitor.post_json(unknown, BODY), 404, "event_not_found")
    assert not items("OUTBOX#") or all("Registered" not in str(item) for item in items("OUTBOX#"))


def test_a_closed_congress_takes_nobody(visitor: Browser, define: Any) -> None:
    define(registration={"opens": "2027-01-01 09:00", "closes": "2027-02-01 09:00"})
    assert visitor.get(f"{EVENTS}/buurtdag").data["state"] == "closed"
    _problem(visitor.post_json(API, BODY), 409, "event_not_open")


def test_the_holder_of_the_link_sees_and_cancels(visitor: Browser) -> None:
    visitor.post_json(API, BODY)
    path = f"{REGISTRATIONS}/{registration_id('ada')}"
    seen = visitor.get(path, **_bearer("ada"))
    assert seen.status == 200
    assert (seen.data["state"], seen.data["email"]) == ("seated", "ada@example.org")
    gone = visitor.send("DELETE", path, b"", _bearer("ada"))
    assert gone.data["state"] == "cancelled"
    again = visitor.send("DELETE", path, b"", _bearer("ada"))
    assert again.data == gone.data
    assert visitor.get(path, **_bearer("ada")).status == 410
    assert not items("PERSON#")


def test_others_see_nothing(visitor: Browser) -> None:
    visitor.post_json(API, BODY)
    visitor.post_json(API, {**BODY, "name": "Bo", "email": "bo@example.org"})
    path = f"{REGISTRATIONS}/{registration_id('ada')}"
    assert visitor.get(path).status == 401
    assert visitor.get(path, Authorization="Basic x").status == 401
    assert visitor.get(path, Authorization="Bearer x").status == 403
    assert visitor.get(path, **_bearer("bo")).status == 403
    assert visitor.send("DELETE", path, b"", _bearer("bo")).status == 403
    assert len(items("PERSON#")) == 2
