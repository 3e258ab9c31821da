"""Registering, its guards and its retries."""

from collections.abc import Callable
from typing import Any

from chalicelib.registration.domain import Receipt

Register = Callable[..., Receipt]
Define = Callable[..., Any]


def test_seats_in_order_then_waits(define: Define, register: Register) -> None:
    define()
    receipts = [register(name) for name in ("ada", "bob", "cas", "dirk")]
    assert [one.number for one in receipts] == [1, 2, 3, 4]
    assert [one.state for one in receipts] == ["seated", "seated", "waiting", "waiting"]
    assert [one.lines[0].place_in_line for one in receipts] == [None, None, 1, 2]
