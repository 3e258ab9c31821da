"""Every status that a route's refusals can have, with their codes, from how it is declared."""

import inspect
import re
from collections.abc import Iterable
from typing import Any

import msgspec

from shared import errors
from shared.errors import PlekkenError
from shared.http import PROBLEM, PROBLEM_TYPE, Endpoint
from shared.openapi.reply import Reply

IDEMPOTENCY_MISMATCH = "idempotency_mismatch"
_PARAMETER = re.compile(r"\{\w+\}")
_KINDS: tuple[type[PlekkenError], ...] = (PlekkenError, *PlekkenError.__subclasses__())
_ERRORS = {kind.status: kind for kind in _KINDS}


class Problem(msgspec.Struct, frozen=True):
    """An error (RFC 9457). `code` is stable; `title` and `errors` are in the caller's language."""

    type: str
    title: str
    status: int
    code: str
    instance: str
    errors: dict[str, str] = {}
    figures: dict[str, int | str] = {}


def responses(endpoint: Endpoint, reply: Reply) -> dict[str, Any]:
    """The refusals as OpenAPI's responses, by status."""
    return {
        str(status): _refused(status, codes)
        for status, codes in sorted(_refusals(endpoint, reply).items())
    }


def _refused(status: int, codes: Iterable[str]) -> dict[str, Any]:
    given = sorted(codes)
    narrowed = {
        "type": {"enum": [PROBLEM_TYPE + code for code in given]},
        "status": {"const": status},
        "code": {"enum": given},
    }
    schema = {"allOf": [{"$ref": "#/components/schemas/Problem"}, {"properties": narrowed}]}
    example = {
        "type": PROBLEM_TYPE + given[0],
        "title": _ERRORS[status].title,
        "status": status,
        "code": given[0],
        "instance": "01a2b3c4",
    }
    if status == errors.SignInNeeded.status:
        headers = {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}}
    else:
        headers = {}
    return {
        "description": (inspect.getdoc(_ERRORS[status]) or "").partition("\n")[0],
        "headers": headers,
        "content": {PROBLEM: {"schema": schema, "example": example}},
    }


def _refusals(endpoint: Endpoint, reply: Reply) -> dict[int, set[str]]:
    """Every status that a refusal can have, with its codes."""
    found: dict[int, set[str]] = {status: {*codes} for status, codes in reply.refusals.items()}
    for applies, kind, code in _rules(endpoint, reply):
        if applies:
            found.setdefault(kind.status, set()).add(code or kind.code)
    return found


def _rules(endpoint: Endpoint, reply: Reply) -> list[tuple[bool, type[PlekkenError], str]]:
    """When a refusal is possible, and with which code; "" is the error's own."""
    changes = endpoint.method != "GET"
    has_body = endpoint.body is not None
    own, signed_in = endpoint.access.own_pages, endpoint.access.signed_in
    has_parameter = bool(_PARAMETER.search(endpoint.path))
    return [
        (True, PlekkenError, ""),
        (not reply.asks_nothing, errors.Unavailable, ""),
        (not reply.asks_nothing, errors.Unavailable, "busy"),
        (changes, errors.TooLarge, ""),
        (changes and own, errors.Forbidden, "foreign_origin"),
        (has_body, errors.Malformed, ""),
        (has_body, errors.UnsupportedMediaType, ""),
        (has_body or reply.creates, errors.Invalid, ""),
        (has_parameter, errors.NotFound, ""),
        (has_parameter, errors.NotFound, reply.missing),
        (signed_in, errors.SignInNeeded, ""),
        (signed_in, errors.Forbidden, ""),
        (signed_in and changes, errors.Forbidden, "csrf"),
        (reply.bearer, errors.SignInNeeded, "link_needed"),
        (reply.bearer, errors.Forbidden, "invalid_link"),
        (reply.creates, errors.Invalid, IDEMPOTENCY_MISMATCH),
        (reply.counted, errors.TooManyRequests, ""),
    ]
