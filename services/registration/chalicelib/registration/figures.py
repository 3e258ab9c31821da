"""The figures of a congress as a page shows them, in one language."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime

from msgspec import Struct

from chalicelib.registration.charts import Bar, Chart, bars, chart
from chalicelib.registration.domain import (
    Definition,
    Saying,
    Tally,
    Totals,
    Unit,
    steps,
    text,
)
from shared import dates, pages
from shared.clock import amsterdam
from shared.texts import later as _

_NOBODY = Tally()
SAYINGS: tuple[Saying, Saying] = ("yes", "no")
_UNITS = {"day": _("Per dag"), "week": _("Per week"), "month": _("Per maand")}
_WEEK = _("week van %(day)s")


class TallyView(Struct, frozen=True):
    """How many chose something; `capacity` 0 is no limit of its own."""

    title: str
    tally: Tally
    capacity: int
    bar: Bar


class GroupView(Struct, frozen=True):
    """The sessions of a round."""

    title: str
    rows: list[TallyView]


class StepView(Struct, frozen=True):
    """What happened in a day, week or month, and how many were registered at its end."""

    label: str
    registered: int
    cancelled: int
    total: int


class ComingView(Struct, frozen=True):
    """What was answered to "are you still coming?"."""

    yes: int
    no: int
    nothing: int  # have a seat, and did not answer


class FiguresView(Struct, frozen=True):
    """Everything on the page."""

    everybody: Tally
    coming: ComingView | None  # none where it is not asked
    audiences: list[TallyView]
    rounds: list[GroupView]
    unit: str
    steps: list[StepView]
    chart: Chart

    @property
    def busiest(self) -> StepView:
        """The step in which most people registered, the first of several."""
        return max(self.steps, key=lambda step: step.registered)

    @property
    def fullest(self) -> StepView:
        """The step at whose end most people were registered, the first of several."""
        return max(self.steps, key=lambda step: step.total)


def figures_view(
    totals: Totals, definition: Definition, language: str, now: datetime
) -> FiguresView:
    """Return the figures up to now, or up to when registering ended."""
    until = amsterdam(min(now, definition.closes_at)).date()
    unit, found = steps(totals, until)
    label = _label(unit, language)
    seen = [StepView(label(one.first), one.registered, one.cancelled, one.total) for one in found]
    return FiguresView(
        everybody=totals.everybody,
        coming=_coming(totals, definition),
        audiences=_audiences(totals, definition, language),
        rounds=_rounds(totals, definition, language),
        unit=_say(language, _UNITS[unit]),
        steps=seen,
        chart=chart([one.registered for one in found], [one.total for one in found]),
    )


def _coming(totals: Totals, definition: Definition) -> ComingView | None:
    yes, no = (totals.said.get((definition.day, says), 0) for says in SAYINGS)
    if not (definition.mails.reconfirm or yes or no):
        return None
    return ComingView(yes, no, totals.everybody.seated - yes)


def _audiences(totals: Totals, definition: Definition, language: str) -> list[TallyView]:
    titles = {one.id: text(one.title, language) for one in definition.audiences}
    titles |= {id_: id_ for id_ in totals.audiences if id_ not in titles}
    return _tallies((title, totals.audiences.get(id_, _NOBODY), 0) for id_, title in titles.items())


def _rounds(totals: Totals, definition: Definition, language: str) -> list[GroupView]:
    # A session that people stand in line for cannot leave the programme, so each is there.
    rows = [
        (text(one.title, language), totals.sessions.get(id_, _NOBODY), one.capacity)
        for id_, one in definition.sessions().items()
    ]
    left = iter(_tallies(rows))  # one scale for all rounds
    return [
        GroupView(text(one.title, language), [next(left) for _session in one.sessions])
        for one in definition.rounds
    ]


def _tallies(rows: Iterable[tuple[str, Tally, int]]) -> list[TallyView]:
    found = list(rows)
    drawn = bars([(tally.seated, tally.waiting, capacity) for _title, tally, capacity in found])
    return [TallyView(*row, bar) for row, bar in zip(found, drawn, strict=True)]


def _label(unit: Unit, language: str) -> Callable[[date], str]:
    def label(day: date) -> str:
        if unit == "month":
            return dates.month(day, language)
        shown = dates.long_date(day, language)
        return shown if unit == "day" else _say(language, _WEEK) % {"day": shown}

    return label


def _say(language: str, message: str) -> str:
    return pages.translate("registration", language, message)
