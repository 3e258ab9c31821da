"""A partner sends a file: announce it, send the bytes to S3, say that it is done."""

import contextlib
import hashlib
import json
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import asdict

from chalicelib.documents.domain import (
    CONSENT_PURPOSE,
    CONSENT_VERSION,
    PART_SIZE,
    UNFINISHED_KEPT,
    Category,
    Document,
    Invitation,
    Method,
    State,
    Wish,
    faults,
    method_for,
    part_count,
    part_length,
    quarantine_key,
    tidy_file_name,
    tidy_media_type,
)
from chalicelib.documents.repository import Repository
from chalicelib.documents.storage import Address, Incomplete, Missing, Storage
from shared.clock import Clock
from shared.errors import Conflict, Invalid, NotFound, TooManyRequests
from shared.ids import new_id
from shared.transactions import Refused

MOST_WAITING = 40  # documents of one partner on which nobody has decided yet
_UNDECIDED = (State.ANNOUNCED, State.RECEIVED, State.INSPECTED)


class Part(Struct, frozen=True):
    """A piece of the file that S3 lacks: `start` and `size` in bytes, and where to send it."""

    number: int
    start: int
    size: int
    address: Address


class Plan(Struct, frozen=True):
    """What the browser must still send. Asking again after a break gives what is left."""

    document: Document
    parts: Sequence[Part]


def announce_upload(
    repository: Repository,
    storage: Storage,
    clock: Clock,
    *,
    invitation: Invitation,
    wish: Wish,
    key: str | None = None,
) -> Document:
    """Write down what will be sent, under a key that we choose.

    With the same Idempotency-Key (`key`) the first answer is given again. Raises Invalid,
    TooManyRequests.
    """
    found = faults(wish)
    if found:
        raise Invalid(fields=found)
    hashed = hashlib.sha256(key.encode()).hexdigest() if key else ""
    fingerprint = hashlib.sha256(json.dumps(asdict(wish), sort_keys=True).encode()).hexdigest()
    earlier = _earlier(repository, clock, invitation, hashed, fingerprint)
    if earlier:
        return earlier
    _refuse_too_many(repository, clock, invitation)
    document = _announced(storage, clock, invitation, wish)
    try:
        repository.announce(
            document, invitation_id=invitation.id, key=hashed, fingerprint=fingerprint
        )
    except Refused as refused:
        if "idempotency" not in refused.parts:
            raise
        earlier = _earlier(repository, clock, invitation, hashed, fingerprint)
        if earlier is None:
            raise Conflict from refused
        return earlier
    return document


def _earlier(
    repository: Repository, clock: Clock, invitation: Invitation, key: str, fingerprint: str
) -> Document | None:
    request = repository.earlier_request(invitation.id, key) if key else None
    if request is None:
        return None
    if request[0] != fingerprint:
        raise Invalid("idempotency_mismatch", "Dit verzoek is al eens met andere gegevens gedaan.")
    return repository.document(request[1], clock.now())


def _refuse_too_many(repository: Repository, clock: Clock, invitation: Invitation) -> None:
    waiting = repository.documents_of(invitation.member_id, clock.now())
    if sum(document.state in _UNDECIDED for document in waiting) >= MOST_WAITING:
        title = "Er wachten al veel bestanden van jou. Wacht tot de organisatie ze heeft bekeken."
        raise TooManyRequests("too_many_waiting", title)


def _announced(storage: Storage, clock: Clock, invitation: Invitation, wish: Wish) -> Document:
    now = clock.now()
    identifier = new_id(clock)
    method = method_for(wish.size) if wish.has_file else Method.FORM
    content_type = tidy_media_type(wish.content_type)
    upload_id = None
    if method is Method.MULTIPART:
        upload_id = storage.begin_parts(quarantine_key(identifier), content_type)
    return Document(
        id=identifier,
        member_id=invitation.member_id,
        title=wish.title,
        category=Category(wish.category),
        description=wish.description,
        consent_version=CONSENT_VERSION,
        consent_purpose=CONSENT_PURPOSE,
        consent_at=now,
        method=method,
        file_name=tidy_file_name(wish.file_name) if wish.has_file else "",
        declared_type=content_type,
        declared_size=wish.size if wish.has_file else None,
        declared_sha256=wish.sha256 if wish.has_file else None,
        upload_id=upload_id,
        announced_at=now,
        keep_until=now + UNFINISHED_KEPT,
    )


def find_upload(
    repository: Repository, clock: Clock, invitation: Invitation, document_id: str
) -> Document:
    """A document of this very partner. Raises NotFound for anybody else's."""
    document = repository.document(document_id, clock.now())
    if document is None or document.member_id != invitation.member_id:
        raise NotFound
    return document


def plan_upload(storage: Storage, document: Document) -> Plan:
    """What must still be sent for an announced document, with fresh addresses."""
    if document.state is not State.ANNOUNCED or document.method is Method.FORM:
        return Plan(document, ())
    key, size = quarantine_key(document.id), document.declared_size or 0
    if document.method is Method.PUT:
        address = storage.address(key, size, document.declared_type, document.declared_sha256 or "")
        return Plan(document, (Part(1, 0, size, address),))
    upload_id = document.upload_id or ""
    try:
        there = storage.parts(key, upload_id)
    except Missing:
        return Plan(document, ())  # joined already; the S3 event is under way
    return Plan(
        document,
        tuple(
            Part(
                number,
                (number - 1) * PART_SIZE,
                part_length(size, number),
                storage.part_address(key, upload_id, number, part_length(size, number)),
            )
            for number in range(1, part_count(size) + 1)
            if there.get(number, ("", -1))[1] != part_length(size, number)
        ),
    )


def complete_upload(
    repository: Repository, storage: Storage, clock: Clock, document: Document
) -> Document:
    """The sender says that everything is there; safe to repeat. Raises Conflict when it is not."""
    if document.state is not State.ANNOUNCED:
        return document
    key = quarantine_key(document.id)
    if document.method is Method.MULTIPART:
        try:
            storage.finish_parts(key, document.upload_id or "", document.declared_size or 0)
        except Incomplete:
            raise _not_there() from None
        except Missing:
            pass  # joined before, by a request whose answer got lost
    stored = storage.waiting(key)
    if stored is None:
        raise _not_there()
    with contextlib.suppress(Refused):  # the S3 event was faster
        repository.receive(document, stored.version_id, clock.now())
    return repository.document(document.id, clock.now()) or document


def _not_there() -> Conflict:
    title = "Het bestand is nog niet helemaal aangekomen. Ga verder met versturen."
    return Conflict("upload_incomplete", title)
