"""Between domain objects and items."""

import zlib
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec
from pynamodb.exceptions import DoesNotExist

from chalicelib.registration.domain import Answers, Line, Profile, Registration
from chalicelib.registration.models import AnswersItem, RegistrationItem
from shared.consent import Consent
from shared.table import Record

# DynamoDB's TTL is the backstop for a nightly job that no longer runs, so it comes after that job.
BACKSTOP = timedelta(days=3)
ItemT = TypeVar("ItemT", bound=Record)
BUCKET = 256  # numbers that one partition of the list holds (docs/adr: the list)
CANCELLED_PARTITIONS = range(8)


def find(model: type[ItemT], pk: str, sk: str) -> ItemT | None:
    """The item with this key, strongly read, or None."""
    try:
        return model.get(pk, sk, consistent_read=True)
    except DoesNotExist:
        return None


def registration_item(registration: Registration) -> RegistrationItem:
    """The item that holds `registration`."""
    listing, listing_key = _listing(registration)
    return RegistrationItem(
        f"REGISTRATION#{registration.id}",
        "REGISTRATION",
        event=registration.event,
        state=registration.state,
        version=registration.version,
        link_version=registration.link_version,
        language=registration.language,
        name=registration.name,
        email=registration.email,
        person=registration.person,
        audience=registration.audience,
        organisation=registration.organisation,
        phone=registration.phone,
        consent=msgspec.to_builtins(registration.consent),
        profile=msgspec.to_builtins(registration.profile) if registration.profile else None,
        lines=[_stored_line(line) for line in registration.lines],
        wishes=list(registration.wishes),
        registered_at=registration.registered_at,
        changed_at=registration.changed_at,
        keep_until=registration.keep_until,
        expires_at=registration.keep_until + BACKSTOP,
        listing=listing,
        listing_key=listing_key,
    )


def to_registration(item: RegistrationItem) -> Registration:
    """The registration that `item` holds."""
    return Registration(
        id=item.pk.removeprefix("REGISTRATION#"),
        event=item.event,
        state=item.state,  # type: ignore[arg-type]  # written by registration_item only
        version=int(item.version),
        link_version=int(item.link_version),
        language=item.language,
        name=item.name,
        email=item.email,
        person=item.person,
        audience=item.audience,
        organisation=item.organisation,
        phone=item.phone,
        consent=msgspec.convert(item.consent, Consent),
        profile=msgspec.convert(item.profile, Profile) if item.profile else None,
        lines=tuple(msgspec.convert(item.lines, list[Line])),
        wishes=tuple(item.wishes),
        registered_at=item.registered_at,
        changed_at=item.changed_at,
        keep_until=item.keep_until,
    )


def answers_item(registration_id: str, answers: Answers, until: datetime) -> AnswersItem:
    """The item that holds the sensitive answers."""
    return AnswersItem(
        f"REGISTRATION#{registration_id}",
        "ANSWERS",
        diet=answers.diet,
        access_needs=answers.access_needs,
        keep_until=until,
        expires_at=until + BACKSTOP,
    )


def kept_listing(event: str, bucket: int) -> str:
    """Where the seated and the waiting of `event` with numbers of this bucket are listed."""
    return f"REGISTRATIONS#{event}#{bucket}"


def cancelled_listings(event: str) -> list[str]:
    """Where the cancelled of `event` are listed, until they are erased."""
    return [f"CANCELLED#{event}#{number}" for number in CANCELLED_PARTITIONS]


def bucket_of(number: int | str) -> int:
    """Which bucket lists `number`; also for a number as it stands in a listing key."""
    return int(number) // BUCKET


def _listing(registration: Registration) -> tuple[str, str]:
    if registration.state == "cancelled":
        listings = cancelled_listings(registration.event)
        return listings[zlib.crc32(registration.id.encode()) % len(listings)], registration.id
    number = registration.congress.number
    return kept_listing(registration.event, bucket_of(number)), f"{number:010d}"


def _stored_line(line: Line) -> dict[str, object]:
    values: dict[str, object] = msgspec.to_builtins(line)
    del values["place_in_line"]
    return values
