"""What the JSON interface answers, as its OpenAPI document says it."""

from functools import cache
from typing import Any

from chalicelib.directory import routes
from chalicelib.directory.domain import Kind
from chalicelib.directory.schemas import (
    Applied,
    FeatureCollection,
    Health,
    MemberAnswer,
    MemberList,
)
from chalicelib.directory.texts import CONSENT_VERSION
from shared import openapi, proof
from shared.openapi import Reply

TAGS = {
    "members": "The guide of members, as open data",
    "applications": "Asking to stand in the guide",
    "service": "About the service itself",
}
_SLUG = {"description": "The name of a member in addresses", "schema": {"examples": ["buurttuin"]}}
_SEARCH: dict[str, dict[str, Any]] = {
    "q": {"description": "Words to look for; the first 100 characters count"},
    "kind": {"description": "What sort of member", "schema": {"enum": ["", *Kind]}},
    "place": {"description": "Town or neighbourhood; the first 100 characters count"},
    "cursor": {"description": "`next` of the page before"},
}
_MEMBER = {
    "slug": "buurttuin",
    "url": "https://plekken.example.org/leden/buurttuin",
    "name": "Buurttuin",
    "kind": "residents",
    "place": "Utrecht",
    "district": "Lombok",
    "website": "https://buurttuin.example.org",
    "about": "Samen tuinieren.",
    "themes": ["food"],
    "email": "",
    "phone": "",
    "latitude": 52.0907,
    "longitude": 5.1214,
    "published_at": "2027-04-14T09:30:00Z",
    "changed_at": "2027-04-14T09:30:00Z",
}
_PROPERTIES = {name: _MEMBER[name] for name in ("name", "kind", "place", "district", "url")}
_FEATURE = {
    "type": "Feature",
    "id": "buurttuin",
    "geometry": {"type": "Point", "coordinates": [5.1214, 52.0907]},
    "properties": _PROPERTIES,
}
_APPLICATION = {
    "name": "Buurttuin",
    "kind": "residents",
    "place": "Utrecht",
    "district": "Lombok",
    "about": "Samen tuinieren.",
    "themes": ["food"],
    "email": "tuin@example.org",
    "consent": True,
    "consent_version": CONSENT_VERSION,
}


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document."""
    found: dict[str, Any] = openapi.document(routes.router, "Plekken: directory", TAGS, replies())
    return found


def replies() -> openapi.Replies:
    """What each route answers."""
    return {
        routes.members: Reply(
            type=MemberList,
            tag="members",
            example={"members": [_MEMBER], "total": 1, "next": None},
            query=_SEARCH,
            refusals={422: ("invalid", "invalid_cursor")},
            headers=routes.OPEN_DATA,
            links=openapi.link("member", "member", slug="$response.body#/members/0/slug"),
        ),
        routes.member: Reply(
            type=MemberAnswer,
            tag="members",
            example=_MEMBER,
            path={"slug": _SLUG},
            headers=routes.OPEN_DATA,
        ),
        routes.members_on_map: Reply(
            type=FeatureCollection,
            tag="members",
            example={"type": "FeatureCollection", "features": [_FEATURE]},
            headers=routes.OPEN_DATA,
            content_type="application/geo+json",
        ),
        routes.apply: Reply(
            type=Applied,
            tag="applications",
            example={"state": "received"},
            body=_APPLICATION,
            status=202,
            creates=True,
            counted=True,
        ),
        routes.challenge: Reply(
            type=proof.Challenge,
            tag="applications",
            example=openapi.CHALLENGE,
            asks_nothing=True,
        ),
        routes.health: openapi.health(Health, "directory"),
        routes.openapi: openapi.description(headers=routes.OPEN_DATA),
    }
