"""A person decides about a document.

`note` joins the same transaction: what the audit log says of it.
"""

from msgspec.structs import replace

from chalicelib.documents.domain import (
    LONGEST_REASON,
    UNPUBLISHED_KEPT,
    Document,
    NotAllowed,
    Partner,
    State,
    may_decline,
    may_publish,
    may_withdraw,
)
from chalicelib.documents.repository import Repository
from shared.clock import Clock
from shared.errors import Conflict, Invalid, NotFound
from shared.events import Data, occurred
from shared.events.documents import DocumentDeclined, DocumentPublished, DocumentWithdrawn
from shared.transactions import Join, Refused


def publish_document(
    repository: Repository,
    clock: Clock,
    document_id: str,
    *,
    decided_by: str,
    seen_by_person: bool = False,
    note: Join | None = None,
) -> Document:
    """Put an inspected document in the library.

    Raises Conflict unless its verdict is clean, or a person says that they looked at it.
    """
    document = _find(repository, clock, document_id)
    try:
        may_publish(document, seen_by_person=seen_by_person)
    except NotAllowed:
        raise Conflict("not_publishable") from None
    partner = repository.partner(document.member_id) if document.member_id else None
    decided = replace(
        document,
        state=State.PUBLISHED,
        decided_at=clock.now(),
        decided_by=decided_by,
        shared_by=partner.name if partner else "",
        keep_until=None,
    )
    told = DocumentPublished(document_id=document.id)
    return _decide(repository, clock, document, decided, told, note, partner)


def decline_document(
    repository: Repository,
    clock: Clock,
    document_id: str,
    *,
    decided_by: str,
    reason: str,
    note: Join | None = None,
) -> Document:
    """Say no, with a reason that the partner gets by mail. Raises Invalid, Conflict."""
    document = _find(repository, clock, document_id)
    try:
        may_decline(document.state)
    except NotAllowed:
        raise Conflict("not_declinable") from None
    decided = _closed(clock, document, State.DECLINED, decided_by, _checked(reason))
    told = DocumentDeclined(document_id=document.id)
    return _decide(repository, clock, document, decided, told, note)


def withdraw_document(
    repository: Repository,
    clock: Clock,
    document_id: str,
    *,
    decided_by: str,
    reason: str,
    note: Join | None = None,
) -> Document:
    """Take a document out of the library. Raises Invalid, Conflict."""
    document = _find(repository, clock, document_id)
    try:
        may_withdraw(document.state)
    except NotAllowed:
        raise Conflict("not_published") from None
    decided = _closed(clock, document, State.WITHDRAWN, decided_by, _checked(reason))
    told = DocumentWithdrawn(document_id=document.id)
    return _decide(repository, clock, document, decided, told, note)


def _find(repository: Repository, clock: Clock, document_id: str) -> Document:
    document = repository.document(document_id, clock.now())
    if document is None:
        raise NotFound
    return document


def _checked(reason: str) -> str:
    if not reason:
        raise Invalid(fields={"reden": "Schrijf op waarom. De inzender krijgt dit te lezen."})
    if len(reason) > LONGEST_REASON:
        raise Invalid(fields={"reden": "Maak de reden korter: zij mag 1000 tekens lang zijn."})
    return reason


def _closed(
    clock: Clock, document: Document, state: State, decided_by: str, reason: str
) -> Document:
    now = clock.now()
    return replace(
        document,
        state=state,
        decided_at=now,
        decided_by=decided_by,
        reason=reason,
        # The privacy statement counts from the upload, also for what is declined.
        keep_until=document.keep_until or now + UNPUBLISHED_KEPT,
    )


def _decide(
    repository: Repository,
    clock: Clock,
    document: Document,
    decided: Document,
    told: Data,
    note: Join | None,
    partner: Partner | None = None,
) -> Document:
    try:
        repository.decide(document, decided, occurred(told, clock), partner, join=note)
    except Refused:
        raise Conflict from None  # another organiser was first, or the partner left
    return decided
