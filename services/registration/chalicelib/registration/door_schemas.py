"""What a phone at the door sends and gets."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from chalicelib.registration.domain.check_in import Answer
from chalicelib.registration.schemas import Count, Moment

MOST_FACTS = 25  # in one batch; each takes three calls
Id = Annotated[str, Meta(pattern=r"^[0-9A-Za-z-]{8,64}$", description="Made by the phone")]


class FactRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody came in, or that was a mistake; an undo has the id of its check-in."""

    id: Id
    kind: Literal["check_in", "undo"]
    registration: Annotated[str, Meta(min_length=1, max_length=64)]
    at: Annotated[datetime, Meta(tz=True, description="The phone's moment, RFC 3339")]


class CheckInRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a phone has seen at the door, oldest first. Sending it again changes nothing."""

    phone: Id
    facts: Annotated[list[FactRequest], Meta(min_length=1, max_length=MOST_FACTS)]


class CheckInSeen(msgspec.Struct, frozen=True):
    """The check-in that counts."""

    id: str
    at: Moment
    phone: str


class FactAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one fact; with `busy` it must be sent again."""

    id: str
    answer: Answer | Literal["busy"]
    inside: CheckInSeen | None = None
    place_in_line: Annotated[int, Meta(ge=1)] | None = None


class CheckInResponse(msgspec.Struct, frozen=True):
    """An answer per fact, in their order, and how many are inside now."""

    answers: list[FactAnswer]
    inside: Count


class GuestResponse(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on the list. `ticket` is a hash: who has the list cannot make tickets."""

    id: str
    name: str
    state: Literal["seated", "waiting", "cancelled"]
    sessions: list[str]
    ticket: Annotated[
        str, Meta(description="The start of the SHA-256 of the ticket's code, 32 digits")
    ]
    place_in_line: Annotated[int, Meta(ge=1)] | None = None
    inside: CheckInSeen | None = None


class DoorResponse(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the list; the rest follows with `cursor`. `now` shows how a phone's clock errs."""

    event: str
    now: Moment
    opens_at: Moment
    forget_at: Annotated[str, Meta(description="When a phone must have forgotten the list")]
    seated: Count
    inside: Count
    people: list[GuestResponse]
    cursor: str | None = None
