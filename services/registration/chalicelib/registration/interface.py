"""What the JSON interface answers, as its OpenAPI document says it."""

from __future__ import annotations

from functools import cache
from typing import Any

from chalicelib.registration import consents, routes
from chalicelib.registration.door_schemas import CheckInResponse, DoorResponse
from chalicelib.registration.schemas import (
    EventList,
    EventResponse,
    Health,
    ReceiptResponse,
    RegistrationResponse,
)
from shared import openapi, proof
from shared.openapi import Reply

TAGS = {
    "events": "Congresses and their free places",
    "registrations": "Registering for a congress, and what comes after",
    "door": "Checking people in, for organisers' phones",
    "service": "About the service itself",
}
_EVENT = {"description": "The id of a congress", "schema": {"examples": ["plekken-2027"]}}
_REGISTRATION = {
    "description": "The id of a registration: the start of its link's key",
    "schema": {"examples": ["01J9ZX3K5V7Q2M8N4R6T0W1Y3C"]},
}
_CURSOR = {"description": "Where the list goes on: `cursor` of the part before"}
_LINE = {"id": "congress", "number": 12, "state": "seated", "place_in_line": None}
_SUMMARY = {
    "id": "plekken-2027",
    "title": "Plekken van Hoop en Verandering",
    "starts_at": "2027-09-17T07:30:00Z",
    "ends_at": "2027-09-17T15:00:00Z",
    "place": "Muntgebouw",
    "city": "Utrecht",
    "state": "open",
    "capacity": 300,
    "places_left": 41,
    "url": "https://plekken.example.org/congres/plekken-2027",
}
_SESSION = {
    "id": "voedsel",
    "title": "Voedsel in de wijk",
    "description": "Buurttuinen en kookclubs.",
    "place": "Zaal 2",
    "capacity": 30,
    "places_left": 3,
    "waiting": 0,
}
_ROUND = {
    "id": "ronde-1",
    "title": "Ronde 1",
    "starts_at": "2027-09-17T09:00:00Z",
    "ends_at": "2027-09-17T10:00:00Z",
    "sessions": [_SESSION],
}
_QUESTION = {
    "id": "vervoer",
    "kind": "one",
    "title": "Hoe kom je?",
    "hint": "",
    "required": True,
    "options": [{"id": "fiets", "title": "Met de fiets"}, {"id": "trein", "title": "Met de trein"}],
    "audiences": [],
    "when": None,
    "keep_days": 7,
}
_WHOLE = {
    **_SUMMARY,
    "summary": "Een dag over plekken in de wijk.",
    "opens_at": "2027-04-01T07:00:00Z",
    "closes_at": "2027-09-15T16:00:00Z",
    "confirm_within": 0,
    "audiences": [{"id": "resident", "title": "Bewoner", "places_left": 12}],
    "rounds": [_ROUND],
    "questions": [_QUESTION],
    "consent_version": consents.CONGRESS.version,
    "consent_text": consents.CONGRESS.text,
    "directory_consent_text": consents.DIRECTORY.text,
}
_REQUEST = {
    "name": "Ada de Vries",
    "email": "ada@example.org",
    "audience": "resident",
    "sessions": ["voedsel"],
    "consent": True,
    "consent_version": consents.CONGRESS.version,
    "answers": {"vervoer": "fiets"},
    "language": "nl",
}
_REGISTERED = {
    "id": "01J9ZX3K5V7Q2M8N4R6T0W1Y3C",
    "event": "plekken-2027",
    "state": "seated",
    "name": "Ada de Vries",
    "email": "ada@example.org",
    "number": 12,
    "lines": [_LINE],
    "answers": [{"question": "vervoer", "title": "Hoe kom je?", "answer": "Met de fiets"}],
    "confirm_by": None,
}
_SEEN = {"id": "01M82YBC4H2W8AD75PV53Z5QPP", "at": "2027-09-17T07:12:00Z", "phone": "phone-01"}
_FACT = {
    "id": _SEEN["id"],
    "kind": "check_in",
    "registration": _REGISTERED["id"],
    "at": _SEEN["at"],
}
_DOOR = {
    "event": "plekken-2027",
    "now": "2027-09-17T07:10:00Z",
    "opens_at": "2027-09-16T19:30:00Z",
    "forget_at": "2027-09-18T15:00:00Z",
    "seated": 259,
    "inside": 12,
    "people": [
        {
            "id": _REGISTERED["id"],
            "name": "Ada de Vries",
            "state": "seated",
            "sessions": ["Voedsel in de wijk"],
            "ticket": "0f343b0931126a20f133d67c2b018a3b",
            "place_in_line": None,
            "inside": _SEEN,
        }
    ],
    "cursor": None,
}


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document."""
    found: dict[str, Any] = openapi.document(
        routes.router, "Plekken: registration", TAGS, replies()
    )
    return found


def replies() -> openapi.Replies:
    """What each route answers."""
    return {
        routes.list_events: Reply(
            type=EventList,
            tag="events",
            example={"events": [_SUMMARY]},
            links=openapi.link("event", "get_event", event="$response.body#/events/0/id"),
        ),
        routes.get_event: Reply(
            type=EventResponse,
            tag="events",
            example=_WHOLE,
            path={"event": _EVENT},
            missing="event_not_found",
            links=openapi.link("register", "create_registration", event="$response.body#/id"),
        ),
        routes.create_registration: Reply(
            type=ReceiptResponse,
            tag="registrations",
            example={"event": "plekken-2027", "number": 12, "state": "seated", "lines": [_LINE]},
            body=_REQUEST,
            status=201,
            path={"event": _EVENT},
            creates=True,
            counted=True,
            missing="event_not_found",
            refusals={409: ("event_not_open",)},
        ),
        routes.get_challenge: Reply(
            type=proof.Challenge,
            tag="registrations",
            example=openapi.CHALLENGE,
            asks_nothing=True,
        ),
        routes.get_registration: Reply(
            type=RegistrationResponse,
            tag="registrations",
            example=_REGISTERED,
            path={"registration": _REGISTRATION},
            bearer=True,
            refusals={
                403: ("link_revoked",),
                410: ("registration_cancelled", "registration_gone"),
            },
        ),
        routes.cancel_registration: Reply(
            type=RegistrationResponse,
            tag="registrations",
            example={
                **_REGISTERED,
                "state": "cancelled",
                "number": None,
                "lines": [],
                "answers": [],
                "confirm_by": None,
            },
            path={"registration": _REGISTRATION},
            bearer=True,
            refusals={403: ("link_revoked",), 410: ("registration_gone",)},
        ),
        routes.get_door_list: Reply(
            type=DoorResponse,
            tag="door",
            example=_DOOR,
            path={"event": _EVENT},
            query={"cursor": _CURSOR},
            missing="event_not_found",
            refusals={422: ("invalid_cursor",)},
        ),
        routes.send_check_ins: Reply(
            type=CheckInResponse,
            tag="door",
            example={
                "answers": [{"id": _SEEN["id"], "answer": "checked_in", "inside": _SEEN}],
                "inside": 13,
            },
            body={"phone": "phone-01", "facts": [_FACT]},
            path={"event": _EVENT},
            counted=True,
            missing="event_not_found",
        ),
        routes.get_health: openapi.health(Health, "registration"),
        routes.get_openapi: openapi.description(),
    }
