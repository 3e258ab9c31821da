"""A service's OpenAPI 3.1 document, made from its router and its structs."""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from shared.http import Endpoint, Router

PROBLEM_TYPE = "application/problem+json"
_PARAMETER = re.compile(r"\{(\w+)\}")


class Problem(msgspec.Struct, frozen=True):
    """An error (RFC 9457). `code` is stable; `title` and `errors` are in the caller's language."""

    type: str
    title: str
    status: int
    code: str
    instance: str
    errors: dict[str, str] = {}
    figures: dict[str, int | str] = {}


@dataclass(frozen=True)
class Reply:
    """What a view answers when all goes well, and what may be asked of it in the query."""

    type: Any
    status: int = 200
    query: Sequence[str] = ()
    bearer: bool = False
    creates: bool = False  # honours Idempotency-Key
    content_type: str = "application/json"


def document(
    router: Router, title: str, replies: Mapping[Callable[..., Any], Reply]
) -> dict[str, Any]:
    """The OpenAPI document of the router's JSON routes.

    Raises KeyError for a JSON route without a reply, so that no route goes undocumented.
    """
    endpoints = [endpoint for endpoint in router.endpoints if endpoint.kind == "json"]
    types = [replies[endpoint.view].type for endpoint in endpoints]
    types += [endpoint.body for endpoint in endpoints if endpoint.body is not None]
    found, components = msgspec.json.schema_components(
        [*types, Problem], ref_template="#/components/schemas/{name}"
    )
    schemas = dict(zip([*map(str, types), str(Problem)], found, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        operation = _operation(endpoint, replies[endpoint.view], schemas)
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1.0.0"},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"link": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(endpoint: Endpoint, reply: Reply, schemas: Mapping[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.view.__name__,
        "summary": (inspect.getdoc(endpoint.view) or "").partition("\n")[0],
        "parameters": _parameters(endpoint, reply),
        "responses": {
            str(reply.status): {
                "description": "Done",
                "content": {reply.content_type: {"schema": schemas[str(reply.type)]}},
            },
            "default": {
                "description": "Refused",
                "content": {PROBLEM_TYPE: {"schema": schemas[str(Problem)]}},
            },
        },
    }
    if endpoint.body is not None:
        content = {"application/json": {"schema": schemas[str(endpoint.body)]}}
        operation["requestBody"] = {"required": True, "content": content}
    if reply.bearer:
        operation["security"] = [{"link": []}]
    return operation


def _parameters(endpoint: Endpoint, reply: Reply) -> list[dict[str, Any]]:
    text = {"type": "string"}
    found = [
        {"name": name, "in": "path", "required": True, "schema": text}
        for name in _PARAMETER.findall(endpoint.path)
    ]
    found += [
        {"name": name, "in": "query", "required": False, "schema": text}
        for name in (*reply.query, "lang")
    ]
    if reply.creates:
        found.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "schema": {**text, "maxLength": 200},
            }
        )
    return found
