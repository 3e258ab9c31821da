"""What the JSON interface takes and gives, and what travels between services."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from chalicelib.directory.domain import Kind, PublicMember, Theme
from chalicelib.directory.forms import LONGEST, MOST_THEMES
from chalicelib.directory.texts import CONSENT_VERSION
from shared.proof import Solution


def _documented(description: str, **schema: Any) -> Meta:
    """A limit for the OpenAPI document; `forms` checks it, and can name every error at once."""
    return Meta(description=description, extra_json_schema=schema)


def _text(name: str, description: str, **schema: Any) -> Meta:
    return _documented(description, maxLength=LONGEST[name], **schema)


Address = Annotated[str, Meta(extra_json_schema={"format": "uri"})]


class Application(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody asks to stand in the guide. The rules of each field stand in `forms`."""

    name: Annotated[str, _text("name", "Name of the organisation", minLength=1)]
    kind: Annotated[str, _documented("What sort of member", enum=list(Kind))]
    place: Annotated[str, _text("place", "Town", minLength=1)]
    district: Annotated[str, _text("district", "Neighbourhood")] = ""
    website: Annotated[str, _text("website", "Web address")] = ""
    about: Annotated[str, _text("about", "A few sentences; an empty line starts a paragraph")] = ""
    themes: Annotated[
        list[str],
        _documented(
            "What the member works on",
            maxItems=MOST_THEMES,
            items={"type": "string", "enum": list(Theme)},
        ),
    ] = []
    email: Annotated[str, _text("email", "Where we write to", format="email")]
    phone: Annotated[str, _text("phone", "Telephone number")] = ""
    email_public: Annotated[bool, _documented("Show the address in the guide")] = False
    phone_public: Annotated[bool, _documented("Show the number in the guide")] = False
    consent: Annotated[bool, _documented("Publish these fields in the guide", const=True)]
    consent_version: Annotated[
        str, _documented("Version of the consent text that was shown", enum=[CONSENT_VERSION])
    ]
    language: Literal["nl", "en"] = "nl"
    altcha: Solution = ""


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to an application: the same whether or not we know the address."""

    state: Literal["received"] = "received"


class MemberAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A published member. Contact details are empty unless the member made them public."""

    slug: str
    url: Address
    name: str
    kind: Kind
    place: str
    district: str
    website: str
    about: str
    themes: list[Theme]
    email: str
    phone: str
    latitude: Annotated[float, Meta(ge=-90, le=90)] | None
    longitude: Annotated[float, Meta(ge=-180, le=180)] | None
    published_at: datetime
    changed_at: datetime


class MemberList(msgspec.Struct, frozen=True, kw_only=True):
    """One page of members; `next` is the cursor of the following page."""

    members: list[MemberAnswer]
    total: Annotated[int, Meta(ge=0)]
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
    version: str


def answer_of(member: PublicMember, origin: str) -> MemberAnswer:
    """A member as the JSON interface gives it."""
    return MemberAnswer(
        slug=member.slug,
        url=f"{origin}/leden/{member.slug}",
        name=member.name,
        kind=member.kind,
        place=member.place,
        district=member.district,
        website=member.website,
        about=member.about,
        themes=list(member.themes),
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
