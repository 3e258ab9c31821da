"""Time as a collaborator, so that tests can move it."""

from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


class Clock(Protocol):
    """Anything that tells the time."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is moved."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """The moment it was set to, aware, in UTC."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Move the clock forward by `by`."""
        self._now += by


def amsterdam(moment: datetime) -> datetime:
    """The same moment on the wall clock of the people who use Plekken."""
    return moment.astimezone(AMSTERDAM)


def rfc3339(moment: datetime) -> str:
    """`2027-09-18T07:30:00.000Z`: UTC, milliseconds, sorts as text."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def parse_rfc3339(text: str) -> datetime:
    """The aware UTC moment that `rfc3339` wrote. Raises ValueError for a text without an offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without an offset")
    return moment.astimezone(UTC)


def epoch(moment: datetime) -> int:
    """Whole seconds since 1970, the unit of DynamoDB's TTL."""
    return int(moment.timestamp())
