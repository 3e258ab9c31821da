"""Which part of the audit log somebody wants to see."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

MONTHS = 13  # the log is kept for a year, so it starts somewhere in the thirteenth


class Note(msgspec.Struct, frozen=True):
    """Who did what to which item when."""

    id: str
    at: datetime
    who: str
    action: str
    item: str


class Wanted(msgspec.Struct, frozen=True):
    """A month of the log, and what is left out of it; "" leaves out nothing.

    `what` is an action ("member.approved") or a subject with its dot ("member.").
    """

    month: str
    who: str = ""
    what: str = ""
    item: str = ""


def month_of(moment: datetime) -> str:
    """The month in which a note of this moment stands, in UTC: `2027-04`."""
    return f"{moment:%Y-%m}"


def months_until(now: datetime) -> Iterator[datetime]:
    """The first day of every month that the log may hold, newest first."""
    year, month = now.year, now.month
    for _ in range(MONTHS):
        yield now.replace(year=year, month=month, day=1, hour=12)
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
