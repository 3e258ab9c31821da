"""What SES tells about mails that did not arrive or were not wanted (docs/adr: bounces).

It names an address, so nothing of it is logged or kept: only the id in our own tag counts.
"""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from msgspec import Struct

from chalicelib.registration.domain import Failure

ABOUT = "about"
# SES says so when it learns of the topic, as a text and not as an event.
GREETING = "Successfully validated SNS topic for Amazon SES event publishing."


class MalformedFeedback(Exception):
    """No event of SES. Without details: they hold an address."""


class Feedback(Struct, frozen=True, kw_only=True):
    """Mail about `registration_id` failed. `id` is the same each time that SES tells of it."""

    id: str
    registration_id: str
    cause: Failure
    sent_at: datetime


class _Mail(Struct, frozen=True, rename="camel"):
    message_id: str
    timestamp: datetime
    tags: Mapping[str, tuple[str, ...]] = {}


class _Bounce(Struct, frozen=True, rename="camel"):
    bounce_type: str


class _Told(Struct, frozen=True, rename="camel"):
    event_type: str
    mail: _Mail
    bounce: _Bounce | None = None


def read(body: str) -> Feedback | None:
    """What a message means for a registration; None where it means nothing.

    Mail that is only late, or is about no registration, means nothing. Raises MalformedFeedback.
    """
    if body.strip() == GREETING:
        return None
    try:
        told = msgspec.json.decode(body, type=_Told)
    except (msgspec.DecodeError, UnicodeError):
        raise MalformedFeedback from None  # its words may quote the address
    cause = _cause(told)
    about = told.mail.tags.get(ABOUT, ())
    if told.mail.timestamp.tzinfo is None:
        raise MalformedFeedback
    if cause is None or len(about) != 1:
        return None
    return Feedback(
        id=f"{told.mail.message_id}#{cause}",
        registration_id=about[0],
        cause=cause,
        sent_at=told.mail.timestamp,
    )


def _cause(told: _Told) -> Failure | None:
    if told.event_type == "Complaint":
        return "complaint"
    if told.event_type != "Bounce":
        return None
    if told.bounce is None:
        raise MalformedFeedback
    return "bounce" if told.bounce.bounce_type == "Permanent" else None
