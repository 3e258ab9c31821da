"""Pending notices, the bundle that is being sent, and what everybody chose."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import msgspec
from pynamodb.exceptions import UpdateError
from pynamodb.expressions.update import Action

from chalicelib.platform.domain.notices import (
    Bundle,
    Group,
    Mailbox,
    Notice,
    Preferences,
    Recipient,
)
from chalicelib.platform.models import (
    BundleItem,
    NoticeItem,
    PreferencesItem,
    Seen,
    TroubleItem,
)
from shared.inbox import REMEMBERED, SEEN, Once
from shared.transactions import Join, Refused, Transaction

CHOSEN = "NOTICES"
TROUBLE = "FAILURES"
LOOKED = "LOOKED"
KEPT = timedelta(days=60)
"""A notice that could not be sent for so long helps nobody. What waits for who left goes, too."""
AT_ONCE = 98  # recipients; a transaction takes a hundred writes
PART_CHOICE = "choice"
PART_TROUBLE = "trouble"
_TAKEN = "ConditionalCheckFailedException"


class Overtaken(Exception):
    """Somebody else changed it since it was read."""


# pending notices


def add(recipients: Sequence[Recipient], notice: Notice, once: Once) -> None:
    """Put the notice with every recipient. Refused (SEEN) when that was done before."""
    if len(recipients) > AT_ONCE:
        for shelf in _shelves(recipients):
            _add_shelf(shelf, recipients, notice)
        recipients = []
    transaction = Transaction()
    _insert(transaction, recipients, notice)
    once.join(transaction)
    transaction.commit()


def groups(recipient: str, *, consistent: bool = False) -> Iterator[Notice]:
    """The oldest notice of each group, with one small query per group however many there are."""
    condition = None
    while True:
        found = NoticeItem.query(
            f"NOTICE#{recipient}", condition, limit=1, consistent_read=consistent
        )
        first = next(iter(found), None)
        if first is None:
            return
        notice = _notice(first)
        yield notice
        condition = NoticeItem.sk > f"{notice.group.key}$"  # "$" is what comes after "#"


def of_group(recipient: str, group: Group, most: int) -> list[Notice]:
    """The oldest notices of a group, as they stand at this moment."""
    starts = NoticeItem.sk.startswith(f"{group.key}#")
    found = NoticeItem.query(f"NOTICE#{recipient}", starts, limit=most, consistent_read=True)
    return [_notice(item) for item in found]


def remove(recipient: str, group: Group, ids: Sequence[str]) -> None:
    """These notices have been sent, or are no longer wanted."""
    with NoticeItem.batch_write() as batch:
        for one in ids:
            batch.delete(NoticeItem(f"NOTICE#{recipient}", f"{group.key}#{one}"))


# the bundle that is being sent


def mailbox(recipient: str) -> Mailbox:
    """Where the recipient's bundle stands. Read it before the notices that go into the next."""
    found = BundleItem.query(f"BUNDLE#{recipient}", consistent_read=True)
    item = next(iter(found), None)
    if item is None:
        return Mailbox()
    bundle = msgspec.json.decode(item.bundle, type=Bundle) if item.bundle else None
    return Mailbox(int(item.version), bundle)


def freeze(recipient: str, seen: Mailbox, bundle: Bundle, now: datetime) -> None:
    """Fix what the next mail says. Raises Overtaken when a bundle was fixed since `seen`.

    Whoever read the notices before another run sent them is refused: the version tells.
    """
    same = BundleItem.version == seen.version if seen.version else BundleItem.pk.does_not_exist()
    actions: list[Action] = [
        BundleItem.version.set(seen.version + 1),
        BundleItem.bundle.set(msgspec.json.encode(bundle).decode()),
        BundleItem.expires_at.set(now + KEPT),
    ]
    try:
        _box(recipient).update(actions, condition=same)
    except UpdateError as error:
        if error.cause_response_code != _TAKEN:
            raise
        raise Overtaken from error


