"""Counting per audience, session and Amsterdam day, and drawing what was counted."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.registration.charts import bars, chart
from chalicelib.registration.domain import Counted, Line, Tally, Totals, steps

NOON = datetime(2027, 4, 14, 12, 0, tzinfo=UTC)


def counted(*days: int, **changes: Any) -> Totals:
    """Somebody registered so many days after a Wednesday in April, for each of `days`."""
    totals = Totals()
    for day in days:
        values: dict[str, Any] = {
            "state": "seated",
            "audience": "resident",
            "lines": (Line(id="congress", number=1, state="seated"),),
            "registered_at": NOON + timedelta(days=day),
            "changed_at": None,
        }
        totals.add(Counted(**values | changes))
    return totals


def test_everybody_counts_once_by_state_and_audience_and_in_each_session() -> None:
    lines = (
        Line(id="congress", number=1, state="seated"),
        Line(id="a1", number=1, state="seated"),
        Line(id="b1", number=4, state="waiting"),
    )
    totals = counted(0, lines=lines)
    assert totals.everybody == Tally(seated=1)
    assert totals.audiences == {"resident": Tally(seated=1)}
    assert totals.sessions == {"a1": Tally(seated=1), "b1": Tally(waiting=1)}


def test_who_cancelled_counts_on_both_days_and_no_longer_in_the_sum() -> None:
    totals = counted(0, 1, 1)
    totals.add(
        Counted(
            state="cancelled",
            audience="student",
            lines=(),
            registered_at=NOON,
            changed_at=NOON + timedelta(days=1),
        )
    )
    assert totals.everybody == Tally(seated=3, cancelled=1)
    assert totals.audiences["student"] == Tally(cancelled=1)
    unit, found = steps(totals, until=date(2027, 4, 16))
    assert unit == "day"
    assert [(one.first.day, one.registered, one.cancelled, one.total) for one in found] == [
        (14, 2, 0, 2),
        (15, 2, 1, 3),
        (16, 0, 0, 3),
    ]


def test_a_change_of_somebody_who_comes_is_no_cancelling() -> None:
    totals = counted(0, changed_at=NOON)
    assert totals.cancelled == {}


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2027, 3, 27, 22, 59, tzinfo=UTC), date(2027, 3, 27)),  # winter: an hour ahead
        (datetime(2027, 3, 27, 23, 0, tzinfo=UTC), date(2027, 3, 28)),
        (datetime(2027, 3, 28, 21, 59, tzinfo=UTC), date(2027, 3, 28)),  # summer: two
        (datetime(2027, 3, 28, 22, 0, tzinfo=UTC), date(2027, 3, 29)),
    ],
)
def test_a_day_is_a_day_in_amsterdam(moment: datetime, day: date) -> None:
    assert counted(0, registered_at=moment).registered == {day: 1}


def test_days_become_weeks_and_weeks_become_months_where_there_are_too_many() -> None:
    first = date(2027, 4, 14)
    shown = {}
    for days in (61, 62, 433 - 7, 433, 2000):
        unit, found = steps(counted(0, 3), until=first + timedelta(days=days))
        shown[days] = unit, len(found)
        assert sum(one.registered for one in found) == 2
        assert found[-1].total == 2
    # The Wednesday's week starts two days before it.
    assert shown == {
        61: ("day", 62),
        62: ("week", 10),
        426: ("week", 62),
        433: ("month", 15),
        2000: ("month", 67),
    }


def test_weeks_start_on_monday_and_months_on_the_first() -> None:
    _, weeks = steps(counted(0), until=date(2027, 7, 1))
    assert {one.first.weekday() for one in weeks} == {0}
    _, months = steps(counted(0), until=date(2029, 3, 1))
    assert {one.first.day for one in months} == {1}
    assert (months[0].first, months[-1].first) == (date(2027, 4, 1), date(2029, 3, 1))


def test_nobody_is_no_steps_and_the_last_day_is_never_cut_off() -> None:
    assert steps(Totals(), until=date(2027, 4, 16)) == ("day", ())
    _, found = steps(counted(0, 5), until=date(2027, 4, 1))
    assert (found[0].first.day, found[-1].first.day) == (14, 19)


def test_a_chart_is_as_high_as_its_highest_value() -> None:
    drawn = chart([0, 3, 6, 2, 0, 0, 0, 0], [0, 3, 9, 8, 8, 8, 8, 8])
    assert drawn.wide == 8
    assert drawn.columns == ((1.1, 50.0, 0.8, 50.0), (2.1, 0.0, 0.8, 100.0), (3.1, 66.7, 0.8, 33.3))
    assert drawn.outline.startswith("M0 100V100H1V66.7H2V0H3V11.1H4")
    assert drawn.outline.endswith("H8V100Z")


def test_one_day_does_not_fill_the_drawing_and_nothing_divides_by_zero() -> None:
    assert chart([4], [4]).wide == 7
    assert chart([0], [0]).columns == ()
    assert chart([], []).outline == "M0 100V100Z"
    assert bars([]) == []
    assert bars([(0, 0, 0)])[0].filled == 0


def test_bars_share_one_scale() -> None:
    full, short = bars([(30, 10, 20), (5, 0, 50)])
    assert (full.filled, full.open, full.mark) == (60.0, 20.0, 40.0)
    assert (short.filled, short.open, short.mark) == (10.0, 0.0, 100.0)
