"""The number line's arithmetic against a plain model of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.registration import seats

NUMBERS = st.sets(st.integers(1, 60))
CAPACITY = st.integers(1, 30)


def plain_watermark(dead: set[int], capacity: int) -> int:
    """The largest x with x - |dead up to x| <= capacity, by trying every x."""
    return max(x for x in range(200) if x - sum(1 for number in dead if number <= x) <= capacity)


@given(dead=NUMBERS, capacity=CAPACITY)
def test_watermark_is_the_design_s_formula(dead: set[int], capacity: int) -> None:
    assert seats.watermark(dead, capacity) == plain_watermark(dead, capacity)


@given(dead=NUMBERS, seen=NUMBERS, capacity=CAPACITY)
def test_an_outdated_dead_set_never_gives_too_much(
    dead: set[int], seen: set[int], capacity: int
) -> None:
    assert seats.watermark(dead & seen, capacity) <= seats.watermark(dead, capacity)


@given(dead=NUMBERS, capacity=CAPACITY, more=CAPACITY)
def test_growing_never_lowers_it(dead: set[int], capacity: int, more: int) -> None:
    assert seats.watermark(dead, capacity + more) >= seats.watermark(dead, capacity) + more


@given(data=st.data(), issued=st.integers(0, 60), capacity=CAPACITY, less=CAPACITY)
def test_shrinking_takes_no_seat_away(
    data: st.DataObject, issued: int, capacity: int, less: int
) -> None:
    dead = data.draw(st.sets(st.integers(1, issued))) if issued else set()
    current = seats.watermark(dead, capacity)
    mark = seats.shrunk_watermark(dead=dead, capacity=less, issued=issued, current=current)
    seated = {number for number in range(1, min(issued, current) + 1) if number not in dead}
    if mark is None:
        assert len(seated) > less or max(seated | dead, default=0) > plain_watermark(dead, less)
    else:
        assert all(number <= mark for number in seated)
        assert len(seated) <= less or less >= capacity


@given(present=NUMBERS, first=st.integers(1, 30), last=st.integers(0, 60))
def test_missing(present: set[int], first: int, last: int) -> None:
    assert set(seats.missing(present, first, last)) == set(range(first, last + 1)) - present


@pytest.mark.parametrize(
    ("numbers", "after", "reached"),
    [([], 4, 4), ([5, 6, 7], 4, 7), ([6, 7], 4, 4), ([5, 7], 4, 5)],
)
def test_unbroken(numbers: list[int], after: int, reached: int) -> None:
    assert seats.unbroken(numbers, after) == reached


@given(number=st.integers(0, 1000), count=st.integers(0, 300))
def test_blocks_hold_every_number(number: int, count: int) -> None:
    held = seats.blocks(number, number + count)
    assert {n // seats.BLOCK for n in range(number, number + count + 1)} == set(held)


def test_place_in_line_skips_the_dead() -> None:
    assert seats.place_in_line(10, 7) == 3
    assert seats.place_in_line(10, 7, {3, 8, 12}) == 2


def test_a_pool_s_figures() -> None:
    pool = seats.Pool(event="e", id="congress", capacity=4, issued=7, watermark=5)
    assert (pool.free, pool.waiting) == (0, 2)
    pool = seats.Pool(event="e", id="congress", capacity=4, issued=3, watermark=5)
    assert (pool.free, pool.waiting) == (2, 0)


def test_several_numbers_are_seated_when_the_last_one_is() -> None:
    assert seats.Taken("congress", 3, 5, 5).seated
    assert not seats.Taken("congress", 3, 5, 4).seated