def finish(recipient: str, version: int) -> None:
    """The bundle of this version was sent and its notices are gone; a newer one stays."""
    try:
        _box(recipient).update(
            [BundleItem.bundle.remove()], condition=BundleItem.version == version
        )
    except UpdateError as error:
        if error.cause_response_code != _TAKEN:
            raise


# what everybody chose


def preferences() -> dict[str, Preferences]:
    """What everybody who ever chose has chosen, by recipient."""
    return {item.sk: _chosen(item) for item in PreferencesItem.query(CHOSEN, consistent_read=True)}


def save(recipient: str, wanted: Preferences, joins: Sequence[Join]) -> None:
    """Make it `wanted`, whose version is the one that was looked at. Raises Overtaken."""
    item = PreferencesItem(
        CHOSEN,
        recipient,
        preferences=msgspec.json.encode(wanted).decode(),
        version=wanted.version + 1,
    )
    unseen = PreferencesItem.version == wanted.version
    never = PreferencesItem.pk.does_not_exist()
    transaction = Transaction()
    transaction.put(item, name=PART_CHOICE, condition=unseen if wanted.version else never)
    for join in joins:
        join(transaction)
    try:
        transaction.commit()
    except Refused as refused:
        raise Overtaken from refused


# queues with failures


def troubles() -> dict[str, datetime]:
    """Since when each queue has held messages that keep failing; under LOOKED when we looked."""
    return {item.sk: item.at for item in TroubleItem.query(TROUBLE, consistent_read=True)}


def looked(now: datetime) -> None:
    """All queues were looked at."""
    TroubleItem(TROUBLE, LOOKED, at=now).save()


def begin_trouble(queue: str, recipients: Sequence[Recipient], notice: Notice) -> None:
    """The queue has failures since now. Refused (PART_TROUBLE) when that was known."""
    transaction = Transaction()
    transaction.insert(TroubleItem(TROUBLE, queue, at=notice.at), name=PART_TROUBLE)
    _insert(transaction, recipients[:AT_ONCE], notice)
    transaction.commit()


def end_trouble(queue: str) -> None:
    """The queue has no failures (any more)."""
    TroubleItem(TROUBLE, queue).delete()


def _insert(transaction: Transaction, recipients: Sequence[Recipient], notice: Notice) -> None:
    for recipient in recipients:
        item = NoticeItem(
            f"NOTICE#{recipient.id}",
            f"{notice.group.key}#{notice.id}",
            item=notice.item,
            at=notice.at,
            expires_at=notice.at + KEPT,
        )
        transaction.put(item, name="notice")


def _shelves(recipients: Sequence[Recipient]) -> list[str]:
    return sorted({_shelf(recipient) for recipient in recipients})


def _shelf(recipient: Recipient) -> str:
    """A part of the recipients that depends on nothing else: each has a mark of its own."""
    return hashlib.sha256(recipient.id.encode()).hexdigest()[0]


def _add_shelf(shelf: str, recipients: Sequence[Recipient], notice: Notice) -> None:
    there = [recipient for recipient in recipients if _shelf(recipient) == shelf]
    transaction = Transaction()
    _insert(transaction, there, notice)
    mark = Seen(f"SEEN#notices#{notice.id}", shelf, expires_at=notice.at + REMEMBERED)
    transaction.insert(mark, name=SEEN)
    try:
        transaction.commit()
    except Refused:
        return  # an earlier delivery came this far


def _box(recipient: str) -> BundleItem:
    return BundleItem(f"BUNDLE#{recipient}", "BUNDLE")


def _notice(item: NoticeItem) -> Notice:
    subject, kind, identifier = item.sk.split("#")
    service, _, event = subject.partition("/")
    return Notice(Group(service, event, kind), identifier, item.item, item.at)


def _chosen(item: PreferencesItem) -> Preferences:
    found = msgspec.json.decode(item.preferences, type=Preferences)
    return msgspec.structs.replace(found, version=int(item.version))
