"""What the JSON interface takes and gives, and what travels between services."""

from datetime import datetime
from typing import Literal

import msgspec

from .domain import PublicMember


class Application(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody asks to stand in the guide. The rules of each field stand in `forms`."""

    name: str
    kind: str
    place: str
    district: str = ""
    website: str = ""
    about: str = ""
    themes: list[str] = []
    email: str
    phone: str = ""
    email_public: bool = False
    phone_public: bool = False
    consent: bool
    consent_version: str
    language: Literal["nl", "en"] = "nl"


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to an application: the same whether or not we know the address."""

    state: Literal["received"] = "received"


class MemberAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A published member. Contact details are empty unless the member made them public."""

    slug: str
    url: str
    name: str
    kind: str
    place: str
    district: str
    website: str
    about: str
    themes: list[str]
    email: str
    phone: str
    latitude: float | None
    longitude: float | None
    published_at: datetime
    changed_at: datetime


class MemberList(msgspec.Struct, frozen=True, kw_only=True):
    """One page of members; `next` is the cursor of the following page."""

    members: list[MemberAnswer]
    total: int
    next: str | None = None


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """A GeoJSON point (RFC 7946): longitude first."""

    type: Literal["Point"] = "Point"
    coordinates: tuple[float, float]


class Feature(msgspec.Struct, frozen=True, kw_only=True):
    """A member on the map."""

    type: Literal["Feature"] = "Feature"
    id: str
    geometry: Point
    properties: dict[str, str]


class FeatureCollection(msgspec.Struct, frozen=True, kw_only=True):
    """Every member with a place on the map."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[Feature]


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the service answers."""

    status: Literal["ok"] = "ok"
    service: Literal["directory"] = "directory"


def answer_of(member: PublicMember, origin: str) -> MemberAnswer:
    """A member as the JSON interface gives it."""
    return MemberAnswer(
        slug=member.slug,
        url=f"{origin}/leden/{member.slug}",
        name=member.name,
        kind=member.kind.value,
        place=member.place,
        district=member.district,
        website=member.website,
        about=member.about,
        themes=[theme.value for theme in member.themes],
        email=member.email,
        phone=member.phone,
        latitude=member.latitude,
        longitude=member.longitude,
        published_at=member.published_at,
        changed_at=member.changed_at,
    )


def feature_of(member: PublicMember, origin: str) -> Feature | None:
    """A member as a GeoJSON feature, or None when it has no place on the map."""
    if member.latitude is None or member.longitude is None:
        return None
    return Feature(
        id=member.slug,
        geometry=Point(coordinates=(member.longitude, member.latitude)),
        properties={
            "name": member.name,
            "kind": member.kind.value,
            "place": member.place,
            "district": member.district,
            "url": f"{origin}/leden/{member.slug}",
        },
    )
