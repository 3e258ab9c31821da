"""What a service says about each of its JSON routes, beyond what the route itself declares."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

JSON = "application/json"
CHALLENGE = {
    "parameters": {
        "algorithm": "PBKDF2/SHA-256",
        "cost": 5000,
        "keyLength": 32,
        "keyPrefix": "3a8c",
        "keySignature": "0d1f",
        "nonce": "5f0c1d2e",
        "salt": "b7a9c1d3",
        "expiresAt": 1807695000,
    },
    "signature": "9c1f4be2",
}
"""An example of `shared.proof.Challenge`."""


class Reply(Struct, frozen=True, kw_only=True):
    """What a view answers when all goes well, and what about its refusals the route can't say.

    `refusals` adds codes per status; `missing` is its own code for a path that leads nowhere;
    `links` are OpenAPI's, from this answer to what can be asked next.
    """

    type: Any
    tag: str
    example: Any
    status: int = 200
    body: Any = None  # an example of the request's body
    query: Mapping[str, Mapping[str, Any]] = {}
    path: Mapping[str, Mapping[str, Any]] = {}
    bearer: bool = False
    cookie: str = ""  # that stands for the bearer link in a browser
    creates: bool = False  # honours Idempotency-Key
    counted: bool = False  # within a limit of shared.limits
    asks_nothing: bool = False  # of any table, so nothing can be busy
    missing: str = ""
    refusals: Mapping[int, tuple[str, ...]] = {}
    headers: Mapping[str, str] = {}
    links: Mapping[str, Mapping[str, Any]] = {}
    content_type: str = JSON


Replies = Mapping[Callable[..., Any], Reply]


def link(name: str, operation: str, **parameters: str) -> dict[str, dict[str, Any]]:
    """A link to an operation whose path parameters stand in this answer."""
    return {name: {"operationId": operation, "parameters": parameters}}


def health(answer: Any, service: str) -> Reply:
    """What every service says about itself."""
    example = {"status": "ok", "service": service, "version": "4f1c0b7a92de"}
    return Reply(type=answer, tag="service", example=example, asks_nothing=True)


def description(headers: Mapping[str, str] | None = None) -> Reply:
    """The document's own address."""
    return Reply(
        type=dict[str, Any],
        tag="service",
        example={"openapi": "3.1.0"},
        asks_nothing=True,
        headers=headers or {},
    )
