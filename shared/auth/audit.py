"""The audit log: who did what to which item when; never the content of a field."""

import re
from datetime import timedelta

from shared.access import AuditItem
from shared.auth.roles import Organiser
from shared.clock import Clock
from shared.ids import new_id
from shared.transactions import Join

AUDIT_KEPT = timedelta(days=365)
_ID = re.compile(r"[A-Za-z0-9._/:-]{1,200}")
_NO_ID = "?"  # in place of anything that could be the content of a field


def audit(organiser: Organiser, action: str, item: str, clock: Clock) -> None:
    """Write down who read what; ids only."""
    _audit_item(organiser.id, action, item, clock).save()


def audited(organiser: Organiser, action: str, item: str, clock: Clock) -> Join:
    """What writes down who did what to which item, in the transaction that does it."""
    return audited_by(organiser.id, action, item, clock)


def audited_by(who: str, action: str, item: str, clock: Clock) -> Join:
    """The same for who is no organiser: `who` is what they are, and an id."""
    note = _audit_item(who, action, item, clock)
    return lambda transaction: transaction.insert(note, name="audit")


def _audit_item(who: str, action: str, item: str, clock: Clock) -> AuditItem:
    now = clock.now()
    return AuditItem(
        f"AUDIT#{now:%Y-%m}",
        new_id(clock),
        organiser_id=_id(who),
        action=_id(action),
        item=_id(item),
        expires_at=now + AUDIT_KEPT,
    )


def _id(text: str) -> str:
    return text if _ID.fullmatch(text) else _NO_ID
