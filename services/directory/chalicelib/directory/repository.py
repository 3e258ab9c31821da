"""The only reader and writer of the directory table."""

import threading
from datetime import datetime, timedelta
from typing import Any

import msgspec

from chalicelib.directory import domain
from chalicelib.directory.domain import Member, PublicMember, State
from chalicelib.directory.models import (
    AnswerItem,
    ErasedItem,
    Limit,
    MemberItem,
    Outbox,
    Proof,
    PublicItem,
    RevisionItem,
    SlugItem,
)
from chalicelib.directory.search import Snapshot, snapshot_of
from shared import limits, proof
from shared.clock import Clock
from shared.events import Event
from shared.outbox import message
from shared.transactions import Join, Transaction

PUBLIC = "PUBLIC"
REVISION = "PUBLIC#REVISION"
MEMBERS = "MEMBERS"
ANSWERS_KEPT = timedelta(days=1)
ERASURES_KEPT = timedelta(days=35)
"""Longer than a hand-over (14 days) or a message in a queue and its dead-letter queue can wait."""


# The names of transaction parts that callers look for in `Refused.parts`.
PART_MEMBER = "member"
PART_SLUG = "slug"
PART_ERASED = "erased"
PART_KEY = "key"
PART_PROOF = proof.PART


class Repository:
    """Members in DynamoDB. Holds the one cached snapshot of what visitors may see."""

    def __init__(self) -> None:
        self._snapshot: Snapshot | None = None
        self._lock = threading.Lock()

    # Reading

    def get(self, member_id: str, now: datetime) -> Member | None:
        """The entry as it stands, or None when there is none or its retention has ended."""
        member = self.find(member_id)
        return None if member is None or domain.is_expired(member, now) else member

    def find(self, member_id: str) -> Member | None:
        """The entry as it stands, also when its retention has ended and it only waits to go."""
        item = next(iter(MemberItem.query(f"MEMBER#{member_id}", consistent_read=True)), None)
        return _member(item) if item else None

    def every(self) -> list[Member]:
        """All entries in the order in which they came, expired ones too: callers filter on time."""
        return [_member(item) for item in MemberItem.listing_index.query(MEMBERS)]

    def snapshot(self) -> Snapshot:
        """What visitors may see, never older than the last change.

        One small consistent read per call; the one query only when something changed.
        """
        revision = self.revision()
        with self._lock:
            if self._snapshot is None or self._snapshot.revision != revision:
                views = PublicItem.query(PUBLIC, consistent_read=True)
                members = [msgspec.convert(item.view, PublicMember) for item in views]
                self._snapshot = snapshot_of(members, revision)
            return self._snapshot

    def revision(self) -> int:
        """The number that rises with every change to what visitors see."""
        item = next(iter(RevisionItem.query(REVISION, consistent_read=True)), None)
        return int(item.revision) if item else 0

    def answer(self, key: str) -> AnswerItem | None:
        """What was done earlier for this idempotency key."""
        return next(iter(AnswerItem.query(f"IDEMPOTENCY#{key}", consistent_read=True)), None)

    # Writing

    def insert(
        self,
        member: Member,
        event: Event,
        *,
        join: Join | None = None,
        registration_id: str = "",
        key: str = "",
        fingerprint: str = "",
    ) -> None:
        """Add a new entry with its event. Raises Refused with the parts that stood in the way."""
        transaction = Transaction()
        transaction.insert(_item(member), name=PART_MEMBER)
        if registration_id:
            pk = f"ERASED#{registration_id}"
            free = ErasedItem.pk.does_not_exist()
            transaction.check(ErasedItem, pk, "ERASED", free, name=PART_ERASED)
        if key:
            kept_until = member.drafted_at + ANSWERS_KEPT
            mark = AnswerItem(
                f"IDEMPOTENCY#{key}",
                "IDEMPOTENCY",
                fingerprint=fingerprint,
                member_id=member.id,
                expires_at=kept_until,
            )
            transaction.insert(mark, name=PART_KEY)
        self._publish_view(transaction, None, member)
        self._commit(transaction, [event], join)

    def replace(
        self, before: Member, after: Member, event: Event, *, join: Join | None = None
    ) -> None:
        """Write `after` over `before`, unless somebody else was first (Refused, part "member")."""
        transaction = Transaction()
        unchanged = MemberItem.version == before.version
        transaction.put(_item(after), name=PART_MEMBER, condition=unchanged)
        self._publish_view(transaction, before, after)
        self._commit(transaction, [event], join)

    def forget(
        self, registration_id: str, member_id: str, found: Member | None, join: Join, now: datetime
    ) -> None:
        """Let nothing be made from an erased registration any more; remove `found` if unpublished.

        Raises Refused when the entry is not, or no longer, what was found: then come again.
        """
        transaction = Transaction()
        mark = ErasedItem(f"ERASED#{registration_id}", "ERASED", expires_at=now + ERASURES_KEPT)
        transaction.put(mark, name=PART_ERASED)
        if found is None:
            # A draft may be on its way: one of the two transactions must see the other.
            absent = MemberItem.pk.does_not_exist()
            pk = f"MEMBER#{member_id}"
            transaction.check(MemberItem, pk, "MEMBER", absent, name=PART_MEMBER)
        elif found.published_at is None:
            unchanged = MemberItem.version == found.version
            transaction.delete(_item(found), name=PART_MEMBER, condition=unchanged)
        self._commit(transaction, [], join)

    def tell(self, member: Member, event: Event, join: Join) -> None:
        """Write only an event about a member who is still published (else Refused, "member")."""
        transaction = Transaction()
        shown = MemberItem.state == State.PUBLISHED.value
        transaction.check(MemberItem, f"MEMBER#{member.id}", "MEMBER", shown, name=PART_MEMBER)
        self._commit(transaction, [event], join)

    def note(self, join: Join) -> None:
        """Write only the mark that an event was handled."""
        self._commit(Transaction(), [], join)

    def remove(self, member: Member) -> None:
        """Delete an entry whose retention ended, if it is still the same version."""
        transaction = Transaction()
        unchanged = MemberItem.version == member.version
        transaction.delete(_item(member), name=PART_MEMBER, condition=unchanged)
        transaction.commit()

    def spend(self, limit: limits.Limit, who: str, clock: Clock) -> None:
        """Count one more time for `who`, a hash, in one call. Raises TooManyRequests."""
        limits.spend(Limit, limit, who, clock)

    @staticmethod
    def use_up(proof_id: str | None, now: datetime) -> Join:
        """What joins a proof of work to a transaction: Refused, part "proof", the second time."""
        return lambda transaction: proof.join(transaction, Proof, proof_id, now)

    @staticmethod
    def telling(event: Event) -> Join:
        """What joins an event to a transaction on another table."""
        return lambda transaction: transaction.insert(message(Outbox, event), name="outbox")

    # Inside

    def _publish_view(self, transaction: Transaction, before: Member | None, after: Member) -> None:
        """Keep what visitors see in step with the entry, in the entry's own transaction."""
        old = domain.public_view(before) if before else None
        new = domain.public_view(after)
        if old is None and new is None:
            return
        if new is not None:
            item = PublicItem(PUBLIC, new.slug, view=msgspec.to_builtins(new))
            transaction.put(item, name="view")
        elif old is not None:
            transaction.delete(PublicItem(PUBLIC, old.slug), name="view")
        if after.slug and (before is None or before.slug != after.slug):
            claim = SlugItem(f"SLUG#{after.slug}", "SLUG", member_id=after.id)
            transaction.insert(claim, name=PART_SLUG)
        bump = [RevisionItem.revision.add(1)]
        transaction.update(RevisionItem(REVISION, "REVISION"), bump, name="revision")

    def _commit(self, transaction: Transaction, events: list[Event], join: Join | None) -> None:
        for event in events:
            transaction.insert(message(Outbox, event), name="outbox")
        if join:
            join(transaction)
        transaction.commit()


def _item(member: Member) -> MemberItem:
    waits = "0" if member.state is State.DRAFT else "1"
    return MemberItem(
        f"MEMBER#{member.id}",
        "MEMBER",
        listing=MEMBERS,
        listing_key=f"{waits}#{member.drafted_at:%Y%m%d%H%M%S}#{member.id}",
        state=member.state.value,
        version=member.version,
        member=_builtins(member),
        expires_at=member.expires_at,
    )


def _builtins(member: Member) -> dict[str, Any]:
    values: dict[str, Any] = msgspec.to_builtins(member)
    return values


def _member(item: MemberItem) -> Member:
    return msgspec.convert(item.member, Member)
