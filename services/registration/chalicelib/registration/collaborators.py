"""What the edge hands to use cases: made once per process, at first use."""

from __future__ import annotations

from functools import cache

from chalicelib.registration.repository import Repository
from shared.clock import Clock, SystemClock

clock: Clock = SystemClock()


@cache
def repository() -> Repository:
    """Return the process's one repository; it remembers definitions for a short time."""
    return Repository(clock)
