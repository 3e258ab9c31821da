"""How many registered, for whom, and when. No AWS, no Chalice; nothing here names anybody."""

from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import Literal

from msgspec import Struct, field

from chalicelib.registration.domain.congress import is_congress
from chalicelib.registration.domain.registration import Coming, Line, Saying, State
from shared.clock import amsterdam

Unit = Literal["day", "week", "month"]
MOST_STEPS = 62  # of a chart that a phone can show, and of the table beside it


class Counted(Struct, frozen=True, kw_only=True):
    """What figures need of one registration."""

    state: State
    audience: str
    lines: tuple[Line, ...]
    registered_at: datetime
    changed_at: datetime | None
    coming: Coming | None = None


class Tally(Struct):
    """How many have a seat, wait and cancelled."""

    seated: int = 0
    waiting: int = 0
    cancelled: int = 0

    def add(self, state: State) -> None:
        """Count one more."""
        match state:
            case "seated":
                self.seated += 1
            case "waiting":
                self.waiting += 1
            case "cancelled":
                self.cancelled += 1


class Step(Struct, frozen=True):
    """A day, week or month from `first` on, and how many were registered at its end."""

    first: date
    registered: int
    cancelled: int
    total: int


class Totals(Struct):
    """Figures of one congress: by audience, by session (ids) and by the Amsterdam day."""

    everybody: Tally = field(default_factory=Tally)
    audiences: dict[str, Tally] = {}
    sessions: dict[str, Tally] = {}
    said: dict[tuple[str, Saying], int] = {}  # by the day of the congress that it was about
    registered: dict[date, int] = {}
    cancelled: dict[date, int] = {}

    def add(self, one: Counted) -> None:
        """Count one registration. Who registered and cancelled counts on both days."""
        self.everybody.add(one.state)
        self.audiences.setdefault(one.audience, Tally()).add(one.state)
        for line in one.lines:
            if not is_congress(line.id):
                self.sessions.setdefault(line.id, Tally()).add(line.state)
        if one.coming and (one.coming.says == "no" or one.state == "seated"):
            answer = (one.coming.day, one.coming.says)
            self.said[answer] = self.said.get(answer, 0) + 1
        _raise(self.registered, one.registered_at)
        if one.state == "cancelled" and one.changed_at:
            _raise(self.cancelled, one.changed_at)


def _raise(days: dict[date, int], moment: datetime) -> None:
    day = amsterdam(moment).date()
    days[day] = days.get(day, 0) + 1


def steps(totals: Totals, until: date) -> tuple[Unit, tuple[Step, ...]]:
    """The days up to `until`, or the weeks or months where there are too many of the smaller."""
    days = {*totals.registered, *totals.cancelled}
    if not days:
        return "day", ()
    first, last = min(days), max(*days, until)
    unit: Unit = "day" if (last - first).days < MOST_STEPS else "week"
    if unit == "week" and (last - _start(first, "week")).days // 7 >= MOST_STEPS:
        unit = "month"
    starts = _starts(first, last, unit)
    came, went = _per(totals.registered, unit), _per(totals.cancelled, unit)
    running = accumulate(came.get(day, 0) - went.get(day, 0) for day in starts)
    return unit, tuple(
        Step(day, came.get(day, 0), went.get(day, 0), total)
        for day, total in zip(starts, running, strict=True)
    )


def _per(days: dict[date, int], unit: Unit) -> dict[date, int]:
    found: dict[date, int] = {}
    for day, count in days.items():
        start = _start(day, unit)
        found[start] = found.get(start, 0) + count
    return found


def _start(day: date, unit: Unit) -> date:
    if unit == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if unit == "week" else day


def _starts(first: date, last: date, unit: Unit) -> list[date]:
    longest = timedelta(days={"day": 1, "week": 7, "month": 31}[unit])
    found = [_start(first, unit)]
    while (following := _start(found[-1] + longest, unit)) <= last:
        found.append(following)
    return found
