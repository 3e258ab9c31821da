"""Between domain objects and items."""

import uuid
import zlib
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec
from pynamodb.exceptions import DoesNotExist

from chalicelib.registration.domain import (
    KEEP_SENSITIVE,
    Answers,
    Coming,
    Line,
    Profile,
    Registration,
    Reply,
)
from chalicelib.registration.models import (
    AnswersItem,
    FailedAddressItem,
    HoldItem,
    RegistrationItem,
)
from shared.clock import rfc3339
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
        address_failed_at=registration.address_failed_at,
        address_failure=registration.address_failure,
        address_checked_at=registration.address_checked_at,
        note=registration.note or None,
        assisted=registration.assisted or None,
        coming=msgspec.to_builtins(registration.coming) if registration.coming else None,
        confirm_by=registration.confirm_by,
        confirmed_at=registration.confirmed_at,
        lapsed=registration.lapsed or None,
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
        address_failed_at=item.address_failed_at,
        address_failure=item.address_failure,  # type: ignore[arg-type]
        address_checked_at=item.address_checked_at,
        note=item.note or "",
        assisted=bool(item.assisted),
        coming=msgspec.convert(item.coming, Coming) if item.coming else None,
        confirm_by=item.confirm_by,
        confirmed_at=item.confirmed_at,
        lapsed=bool(item.lapsed),
        keep_until=item.keep_until,
    )


def hold_item(registration: Registration, until: datetime) -> HoldItem:
    """The item by which the sweeper finds it when nobody confirms its address."""
    return HoldItem(
        f"HOLDS#{registration.event}",
        f"{rfc3339(until)}#{registration.id}",
        expires_at=registration.keep_until + BACKSTOP,
    )


def failed_address_item(registration: Registration) -> FailedAddressItem:
    """The item that counts it among those whose address fails."""
    return FailedAddressItem(
        f"FAILED#{registration.event}",
        registration.id,
        expires_at=registration.keep_until + BACKSTOP,
    )


def answers_item(registration_id: str, answers: Answers, ends_at: datetime) -> AnswersItem:
    """The item that holds the answers, for a congress that ends at `ends_at`."""
    until = answers.keep_until(ends_at)
    return AnswersItem(
        f"REGISTRATION#{registration_id}",
        "ANSWERS",
        diet=answers.diet,
        access_needs=answers.access_needs,
        replies=msgspec.to_builtins(answers.replies) if answers.replies else None,
        ends_at=ends_at,
        keep_until=until,
        written=uuid.uuid4().hex,
        # Of a nightly job that no longer runs: then what might stay longer goes as well.
        expires_at=until + BACKSTOP,
    )


def to_answers(item: AnswersItem) -> Answers:
    """Everything that `item` holds, past its time too."""
    return Answers(
        diet=item.diet,
        access_needs=item.access_needs,
        replies=tuple(msgspec.convert(item.replies or [], list[Reply])),
    )


def end_of(item: AnswersItem) -> datetime:
    """When the congress ends that the answers are about."""
    found: datetime | None = item.ends_at
    return item.keep_until - KEEP_SENSITIVE if found is None else found


def kept_listing(event: str, bucket: int) -> str:
    """Where the seated and the waiting of `event` with numbers of this bucket are listed."""
    return f"REGISTRATIONS#{event}#{bucket}"


def cancelled_listings(event: str) -> list[str]:
    """Where the cancelled of `event` are listed, until they are erased."""
    return [f"CANCELLED#{event}#{number}" for number in CANCELLED_PARTITIONS]


def cancelled_listing(event: str, registration_id: str) -> str:
    """Where this one is listed once it is cancelled."""
    listings = cancelled_listings(event)
    return listings[zlib.crc32(registration_id.encode()) % len(listings)]


def bucket_of(number: int | str) -> int:
    """Which bucket lists `number`; also for a number as it stands in a listing key."""
    return int(number) // BUCKET


def _listing(registration: Registration) -> tuple[str, str]:
    if registration.state == "cancelled":
        return cancelled_listing(registration.event, registration.id), registration.id
    number = registration.congress.number
    return kept_listing(registration.event, bucket_of(number)), f"{number:010d}"


def _stored_line(line: Line) -> dict[str, object]:
    values: dict[str, object] = msgspec.to_builtins(line)
    del values["place_in_line"]
    return values
