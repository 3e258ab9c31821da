"""The only reader and writer of the documents table."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import asdict
from pynamodb.exceptions import DoesNotExist
from pynamodb.expressions.update import Action

from chalicelib.documents.domain import (
    UNPUBLISHED_KEPT,
    Category,
    Document,
    Invitation,
    Method,
    Partner,
    State,
    Verdict,
)
from chalicelib.documents.models import (
    DocumentItem,
    IdempotencyItem,
    InvitationItem,
    OutboxItem,
    PartnerDocumentItem,
    PartnerItem,
)
from shared import outbox
from shared.auth import codes
from shared.clock import rfc3339
from shared.events import Event
from shared.inbox import Once
from shared.transactions import Join, Transaction

REVIEW = "review"
PUBLISHED = "published"
PARTNERS = "partners"
CLOSED = "closed"  # declined or withdrawn
LISTINGS = (REVIEW, PUBLISHED, CLOSED)

# The nightly job removes a document together with its file. Only if that job fails for this long
# does TTL remove the item, so that personal data never outlives a broken job by more.
TTL_BACKSTOP = timedelta(days=14)
IDEMPOTENCY_KEPT = timedelta(days=1)

_ENUMS = {"category": Category, "method": Method, "state": State, "verdict": Verdict}


class Repository:
    """Reads and writes partners, invitations and documents."""

    # Partners and invitations

    def partner(self, member_id: str) -> Partner | None:
        """The partner that this member is, or None."""
        item = _get(PartnerItem, f"PARTNER#{member_id}", "PARTNER")
        return _read(Partner, item) if item else None

    def partners_at(self, mark: str) -> list[Partner]:
        """The partners whose address has this keyed hash; the index may be a moment behind."""
        found = PartnerItem.by_address.query(PARTNERS, PartnerItem.listing_key == mark)
        return [_read(Partner, item) for item in found]

    def invitation(self, invitation_id: str) -> Invitation | None:
        """The invitation, or None."""
        item = _get(InvitationItem, f"INVITATION#{invitation_id}", "INVITATION")
        return _read(Invitation, item) if item else None

    def save_partner(
        self,
        partner: Partner,
        invitation: Invitation | None,
        once: Once,
        event: Event | None,
        *,
        previous: Partner | None,
    ) -> None:
        """Write a partner, and their invitation when it changed, once for the event handled.

        Raises Refused with "seen" when that was done already, with "partner" when another event
        changed the partner since `previous` was read.
        """
        transaction = Transaction()
        item = PartnerItem(f"PARTNER#{partner.member_id}", "PARTNER", **asdict(partner))
        if partner.email:
            item.listing, item.listing_key = PARTNERS, codes.mark_of(partner.email)
        if previous is None:
            transaction.insert(item, name="partner")
        else:
            unchanged = PartnerItem.changed_at == previous.changed_at
            transaction.put(item, name="partner", condition=unchanged)
        if invitation:
            key = f"INVITATION#{invitation.id}"
            transaction.put(
                InvitationItem(key, "INVITATION", **asdict(invitation)), name="invitation"
            )
        _tell(transaction, event)
        once.join(transaction)
        transaction.commit()

    @staticmethod
    def telling(event: Event) -> Join:
        """What joins an event to a transaction on another table."""
        return lambda transaction: _tell(transaction, event)

    def mark_seen(self, once: Once) -> None:
        """Note that an event was handled without any change."""
        transaction = Transaction()
        once.join(transaction)
        transaction.commit()

    # Reading documents

    def document(self, document_id: str, now: datetime) -> Document | None:
        """The document, or None; also when it should be gone by now."""
        item = _get(DocumentItem, f"DOCUMENT#{document_id}", "DOCUMENT")
        found = [_read(Document, item)] if item else []
        return next(_kept(found, now), None)

    def documents_of(self, member_id: str, now: datetime) -> list[Document]:
        """What a partner sent and we still keep, newest first."""
        pointers = PartnerDocumentItem.query(
            f"PARTNER#{member_id}",
            PartnerDocumentItem.sk.startswith("DOCUMENT#"),
            consistent_read=True,
        )
        keys = [(f"DOCUMENT#{pointer.document_id}", "DOCUMENT") for pointer in pointers]
        found = (
            [_read(Document, item) for item in DocumentItem.batch_get(keys, consistent_read=True)]
            if keys
            else []
        )
        return sorted(_kept(found, now), key=lambda document: document.id, reverse=True)

    def listed(self, listing: str, now: datetime) -> list[Document]:
        """The documents in a listing, newest first, without what should be gone."""
        return list(_kept(self.present(listing), now))

    def present(self, listing: str) -> Iterator[Document]:
        """The same with what should be gone."""
        for item in DocumentItem.by_listing.query(listing, scan_index_forward=False):
            yield _read(Document, item)

    def earlier_request(self, invitation_id: str, key: str) -> tuple[str, str] | None:
        """The (fingerprint, document id) of a request with the same Idempotency-Key."""
        item = _get(IdempotencyItem, f"IDEMPOTENCY#{invitation_id}#{key}", "IDEMPOTENCY")
        return (item.fingerprint, item.document_id) if item else None

    # Writing documents. Each raises Refused with "document" when the state is another one by now.

    def announce(
        self, document: Document, *, invitation_id: str = "", key: str = "", fingerprint: str = ""
    ) -> None:
        """Write a new document. Raises Refused with "idempotency" when the key was used before."""
        transaction = Transaction()
        item = _document_item(document)
        item.expires_at = document.keep_until
        transaction.insert(item, name="document")
        if document.member_id:
            transaction.put(_pointer(document, document.keep_until), name="pointer")
        if key:
            used = IdempotencyItem(
                f"IDEMPOTENCY#{invitation_id}#{key}",
                "IDEMPOTENCY",
                fingerprint=fingerprint,
                document_id=document.id,
                expires_at=document.announced_at + IDEMPOTENCY_KEPT,
            )
            transaction.insert(used, name="idempotency")
        transaction.commit()

    def receive(self, document: Document, version_id: str | None, now: datetime) -> None:
        """The file is there; its version is pinned from now on."""
        actions = [
            DocumentItem.state.set(State.RECEIVED),
            DocumentItem.received_at.set(now),
            DocumentItem.keep_until.set(now + UNPUBLISHED_KEPT),
        ]
        if version_id:
            actions.append(DocumentItem.version_id.set(version_id))
        self._move(document, actions, now + UNPUBLISHED_KEPT, None)

    def record_inspection(self, document: Document, inspected: Document, event: Event) -> None:
        """Write what the inspection found, and put the document on the organisers' list."""
        names = (
            "state",
            "received_at",
            "version_id",
            "inspected_at",
            "verdict",
            "findings",
            "kind",
            "size",
            "sha256",
            "library_version",
            "pages",
            "width",
            "height",
            "keep_until",
        )
        actions = _changes(inspected, names)
        actions += [DocumentItem.listing.set(REVIEW), DocumentItem.listing_key.set(document.id)]
        self._move(document, actions, inspected.keep_until, event)

    def decide(
        self,
        document: Document,
        decided: Document,
        event: Event,
        partner: Partner | None = None,
        *,
        join: Join | None = None,
    ) -> None:
        """Write a person's decision: published, declined or withdrawn.

        Raises Refused with "partner" when the `partner` whose name goes along changed meanwhile.
        """
        published = decided.state is State.PUBLISHED
        names = ["state", "decided_at", "decided_by", "reason", "keep_until"]
        if published:  # later the name only goes: its partner may be leaving at this moment
            names.append("shared_by")
        moment = decided.decided_at or decided.announced_at
        actions = [
            *_changes(decided, names),
            DocumentItem.listing.set(PUBLISHED if published else CLOSED),
            DocumentItem.listing_key.set(f"{rfc3339(moment)}#{document.id}"),
        ]
        self._move(document, actions, decided.keep_until, event, partner, join=join)

    def forget_name(self, document: Document) -> None:
        """Take the partner's name off a document."""
        DocumentItem(f"DOCUMENT#{document.id}", "DOCUMENT").update(
            actions=[DocumentItem.shared_by.set("")],
            condition=DocumentItem.pk.exists(),
        )

    def condemn(self, document: Document) -> None:
        """Close a document that nobody decided about in time, so that nobody can any more."""
        actions = [
            DocumentItem.state.set(State.DECLINED),
            DocumentItem.listing.set(CLOSED),
        ]
        self._move(document, actions, document.keep_until, None)

    def remove(self, document: Document) -> None:
        """Remove a document whose time is up, and that is closed."""
        transaction = Transaction()
        transaction.delete(DocumentItem(f"DOCUMENT#{document.id}", "DOCUMENT"), name="document")
        if document.member_id:
            transaction.delete(_pointer(document, None), name="pointer")
        transaction.commit()

    def _move(
        self,
        document: Document,
        actions: Sequence[Action],
        keep_until: datetime | None,
        event: Event | None,
        partner: Partner | None = None,
        *,
        join: Join | None = None,
    ) -> None:
        expires_at = keep_until + TTL_BACKSTOP if keep_until else None
        attribute = DocumentItem.expires_at
        expiry = attribute.set(expires_at) if expires_at else attribute.remove()
        transaction = Transaction()
        transaction.update(
            DocumentItem(f"DOCUMENT#{document.id}", "DOCUMENT"),
            [*actions, expiry],
            name="document",
            condition=DocumentItem.state == document.state,
        )
        if document.member_id:
            transaction.put(_pointer(document, expires_at), name="pointer")
        if partner:
            unchanged = PartnerItem.changed_at == partner.changed_at
            key = f"PARTNER#{partner.member_id}"
            transaction.check(PartnerItem, key, "PARTNER", unchanged, name="partner")
        _tell(transaction, event)
        if join:
            join(transaction)
        transaction.commit()


