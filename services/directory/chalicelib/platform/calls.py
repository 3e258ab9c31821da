"""Asking one of our own functions: it has rights that the API function must not have (ADR 24)."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from shared import aws
from shared.errors import (
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    PlekkenError,
    TooManyRequests,
    Unavailable,
)
from shared.observability import aws_code, correlated, correlation_id, log, log_error
from shared.settings import Settings, load

Action = Callable[[dict[str, Any]], dict[str, Any]]
BUSY = aws.THROTTLES | {"TooManyRequestsException"}  # Cognito's word for it
_KINDS = {
    kind.status: kind
    for kind in (Conflict, Forbidden, Gone, Invalid, NotFound, TooManyRequests, Unavailable)
}


def call(function: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """Have a function of ours do `request["do"]` and wait for what it answers.

    Raises the PlekkenError that the function raised, and Unavailable when it did not answer: it may
    have done its work then, so an action must be able to come twice.
    """
    sent = {**request, "correlation_id": correlation_id()}
    name = f"plekken-{load(Settings).stage}-directory-{function}"
    try:
        found = aws.client("lambda").invoke(FunctionName=name, Payload=msgspec.json.encode(sent))
        body = found["Payload"].read()
    except (BotoCoreError, ClientError) as error:
        log_error("call.failed", error, function=function)
        raise Unavailable from error
    answer = msgspec.json.decode(body, type=dict[str, Any])
    if "FunctionError" in found:
        raise _crashed(function, answer)
    if "error" in answer:
        raise _refused(answer["error"])
    done: dict[str, Any] = answer["answer"]
    return done


def serve(request: dict[str, Any], actions: Mapping[str, Action]) -> dict[str, Any]:
    """The other side of `call`: do what was asked; a refusal is an answer, not a crash."""
    with correlated(str(request.get("correlation_id", ""))):
        try:
            return {"answer": actions[request["do"]](request)}
        except PlekkenError as error:
            log("call.refused", status=error.status, code=error.code)
            return {"error": _described(error)}
        except Exception as error:
            if aws_code(error) in BUSY:
                return {"error": _described(Unavailable("busy"))}
            raise


def _described(error: PlekkenError) -> dict[str, Any]:
    return {
        "status": error.status,
        "code": error.code,
        "title": error.title,
        "fields": error.fields,
        "figures": error.figures,
    }


def _refused(told: dict[str, Any]) -> PlekkenError:
    kind = _KINDS.get(told["status"], PlekkenError)
    return kind(told["code"], told["title"], fields=told["fields"], figures=told["figures"])


def _crashed(function: str, answer: dict[str, Any]) -> PlekkenError:
    # The function logged what happened; its words may quote a value.
    timed_out = "timed out" in answer.get("errorMessage", "")
    log("call.crashed", "ERROR", function=function, timed_out=timed_out)
    return Unavailable() if timed_out else PlekkenError()
