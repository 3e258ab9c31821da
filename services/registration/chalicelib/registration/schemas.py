"""What the JSON interface takes and gives. `forms` checks the limits, with a text per field."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from shared.proof import LONGEST_PAYLOAD

LONGEST_NAME = 200
LONGEST_ORGANISATION = 200
LONGEST_PHONE = 40
LONGEST_DIET = 300
LONGEST_ACCESS_NEEDS = 600
LONGEST_INITIATIVE = 120
LONGEST_PLACE = 80
LONGEST_WEBSITE = 300
LONGEST_ABOUT = 600
MOST_SESSIONS = 20


def _documented(description: str, **schema: Any) -> Meta:
    """Say a limit in the OpenAPI document only: `forms` checks it, and says all errors at once."""
    return Meta(description=description, extra_json_schema=schema)


Name = Annotated[str, _documented("First and last name", minLength=1, maxLength=LONGEST_NAME)]
Email = Annotated[str, _documented("Address for the confirmation", format="email", maxLength=254)]
AudienceName = Annotated[str, _documented("One of the ids in the congress's `audiences`")]
SessionNames = Annotated[
    list[str], _documented("At most one session of each round", maxItems=MOST_SESSIONS)
]


class DirectoryRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The start of an entry in the member guide, handed over only with the person's consent."""

    initiative: Annotated[str, _documented("Name of the initiative", maxLength=LONGEST_INITIATIVE)]
    consent: Annotated[bool, _documented("Must be true: hand these fields to the member guide")]
    place: Annotated[str, _documented("Neighbourhood or town", maxLength=LONGEST_PLACE)] = ""
    website: Annotated[str, _documented("Web address", maxLength=LONGEST_WEBSITE)] = ""
    about: Annotated[str, _documented("A few sentences", maxLength=LONGEST_ABOUT)] = ""


class RegistrationRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One person's registration for one congress."""

    name: Name
    email: Email
    audience: AudienceName
    consent: Annotated[bool, _documented("Must be true: keep these fields for the congress")]
    consent_version: Annotated[str, _documented("Version of the consent text that was shown")]
    organisation: Annotated[str, _documented("Organisation", maxLength=LONGEST_ORGANISATION)] = ""
    phone: Annotated[str, _documented("For the day itself", maxLength=LONGEST_PHONE)] = ""
    sessions: SessionNames = []
    diet: Annotated[str, _documented("Wishes for lunch", maxLength=LONGEST_DIET)] = ""
    access_needs: Annotated[
        str, _documented("What the person needs to take part", maxLength=LONGEST_ACCESS_NEEDS)
    ] = ""
    directory: DirectoryRequest | None = None
    language: Annotated[Literal["nl", "en"], Meta(description="Language of the mails")] = "nl"
    altcha: Annotated[
        str,
        _documented(
            "A solved challenge (see `challenge`), used once. Without one the request is accepted"
            " too, and counted: 30 in 10 minutes from one network address",
            maxLength=LONGEST_PAYLOAD,
        ),
    ] = ""


class LineResponse(msgspec.Struct, frozen=True):
    """A place in one line: the congress itself, or one of its sessions."""

    id: Annotated[str, Meta(description="`congress` or the id of a session")]
    number: int
    state: Literal["seated", "waiting"]
    place_in_line: Annotated[int | None, Meta(description="1 is next; null when seated")] = None


class ReceiptResponse(msgspec.Struct, frozen=True):
    """The same for a known and an unknown address; what is true for the owner comes by mail."""

    event: str
    number: int
    state: Literal["seated", "waiting"]
    lines: list[LineResponse]


class SessionResponse(msgspec.Struct, frozen=True):
    """A session of a round."""

    id: str
    title: str
    description: str
    place: str
    capacity: int
    places_left: int
    waiting: int


class RoundResponse(msgspec.Struct, frozen=True):
    """Sessions at the same time; a person chooses at most one."""

    id: str
    title: str
    starts_at: str
    ends_at: str
    sessions: list[SessionResponse]


class EventSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A congress in a list."""

    id: str
    title: str
    starts_at: Annotated[str, Meta(description="RFC 3339, UTC")]
    ends_at: Annotated[str, Meta(description="RFC 3339, UTC")]
    place: str
    city: str
    state: Literal["not_yet_open", "open", "closed"]
    capacity: int
    places_left: int
    url: str


class AudienceResponse(msgspec.Struct, frozen=True):
    """A kind of participant."""

    id: str
    title: str


class EventResponse(EventSummary, frozen=True, kw_only=True):
    """A congress with everything that a form needs."""

    summary: str
    opens_at: str
    closes_at: str
    audiences: list[AudienceResponse]
    rounds: list[RoundResponse]
    consent_version: Annotated[str, Meta(description="Send this back as `consent_version`")]
    consent_text: str
    directory_consent_text: str


class EventList(msgspec.Struct, frozen=True):
    """The published congresses, soonest first."""

    events: list[EventSummary]


class RegistrationResponse(msgspec.Struct, frozen=True, kw_only=True):
    """A registration as its holder sees it."""

    id: str
    event: str
    state: Literal["seated", "waiting", "cancelled"]
    name: str
    email: str
    number: int | None
    lines: list[LineResponse]


class Health(msgspec.Struct, frozen=True):
    """The service answers."""

    status: Literal["ok"]
    service: Literal["registration"]
