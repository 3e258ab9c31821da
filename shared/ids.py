"""Identifiers that sort by the time they were made (ULID), so that no index by time is needed."""

import secrets
import time
from datetime import UTC, datetime

from shared.clock import Clock

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32
_TIME_DIGITS = 10  # 48 bits of milliseconds since 1970
_RANDOM_DIGITS = 16
_RANDOM_BITS = 80


def new_id(clock: Clock) -> str:
    """A new ULID: 26 characters, unique, sorting after every id made a millisecond earlier."""
    return _time_digits(clock.now().timestamp()) + _random_digits()


def smallest_id_at(moment: datetime) -> str:
    """The smallest id that can be made at `moment`; ids before it were made earlier."""
    return _time_digits(moment.timestamp()) + _DIGITS[0] * _RANDOM_DIGITS


def made_at(identifier: str) -> datetime:
    """The moment at which a ULID was made."""
    milliseconds = 0
    for digit in identifier[:_TIME_DIGITS]:
        milliseconds = milliseconds * len(_DIGITS) + _DIGITS.index(digit)
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def new_trace_id() -> str:
    """A new ULID by the machine's own clock, for what is only followed through logs."""
    return _time_digits(time.time()) + _random_digits()


def _time_digits(seconds: float) -> str:
    return _digits(int(seconds * 1000), _TIME_DIGITS)


def _random_digits() -> str:
    return _digits(secrets.randbits(_RANDOM_BITS), _RANDOM_DIGITS)


def _digits(number: int, count: int) -> str:
    return "".join(_DIGITS[number >> shift & 31] for shift in range(5 * count - 5, -1, -5))
