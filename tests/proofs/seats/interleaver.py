"""Runs two operations in threads and decides, call by call, whose next AWS call goes first.

A thread stops before each of its AWS calls until the schedule gives it the turn; a turn ends when
the call has answered. A thread can also be made to crash before one of its calls.
"""

import itertools
import math
import random
import threading
from collections.abc import Callable, Iterator
from typing import Any

from shared import aws
from shared.errors import PlekkenError

Operation = Callable[[], object]
Schedule = tuple[int, ...]
LONGEST_WAIT = 20  # seconds; only a mistake in this file makes a thread wait so long


class Crash(BaseException):
    """The process ends here."""


class _Local(threading.local):
    before: Callable[[], None] | None = None
    after: Callable[[], None] | None = None


_local = _Local()


def listen() -> None:
    """Make the shared DynamoDB client ask the schedule; once per client."""
    events = aws.client("dynamodb").meta.events
    events.register("before-send.dynamodb", _before, unique_id="interleaver-before")
    events.register("after-call.dynamodb", _after, unique_id="interleaver-after")


def _before(**_: Any) -> None:
    if _local.before:
        _local.before()


def _after(**_: Any) -> None:
    if _local.after:
        _local.after()


def run(
    first: Operation, second: Operation, schedule: Schedule = (), crash_at: int = 0
) -> tuple[int, int]:
    """Run both and answer how many calls each made. After the schedule ends both run free.

    With `crash_at` n, the first crashes before its n-th call.
    """
    race = _Race(schedule, crash_at)
    threads = [
        threading.Thread(target=race.perform, args=(index, operation))
        for index, operation in enumerate((first, second))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONGEST_WAIT * 3)
        if thread.is_alive():
            raise RuntimeError("an operation does not end")
    for error in race.errors:
        raise error
    return race.calls[0], race.calls[1]


class _Race:
    def __init__(self, schedule: Schedule, crash_at: int) -> None:
        self.schedule = schedule
        self.crash_at = crash_at
        self.position = 0
        self.calls = [0, 0]
        self.done = [False, False]
        self.errors: list[BaseException] = []
        self.changed = threading.Condition()

    def perform(self, index: int, operation: Operation) -> None:
        _local.before = lambda: self.wait_for_turn(index)
        _local.after = self.end_turn
        try:
            operation()
        except (Crash, PlekkenError):
            pass  # crashed as asked, or refused as it may be
        except BaseException as error:  # noqa: BLE001 - the test must see it
            self.errors.append(error)
        finally:
            _local.before = _local.after = None
            with self.changed:
                self.done[index] = True
                self.changed.notify_all()

    def wait_for_turn(self, index: int) -> None:
        with self.changed:
            self.calls[index] += 1
            if index == 0 and self.calls[0] == self.crash_at:
                raise Crash
            came = self.changed.wait_for(lambda: self.may_go(index), LONGEST_WAIT)
            if not came:
                raise RuntimeError("the schedule is stuck")

    def may_go(self, index: int) -> bool:
        return (
            self.position >= len(self.schedule)
            or self.schedule[self.position] == index
            or self.done[1 - index]
        )

    def end_turn(self) -> None:
        with self.changed:
            self.position += 1
            self.changed.notify_all()


def schedules(first: int, second: int, limit: int, seed: int) -> Iterator[Schedule]:
    """All orders of `first` and `second` calls, or `limit` different ones of them.

    Half of the chosen ones stop one operation once and run the other whole in between: most
    races need no more than that.
    """
    total = first + second
    if math.comb(total, first) <= limit:
        for places in itertools.combinations(range(total), first):
            yield tuple(0 if place in places else 1 for place in range(total))
        return
    order = random.Random(seed)
    stopped = sorted(_stopped_once(first, second))
    chosen = set(order.sample(stopped, min(len(stopped), (limit + 1) // 2)))
    shuffled = [0] * first + [1] * second
    while len(chosen) < limit:
        order.shuffle(shuffled)
        chosen.add(tuple(shuffled))
    yield from sorted(chosen)


def _stopped_once(first: int, second: int) -> set[Schedule]:
    return {
        (inside,) * before + (outside,) * whole + (inside,) * (calls - before)
        for inside, outside, calls, whole in ((0, 1, first, second), (1, 0, second, first))
        for before in range(calls + 1)
    }
