"""AWS on a bad day: a part of all calls is refused, fails or gets no answer."""

import os
import random
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from botocore.awsrequest import AWSResponse

from tests.proofs import refusals
from tests.proofs.calls import Call, observed
from tests.proofs.kills.killing import KILLED, MAIL_SENT, in_child
from tests.proofs.world.deliveries import Died

T = TypeVar("T")
MARK = "dynamodb:UpdateItem"  # the only update that mail functions make
TRANSACTION = "TransactWriteItems"


@dataclass
class Faults:
    """Runs functions while a `rate` of their calls fails, in every way there is."""

    draw: random.Random
    rate: float
    functions: str = ""  # only those with these words in their name
    injected: Counter[str] = field(default_factory=Counter)
    excused: int = 0  # mails that SES has and our ledger never heard of: each may come again
    disturbed: bool = False  # a call of the function that ran last
    _unmarked: bool = False

    def __call__(self, function: str, work: Callable[[], T]) -> T:
        if self.functions not in function:
            return work()
        self._unmarked = False
        before = self.injected.total()
        try:
            with observed(self):
                return work()
        finally:
            self.excused += self._unmarked
            self.disturbed = self.injected.total() > before

    def before(self, call: Call) -> AWSResponse | None:
        if str(call) == MAIL_SENT:
            self.excused += self._unmarked
            self._unmarked = False
        if self.draw.random() >= self.rate:
            return None
        kind = self.draw.choice(self._kinds(call))
        self.injected[kind] += 1
        if kind == "conflict":
            return refusals.conflict(call)
        if kind == "throttled":
            return refusals.throttled(call)
        if kind == "server error":
            return refusals.server_error(call)
        if kind == "time-out, done":
            self.after(call)
        return refusals.time_out(call, arrives=kind == "time-out, done")

    def _kinds(self, call: Call) -> list[str]:
        kinds = ["throttled", "server error", "time-out, done", "time-out, not done"]
        return [*kinds, "conflict", "conflict"] if call.operation == TRANSACTION else kinds

    def after(self, call: Call) -> None:
        """AWS did it, whether or not we hear of it."""
        if str(call) == MAIL_SENT:
            self._unmarked = True
        elif str(call) == MARK:
            self._unmarked = False


@dataclass
class TimeOuts:
    """Runs functions in children, some of which reach their time-out somewhere in their batch."""

    draw: random.Random
    rate: float
    ended: Counter[str] = field(default_factory=Counter)
    excused: int = 0

    def __call__(self, function: str, work: Callable[[], T]) -> T:
        if function.endswith("-api") or self.draw.random() >= self.rate:
            return work()
        # In the middle of a batch as well as at its first call.
        with tempfile.TemporaryFile() as trace:
            deadline = _Deadline(self.draw.randint(1, 12), trace.fileno())
            alive, result = in_child(work, deadline)
            trace.seek(0)
            done = trace.read().decode().split()
        if alive:
            if isinstance(result, Exception):
                raise result
            return result  # type: ignore[no-any-return]
        self.ended[function] += 1
        self.excused += done[-1:] == [MAIL_SENT]
        raise Died(function)


@dataclass
class _Deadline:
    calls_left: int
    trace: int

    def before(self, call: Call) -> AWSResponse | None:
        return None

    def after(self, call: Call) -> Any:
        os.write(self.trace, f"{call}\n".encode())
        self.calls_left -= 1
        if self.calls_left == 0:
            os._exit(KILLED)