def _get(model: Any, pk: str, sk: str) -> Any:
    try:
        return model.get(pk, sk, consistent_read=True)
    except DoesNotExist:
        return None


def _read(made: Any, item: Any) -> Any:
    values = {name: getattr(item, name) for name in made.__struct_fields__}
    for name, enum in _ENUMS.items():
        if values.get(name) is not None:
            values[name] = enum(values[name])
    if "findings" in values:
        values["findings"] = tuple(values["findings"])
    return made(**values)


def _document_item(document: Document) -> DocumentItem:
    values = asdict(document) | {"findings": list(document.findings)}
    return DocumentItem(f"DOCUMENT#{document.id}", "DOCUMENT", **values)


def _pointer(document: Document, expires_at: datetime | None) -> PartnerDocumentItem:
    return PartnerDocumentItem(
        f"PARTNER#{document.member_id}",
        f"DOCUMENT#{document.id}",
        document_id=document.id,
        expires_at=expires_at,
    )


def _changes(document: Document, names: Iterable[str]) -> list[Action]:
    actions = []
    for name in names:
        attribute, value = getattr(DocumentItem, name), getattr(document, name)
        value = list(value) if name == "findings" else value
        actions.append(attribute.remove() if value is None else attribute.set(value))
    return actions


def _kept(documents: Iterable[Document], now: datetime) -> Iterator[Document]:
    return (each for each in documents if each.keep_until is None or each.keep_until > now)


def _tell(transaction: Transaction, event: Event | None) -> None:
    if event:
        transaction.insert(outbox.message(OutboxItem, event), name="outbox")
