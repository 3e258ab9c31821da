"""Reading the audit log: a partition per month, newest first."""

from collections.abc import Iterator
from datetime import datetime

from pynamodb.expressions.condition import Condition

from chalicelib.platform.domain.audit import Note, Wanted
from shared.access import AuditItem
from shared.ids import made_at

PAGE = 500  # notes that DynamoDB looks at in one answer


def notes(
    wanted: Wanted, now: datetime, *, before: str = "", limit: int | None = None
) -> Iterator[Note]:
    """The notes that are wanted, newest first; those older than the note `before` only."""
    found = AuditItem.query(
        f"AUDIT#{wanted.month}",
        AuditItem.sk < before if before else None,
        filter_condition=_condition(wanted, now),
        scan_index_forward=False,
        limit=limit,
        page_size=PAGE,
    )
    for item in found:
        yield Note(item.sk, made_at(item.sk), item.organiser_id, item.action, item.item)


def _condition(wanted: Wanted, now: datetime) -> Condition:
    condition: Condition = AuditItem.expires_at > now  # DynamoDB removes them days later
    if wanted.who:
        condition &= AuditItem.organiser_id == wanted.who
    if wanted.what.endswith("."):
        condition &= AuditItem.action.startswith(wanted.what)
    elif wanted.what:
        condition &= AuditItem.action == wanted.what
    if wanted.item:
        condition &= AuditItem.item == wanted.item
    return condition
