"""Last year's congress as the start of the next one."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

from chalicelib.registration import event_form
from chalicelib.registration.domain import Definition
from chalicelib.registration.event_form import OFFSET, Typed, is_moment
from shared.clock import amsterdam

_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
WEEK = 7  # days


def copy_for_next_year(definition: Definition, now: datetime) -> Typed:
    """The form filled with `definition`, moved to the first coming year: whole weeks, so that each
    part keeps its day of the week and its time on the clock.
    """
    starts = amsterdam(definition.starts_at).date()
    years = 1
    while starts + (shift := _whole_weeks(starts, years)) <= amsterdam(now).date():
        years += 1
    tree: Typed = _moved(event_form.start(definition), shift)
    return tree | {"id": _next_id(definition.id, starts.year, years), "documents": ""}


def _whole_weeks(day: date, years: int) -> timedelta:
    """The number of weeks that brings `day` closest to itself `years` later."""
    later = day.replace(year=day.year + years, day=min(day.day, 28))
    distance = later - day.replace(day=min(day.day, 28))
    return timedelta(weeks=round(distance.days / WEEK))


def _moved(tree: Any, shift: timedelta) -> Any:
    """`tree` with every time moved on the clock; which of two equal times has to be chosen anew."""
    if isinstance(tree, list):
        return [_moved(each, shift) for each in tree]
    if not isinstance(tree, dict):
        return tree
    return {name: _moved_field(name, value, shift) for name, value in tree.items()}


def _moved_field(name: str, value: Any, shift: timedelta) -> Any:
    if name.endswith(OFFSET):
        return ""
    if not is_moment(name):
        return _moved(value, shift)
    if not value:
        return value
    bare = datetime.fromisoformat(value) + shift
    return bare.isoformat(timespec="seconds" if bare.second else "minutes")


def _next_id(id_: str, year: int, years: int) -> str:
    """`buurtdag-2027` becomes `buurtdag-2028`; without a year the new one comes behind it."""
    changed = _YEAR.sub(lambda found: str(int(found[0]) + years), id_)
    return changed if changed != id_ else f"{id_[:55].rstrip('-')}-{year + years}"
