"""Figures as shapes: what a template needs to draw them, in the units of the drawing."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

TALL = 100
FEWEST_COLUMNS = 7  # so that one day is no wall
_GAP = 0.1


class Chart(Struct, frozen=True):
    """Columns and a rising line over the same steps; `wide` steps fill the drawing."""

    wide: int
    columns: tuple[tuple[float, float, float, float], ...]  # x, y, width, height
    outline: str  # a path: what is under the line


class Bar(Struct, frozen=True):
    """A lying bar, in hundredths of the longest one: filled, then open, and a mark."""

    filled: float
    open: float
    mark: float  # 0: none


def chart(columns: Sequence[int], line: Sequence[int]) -> Chart:
    """Draw `columns` and `line`, each as high as its own highest value."""
    highest = max(columns, default=0) or 1
    found = []
    for place, value in enumerate(columns):
        height = _part(value, highest)
        if height:
            found.append((place + _GAP, round(TALL - height, 1), 1 - 2 * _GAP, height))
    return Chart(max(len(columns), FEWEST_COLUMNS), tuple(found), _outline(line))


def bars(rows: Sequence[tuple[int, int, int]]) -> list[Bar]:
    """Draw rows of (filled, open, mark) on one scale."""
    longest = max((max(full + rest, mark) for full, rest, mark in rows), default=0) or 1
    return [Bar(*(_part(value, longest) for value in row)) for row in rows]


def _outline(line: Sequence[int]) -> str:
    highest = max(line, default=0) or 1
    steps = [f"V{TALL - _part(value, highest):g}H{place}" for place, value in enumerate(line, 1)]
    return f"M0 {TALL}{''.join(steps)}V{TALL}Z"


def _part(value: int, highest: int) -> float:
    return round(TALL * value / highest, 1)
