"""JSON log lines and CloudWatch metrics, without personal data.

A line takes only short, safe values: ids, codes, counts. Query strings, bodies, addresses and
exception messages (which may quote them) never enter a log; a traceback gives places, not values.
"""

import contextlib
import json
import sys
import time
import traceback
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any, Literal

from shared.ids import new_trace_id

Safe = str | int | float | bool | None
Unit = Literal["Count", "Milliseconds", "Seconds", "Bytes"]
NAMESPACE = "Plekken"

_correlation: ContextVar[str] = ContextVar("correlation", default="")


def correlation_id() -> str:
    """The id that ties together everything that one request caused."""
    current = _correlation.get()
    if not current:
        current = new_trace_id()
        _correlation.set(current)
    return current


@contextlib.contextmanager
def correlated(identifier: str | None = None) -> Iterator[str]:
    """Carry `identifier`, or a new one, through everything inside."""
    token = _correlation.set(identifier or new_trace_id())
    try:
        yield _correlation.get()
    finally:
        _correlation.reset(token)


def log(happened: str, level: str = "INFO", **values: Safe) -> None:
    """Write one line saying what happened."""
    line = {"level": level, "happened": happened, "correlation_id": correlation_id(), **values}
    _write(line)


def log_error(happened: str, error: BaseException, **values: Safe) -> None:
    """Write one line about `error`: its kind, AWS's code for it and the places it came through,
    but not its message.
    """
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    places = " < ".join(f"{_short(f.filename)}:{f.lineno} {f.name}" for f in reversed(frames))
    found = {"error": type(error).__name__, "aws_code": aws_code(error), "at": places}
    log(happened, "ERROR", **{name: text for name, text in found.items() if text}, **values)


class Crashed(Exception):
    """What is left of an error when others print it: its kind, without its message."""


@contextlib.contextmanager
def wordless(happened: str) -> Iterator[None]:
    """Log an error from inside as `log_error` does, and raise Crashed in its place.

    Whoever catches it last (the Lambda runtime, Chalice) prints it with its message. `from None`
    keeps the first error out of that print; the invocation fails, is retried and alarms as before.
    """
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever it is, its message stays here
        log_error(happened, error)
        raise Crashed(type(error).__name__) from None


def aws_code(error: BaseException) -> str:
    """The code of a refusal by AWS, also inside the error that PynamoDB makes of it."""
    for one in (error, error.__cause__, getattr(error, "cause", None)):  # PynamoDB's own name
        response = getattr(one, "response", None)
        if isinstance(response, dict):
            return str(response.get("Error", {}).get("Code", ""))
    return ""


def metric(name: str, value: float, unit: Unit = "Count", **dimensions: str) -> None:
    """Write one metric in CloudWatch's embedded metric format (EMF)."""
    definition = {
        "Namespace": NAMESPACE,
        "Dimensions": [sorted(dimensions)],
        "Metrics": [{"Name": name, "Unit": unit}],
    }
    aws = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [definition]}
    _write({"_aws": aws, name: value, **dimensions})


def _write(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _short(path: str) -> str:
    return "/".join(path.split("/")[-2:])
