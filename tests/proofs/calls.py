"""Stands at every AWS call that our code makes in this process.

An observer may count a call, pause it, answer it itself, or end the process there.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from shared import aws


@dataclass(frozen=True)
class Call:
    """One request to AWS; a retry is another one."""

    service: str
    operation: str
    request: AWSPreparedRequest | None = None  # None after the call
    status: int = 0  # of the answer, after the call

    def __str__(self) -> str:
        return f"{self.service}:{self.operation}"


class Observer(Protocol):
    """Sees every call of every thread."""

    def before(self, call: Call) -> AWSResponse | None:
        """Runs before the request goes out; an answer from here keeps it from going."""

    def after(self, call: Call) -> None:
        """Runs when AWS has answered and before our code sees it; not after a time-out."""


_observers: list[Observer] = []
_listening = threading.Lock()


@contextmanager
def observed(observer: Observer) -> Iterator[None]:
    """Let `observer` see the calls of the clients of `shared.aws` until the block ends."""
    _listen()
    _observers.append(observer)
    try:
        yield
    finally:
        _observers.remove(observer)


def _listen() -> None:
    # Clients copy the session's hooks when they are made, so those made before are let go.
    with _listening:
        session = aws.session()
        if getattr(session, "is_observed", False):
            return
        aws.forget()
        session = aws.session()
        session.is_observed = True
        session.register("before-send", _before)
        session.register("after-call", _after)


def _before(request: AWSPreparedRequest, event_name: str, **_: Any) -> AWSResponse | None:
    _, service, operation = event_name.split(".", 2)
    call = Call(service, operation, request)
    for observer in tuple(_observers):
        answer = observer.before(call)
        if answer is not None:
            return answer
    return None


def _after(event_name: str, http_response: AWSResponse, **_: Any) -> None:
    _, service, operation = event_name.split(".", 2)
    call = Call(service, operation, status=http_response.status_code)
    for observer in tuple(_observers):
        observer.after(call)
