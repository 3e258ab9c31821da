"""A service's OpenAPI 3.1 document, made from its router and its structs.

What follows from a route's declaration is written down here, every status by name; `Reply` adds
what only the service knows. The document speaks of the interface at its own origin: what is said
to whoever passes the front door by is not part of it.
"""

import inspect
import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from shared.http import Endpoint, Router
from shared.openapi import refusals
from shared.openapi.refusals import Problem
from shared.openapi.reply import CHALLENGE, JSON, Replies, Reply, description, health, link
from shared.request import LARGEST_BODY, LONGEST_KEY, SESSION_COOKIE
from shared.settings import Settings, load

__all__ = [
    "CHALLENGE",
    "Problem",
    "Replies",
    "Reply",
    "description",
    "document",
    "health",
    "link",
]

VERSION = "1.0.0"
_PARAMETER = re.compile(r"\{(\w+)\}")
_LANGUAGE = {
    "description": "`en` for English texts; anything else is answered in Dutch",
    "schema": {"type": "string", "examples": ["en"]},
}
_KEY = {
    "description": "Your own name for this attempt: a repeat gets the first answer",
    "schema": {"type": "string", "maxLength": LONGEST_KEY},
}


def document(router: Router, title: str, tags: Mapping[str, str], replies: Replies) -> Any:
    """The OpenAPI document of the router's JSON routes; `tags` says what each tag is about.

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
    origin = load(Settings).origin
    return {
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": VERSION,
            "contact": {"name": "Plekken", "url": f"{origin}/privacy"},
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": origin}],
        "tags": [{"name": name, "description": text} for name, text in tags.items()],
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": _schemes(endpoints, replies)},
    }


def _operation(endpoint: Endpoint, reply: Reply, schemas: Mapping[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.view.__name__,
        "summary": (inspect.getdoc(endpoint.view) or "").partition("\n")[0],
        "tags": [reply.tag],
        "parameters": _parameters(endpoint, reply),
        "responses": {
            str(reply.status): _success(reply, schemas),
            **refusals.responses(endpoint, reply),
        },
        "security": _security(endpoint, reply),
    }
    if endpoint.body is not None:
        content = {"schema": schemas[str(endpoint.body)], "example": reply.body}
        operation["requestBody"] = {
            "description": f"At most {LARGEST_BODY} bytes",
            "required": True,
            "content": {JSON: content},
        }
    return operation


def _success(reply: Reply, schemas: Mapping[str, Any]) -> dict[str, Any]:
    content = {"schema": schemas[str(reply.type)], "example": reply.example}
    answer: dict[str, Any] = {
        "description": "Done",
        "headers": {
            name: {"required": True, "schema": {"type": "string"} | ({"const": v} if v else {})}
            for name, v in {"Cache-Control": "", **reply.headers}.items()
        },
        "content": {reply.content_type: content},
    }
    return answer | ({"links": reply.links} if reply.links else {})


def _parameters(endpoint: Endpoint, reply: Reply) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, **_parameter(reply.path[name])}
        for name in _PARAMETER.findall(endpoint.path)
    ]
    found += [
        {"name": name, "in": "query", "required": False, **_parameter(given)}
        for name, given in {**reply.query, "lang": _LANGUAGE}.items()
    ]
    if reply.creates:
        found.append({"name": "Idempotency-Key", "in": "header", "required": False, **_KEY})
    return found


def _parameter(given: Mapping[str, Any]) -> dict[str, Any]:
    schema = {"type": "string", **given.get("schema", {})}
    return {"description": given["description"], "schema": schema}


def _security(endpoint: Endpoint, reply: Reply) -> list[dict[str, list[str]]]:
    """Any one of the list will do."""
    if endpoint.access.signed_in:
        return [{"session": []} if endpoint.method == "GET" else {"session": [], "csrf": []}]
    found: list[dict[str, list[str]]] = [{"link": []}] if reply.bearer else []
    return [*found, {"link_cookie": []}] if reply.cookie else found


def _schemes(endpoints: Iterable[Endpoint], replies: Replies) -> dict[str, Any]:
    cookies = {replies[one.view].cookie for one in endpoints} - {""}
    known: dict[str, Any] = {
        "link": {"type": "http", "scheme": "bearer", "description": "The key of a mailed link"},
        "session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE},
        "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token"},
    }
    for name in cookies:
        known["link_cookie"] = {"type": "apiKey", "in": "cookie", "name": name}
    used = {
        name
        for endpoint in endpoints
        for option in _security(endpoint, replies[endpoint.view])
        for name in option
    }
    return {name: scheme for name, scheme in known.items() if name in used}
