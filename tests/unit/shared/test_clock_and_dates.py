"""Time as stored, as shown, and across the change to summer time."""

from datetime import UTC, datetime, timedelta

import pytest

from shared import dates, ids
from shared.clock import FixedClock, amsterdam, epoch, parse_rfc3339, rfc3339

MOMENT = datetime(2027, 9, 18, 7, 30, tzinfo=UTC)


def test_stored_times_sort_as_text_and_come_back_unchanged() -> None:
    later = MOMENT + timedelta(milliseconds=1)
    assert rfc3339(MOMENT) == "2027-09-18T07:30:00.000Z"
    assert rfc3339(MOMENT) < rfc3339(later)
    assert parse_rfc3339(rfc3339(later)) == later


def test_a_time_without_an_offset_is_no_moment() -> None:
    with pytest.raises(ValueError, match="offset"):
        parse_rfc3339("2027-09-18T07:30:00")


def test_people_see_amsterdam_time_on_both_sides_of_the_change_to_winter() -> None:
    before = datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert amsterdam(before).hour == 2
    assert amsterdam(before + timedelta(hours=1)).hour == 2
    assert amsterdam(before + timedelta(hours=2)).hour == 3


def test_dates_read_naturally_in_both_languages() -> None:
    assert dates.date_and_time(MOMENT, "nl") == "zaterdag 18 september 2027 om 9.30 uur"
    assert dates.date_and_time(MOMENT, "en") == "Saturday 18 September 2027 at 9:30"
    assert dates.long_date(MOMENT.date(), "nl") == "zaterdag 18 september 2027"


def test_ids_sort_by_the_time_they_were_made_and_never_repeat() -> None:
    clock = FixedClock(MOMENT)
    first = {ids.new_id(clock) for _ in range(1000)}
    boundary = ids.smallest_id_at(MOMENT + timedelta(seconds=1))
    clock.advance(timedelta(seconds=1))
    assert len(first) == 1000
    assert max(first) < boundary <= ids.new_id(clock)


def test_ttl_is_in_whole_seconds() -> None:
    assert epoch(MOMENT + timedelta(milliseconds=900)) == epoch(MOMENT)
