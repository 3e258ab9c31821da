"""Identifiers that sort by the time they were made (ULID), so that no index by time is needed."""

from datetime import datetime

from ulid import ULID

from shared.clock import Clock


def new_id(clock: Clock) -> str:
    """A new ULID: 26 characters, unique, sorting after every id made a millisecond earlier."""
    return str(ULID.from_datetime(clock.now()))


def smallest_id_at(moment: datetime) -> str:
    """The smallest id that can be made at `moment`; ids before it were made earlier."""
    return str(ULID.from_datetime(moment))[:10] + "0" * 16
