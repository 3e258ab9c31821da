"""Runs two operations in threads and decides, call by call, whose next AWS call goes first.

An operation stops before each of its AWS calls until the schedule gives it the turn; a turn ends
when AWS has answered. The first one can also be made to crash around one of its calls.
"""

import itertools
import math
import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from botocore.awsrequest import AWSResponse

from shared.errors import PlekkenError
from tests.proofs.calls import Call, observed

Operation = Callable[[], object]
Schedule = tuple[int, ...]  # who makes the next call: 0 the first operation, 1 the second
LONGEST_WAIT = 20  # seconds; only a mistake in this file makes an operation wait so long


@dataclass(frozen=True)
class Crash:
    """The first operation's process ends around its `call`-th call, counted from 1."""

    call: int
    after: bool = False  # AWS has done what it was asked, and nobody hears of it


class _Ended(BaseException):
    """The process ends here."""


@dataclass
class Ran:
    """What happened: the calls that went out, and what each returned or was refused with."""

    calls: tuple[list[Call], list[Call]] = field(default_factory=lambda: ([], []))
    results: list[object] = field(default_factory=lambda: [None, None])
    crashed: bool = False

    @property
    def lengths(self) -> tuple[int, int]:
        """How many calls each made."""
        return len(self.calls[0]), len(self.calls[1])

    def succeeded(self, index: int) -> bool:
        """Whether the operation came to its end and was not refused."""
        crashed = self.crashed and index == 0
        return not crashed and not isinstance(self.results[index], PlekkenError)


def race(
    first: Operation,
    second: Operation = lambda: None,
    schedule: Schedule = (),
    crash: Crash | None = None,
) -> Ran:
    """Run both; after the schedule ends both run free. A PlekkenError is a result like another."""
    racing = _Race(schedule, crash)
    threads = [
        threading.Thread(target=racing.perform, args=(index, operation))
        for index, operation in enumerate((first, second))
    ]
    with observed(racing):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(LONGEST_WAIT * 3)
            if thread.is_alive():
                raise RuntimeError("an operation does not end")
    for error in racing.errors:
        raise error
    return racing.ran


class _Race:
    """Observes the calls of its own two threads only."""

    def __init__(self, schedule: Schedule, crash: Crash | None) -> None:
        self.schedule = schedule
        self.crash = crash
        self.position = 0
        self.ran = Ran()
        self.done = [False, False]
        self.errors: list[BaseException] = []
        self.changed = threading.Condition()
        self.runner: dict[int, int] = {}  # thread to operation

    def perform(self, index: int, operation: Operation) -> None:
        self.runner[threading.get_ident()] = index
        try:
            self.ran.results[index] = operation()
        except _Ended:
            self.ran.crashed = True
        except PlekkenError as refusal:
            self.ran.results[index] = refusal
        except BaseException as error:  # noqa: BLE001 - raised again by `race`
            self.errors.append(error)
        finally:
            with self.changed:
                self.done[index] = True
                self.changed.notify_all()

    def before(self, call: Call) -> AWSResponse | None:
        index = self.runner.get(threading.get_ident())
        if index is not None:
            with self.changed:
                self.ran.calls[index].append(call)
                self._crash(index, after=False)
                if not self.changed.wait_for(lambda: self._may_go(index), LONGEST_WAIT):
                    raise RuntimeError("the schedule is stuck")
        return None

    def after(self, call: Call) -> None:
        index = self.runner.get(threading.get_ident())
        if index is not None:
            with self.changed:
                self.position += 1
                self.changed.notify_all()
                self._crash(index, after=True)

    def _crash(self, index: int, *, after: bool) -> None:
        if index == 0 and self.crash == Crash(len(self.ran.calls[0]), after):
            if not after:
                self.ran.calls[0].pop()
            raise _Ended

    def _may_go(self, index: int) -> bool:
        return (
            self.position >= len(self.schedule)
            or self.schedule[self.position] == index
            or self.done[1 - index]
        )


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
    chosen = dict.fromkeys(order.sample(stopped, min(len(stopped), (limit + 1) // 2)))
    shuffled = [0] * first + [1] * second
    while len(chosen) < limit:
        order.shuffle(shuffled)
        chosen[tuple(shuffled)] = None
    yield from chosen


def stopped_once(first: int, second: int) -> Iterator[Schedule]:
    """One operation stops once, before each of its calls in turn, and the other runs whole."""
    yield from sorted(_stopped_once(first, second))


def _stopped_once(first: int, second: int) -> set[Schedule]:
    return {
        (inside,) * before + (outside,) * whole + (inside,) * (calls - before)
        for inside, outside, calls, whole in ((0, 1, first, second), (1, 0, second, first))
        for before in range(calls + 1)
    }
