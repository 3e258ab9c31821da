"""Virtual time: everything runs in threads, one at a time, in an order that a seed decides.

A thread goes on until it waits; the one whose moment comes first goes next. Sleeping, AWS calls
and computing all wait in virtual seconds, so that a minute of thousands costs what its calls cost.
"""

import heapq
import itertools
import os
import random
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from botocore.retries.quota import RetryQuota

from chalicelib.registration.repository import definitions
from shared.clock import SystemClock

START = datetime(2027, 4, 14, 9, 30, tzinfo=UTC)


class Task:
    """A thread of the simulation. `deadline` is when its Lambda function is stopped."""

    def __init__(self, deadline: float, place: object) -> None:
        self.turn = threading.Semaphore(0)
        self.deadline = deadline
        self.place = place


class TimedOut(BaseException):
    """The Lambda function ran longer than it may: the process ends here."""


class Simulation:
    """A clock, and what is to happen when."""

    def __init__(self, seed: int | str) -> None:
        self.now = 0.0
        self.random = random.Random(seed)
        self._serial = itertools.count()
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._back = threading.Semaphore(0)
        self._local = threading.local()
        self._errors: list[BaseException] = []

    @property
    def task(self) -> Task | None:
        """Whose turn it is, in the thread that asks."""
        return getattr(self._local, "task", None)

    def at(self, moment: float, action: Callable[[], None]) -> None:
        """Call `action` at `moment`; it may not wait."""
        heapq.heappush(self._agenda, (moment, next(self._serial), action))

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Call `action` that much later."""
        self.at(self.now + seconds, action)

    def start(self, work: Callable[[], None], *, limit: float = 1e9, place: object = None) -> None:
        """Run `work`, which may wait, in a thread of its own from now on."""
        task = Task(self.now + limit, place)

        def perform() -> None:
            self._local.task = task
            task.turn.acquire()
            try:
                work()
            except BaseException as error:  # noqa: BLE001 - `run` raises it
                self._errors.append(error)
            self._back.release()

        threading.Thread(target=perform, daemon=True).start()
        self.after(0, lambda: self._give_turn(task))

    def wait(self, seconds: float) -> None:
        """Let that much time pass for the present thread. Raises TimedOut at its deadline."""
        task = self.task
        assert task is not None
        until = min(self.now + seconds, task.deadline)
        self.at(until, lambda: self._give_turn(task))
        self._back.release()
        task.turn.acquire()
        if self.now >= task.deadline:
            raise TimedOut

    @contextmanager
    def outside(self) -> Iterator[None]:
        """Let the present thread look without being seen: its calls take no time."""
        self._local.task, task = None, self.task
        try:
            yield
        finally:
            self._local.task = task

    def _give_turn(self, task: Task) -> None:
        task.turn.release()
        self._back.acquire()

    def run(self, until: float, done: Callable[[], bool] = lambda: False) -> None:
        """Let everything happen up to `until`, or until `done`."""
        while self._agenda and self._agenda[0][0] <= until and not done():
            self.now, _, action = heapq.heappop(self._agenda)
            action()
            if self._errors:
                raise self._errors[0]

    def jitter(self, half: float, most: float) -> float:
        """A duration: log-normal, half of them below `half`, 99 in 100 below `most` (seconds)."""
        spread = 0.0 if half == most else (most / half) ** (self.random.gauss(0, 1) / 2.326)
        return half * (spread or 1.0)


@contextmanager
def virtual(simulation: Simulation) -> Iterator[None]:
    """Let our code live in the simulation's time, and draw the same at random every time."""
    sleep = time.sleep
    drawn = random.Random(simulation.random.random())

    def asleep(seconds: float) -> None:
        simulation.wait(seconds) if simulation.task else sleep(seconds)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "sleep", asleep)
        patch.setattr(
            SystemClock, "now", lambda _: START + timedelta(seconds=round(simulation.now, 6))
        )
        patch.setattr(definitions, "time", SimpleNamespace(monotonic=lambda: 1000 + simulation.now))
        patch.setattr(os, "urandom", drawn.randbytes)
        patch.setattr(secrets, "randbits", drawn.getrandbits)
        patch.setattr(secrets, "token_hex", lambda size: drawn.randbytes(size).hex())
        # The quota of retries is a process's own, and here all processes are one.
        patch.setattr(RetryQuota, "acquire", lambda *_: True)
        random.seed(drawn.random())
        yield
