"""Ends the process of one function at one of its calls to AWS, as the machine under it would."""

import os
import pickle
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from botocore.awsrequest import AWSResponse

from shared import aws
from tests.proofs.calls import Call, observed
from tests.proofs.world.deliveries import Died

T = TypeVar("T")
KILLED = 137  # the status of a process that SIGKILL ended
CALLED = ("dynamodb", "s3", "sesv2", "sns")
MAIL_SENT = "sesv2:SendEmail"


@dataclass(frozen=True)
class Point:
    """Where a process dies: at a call of an invocation, counted from the start of a scene."""

    invocation: int
    call: int
    when: str  # "before" AWS has heard the call, or "after" its answer has come

    def __str__(self) -> str:
        return f"{self.when} call {self.call} of invocation {self.invocation}"


@dataclass
class Recording:
    """Runs functions undisturbed, and writes down every call that each of them makes."""

    invocations: list[tuple[str, list[str]]] = field(default_factory=list)

    def __call__(self, function: str, work: Callable[[], T]) -> T:
        self.invocations.append((function, []))
        with observed(self):
            return work()

    def before(self, call: Call) -> AWSResponse | None:
        self.invocations[-1][1].append(str(call))
        return None

    def after(self, call: Call) -> None:
        """Nothing to write down."""

    def points(self) -> list[Point]:
        """Before and after each call."""
        return [
            Point(number, call, when)
            for number, (_, calls) in enumerate(self.invocations)
            for call in range(len(calls))
            for when in ("before", "after")
        ]

    def name(self, point: Point) -> str:
        """The point in words."""
        function, calls = self.invocations[point.invocation]
        return f"{function} {point.when} {calls[point.call]} ({point})"

    def is_in_window(self, point: Point) -> bool:
        """Whether SES has the mail and our ledger does not know yet (DESIGN §4)."""
        calls = self.invocations[point.invocation][1][: point.call + (point.when == "after")]
        return calls[-1:] == [MAIL_SENT]


@dataclass
class Killing:
    """Runs functions here, but the one with the point: in a child, which dies there."""

    point: Point
    invocations: int = 0
    reached: bool = False

    def __call__(self, function: str, work: Callable[[], T]) -> T:
        self.invocations += 1
        if self.invocations - 1 != self.point.invocation:
            return work()
        alive, result = in_child(work, _Death(self.point))
        if not alive:
            self.reached = True
            raise Died(function)
        if isinstance(result, Exception):
            raise result
        return result  # type: ignore[no-any-return]


@dataclass
class _Death:
    point: Point
    calls: int = 0

    def before(self, call: Call) -> AWSResponse | None:
        if self.point.when == "before" and self.calls == self.point.call:
            os._exit(KILLED)
        self.calls += 1
        return None

    def after(self, call: Call) -> None:
        if self.point.when == "after" and self.calls - 1 == self.point.call:
            os._exit(KILLED)


def in_child(work: Callable[[], Any], observer: Any) -> tuple[bool, Any]:
    """Work in a child; answers whether it lived and, if so, what it answered or raised."""
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        # Python warns of locks that other threads hold; ours hold none that the work takes.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        os.close(reader)
        _work_in_child(work, observer, writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        answer = pipe.read()
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    if code == KILLED:
        return False, None
    assert code == 0, f"a child ended with {code}"
    return True, pickle.loads(answer)


def _work_in_child(work: Callable[[], Any], observer: Any, writer: int) -> None:
    status = 1
    try:
        for service in CALLED:  # the connections belong to the parent
            aws.client(service)._endpoint.http_session.close()
        with observed(observer), os.fdopen(writer, "wb") as pipe:
            try:
                answer = work()
            except Exception as error:  # noqa: BLE001 - handed to the parent
                answer = RuntimeError(repr(error))
            pickle.dump(answer, pipe)
        status = 0
    finally:
        os._exit(status)
