"""What a view may answer, and how that becomes an HTTP response."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec
from chalice.app import Response

from shared.flash import FLASH_COOKIE, Flash, Undo, packed

POLICY: Mapping[str, str] = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


class Cookie(msgspec.Struct, frozen=True):
    """A cookie that scripts cannot read and that only travels encrypted.

    The name carries its own protection: `__Host-` (path must be "/") or `__Secure-`.
    `max_age` in seconds; 0 removes the cookie.
    """

    name: str
    value: str
    max_age: int
    path: str = "/"

    def header(self) -> str:
        """The Set-Cookie value. Lax, because Strict drops the cookie on links from mail."""
        return (
            f"{self.name}={self.value}; Path={self.path}; Max-Age={self.max_age}; "
            "HttpOnly; Secure; SameSite=Lax"
        )


class Html(msgspec.Struct, frozen=True):
    """A page. `policy` adds sources to the content security policy, per directive.

    An `embeddable` page may stand in a frame on the sites that the stage names.
    """

    text: str
    status: int = 200
    cookies: Sequence[Cookie] = ()
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)
    cache: str = "no-store"
    policy: Mapping[str, str] = msgspec.field(default_factory=dict)
    embeddable: bool = False


class SeeOther(msgspec.Struct, frozen=True):
    """Go and GET another page; `flash` is a message to show there, already translated.

    With `undo` the page offers to take back what was done.
    """

    location: str
    cookies: Sequence[Cookie] = ()
    flash: str = ""
    undo: Undo | None = None


class Json(msgspec.Struct, frozen=True):
    """A JSON document from a struct or plain values."""

    data: Any
    status: int = 200
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)
    content_type: str = "application/json"
    cache: str = "no-store"


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BINARY = (XLSX,)
"""Types of files that are no text. API Gateway hands on such bytes only to who asks for that type
first, which no browser does: the front door asks for it (infra/templates/wiring.yaml)."""


class File(msgspec.Struct, frozen=True):
    """A download: text in UTF-8, such as CSV, or bytes of one of the types in `BINARY`."""

    data: bytes
    name: str
    content_type: str


class Text(msgspec.Struct, frozen=True):
    """Text that is no page: a style sheet, or plain words."""

    text: str
    content_type: str = "text/plain"
    status: int = 200
    cache: str = "no-store"


Answer = Html | SeeOther | Json | File | Text


def to_chalice(answer: Answer, *, head_only: bool = False) -> Response:
    """The response that API Gateway sends."""
    match answer:
        case Html():
            response = _html(answer)
        case SeeOther():
            response = _see_other(answer)
        case Json():
            response = _json(answer)
        case File():
            response = _file(answer)
        case Text():
            response = _text(answer)
    if head_only:
        response.body = type(response.body)()
    return response


def _html(answer: Html) -> Response:
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": answer.cache,
        "Content-Security-Policy": _policy(answer.policy),
        **answer.headers,
    }
    return Response(answer.text, status_code=answer.status, headers=_all(headers, answer.cookies))


def _see_other(answer: SeeOther) -> Response:
    cookies = list(answer.cookies)
    if answer.flash:
        value = packed(Flash(answer.flash, answer.undo))
        cookies.append(Cookie(FLASH_COOKIE, value, max_age=60))
    headers = {
        "Location": answer.location,
        "Content-Type": "text/plain; charset=utf-8",
        "Cache-Control": "no-store",
    }
    return Response("", status_code=303, headers=_all(headers, cookies))


def _json(answer: Json) -> Response:
    headers = {
        "Content-Type": answer.content_type,
        "Cache-Control": answer.cache,
        **answer.headers,
    }
    body = msgspec.json.encode(answer.data).decode()
    return Response(body, status_code=answer.status, headers=_all(headers, ()))


def _file(answer: File) -> Response:
    headers = {
        "Content-Type": answer.content_type,
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(answer.name)}",
        "Cache-Control": "no-store",
    }
    body = answer.data if answer.content_type in BINARY else answer.data.decode("utf-8")
    return Response(body, status_code=200, headers=_all(headers, ()))


def _text(answer: Text) -> Response:
    headers = {
        "Content-Type": f"{answer.content_type}; charset=utf-8",
        "Cache-Control": answer.cache,
        "Content-Security-Policy": _policy({"frame-ancestors": "'self'"}),
    }
    return Response(answer.text, status_code=answer.status, headers=_all(headers, ()))


def _policy(additions: Mapping[str, str]) -> str:
    directives = dict(POLICY)
    for name, sources in additions.items():
        own = directives.get(name, "'self'")
        # 'none' must stand alone, so it gives way to what is added.
        directives[name] = sources if own == "'none'" else f"{own} {sources}"
    return "; ".join(f"{name} {sources}" for name, sources in directives.items())


def _all(headers: dict[str, str], cookies: Sequence[Cookie]) -> dict[str, Any]:
    if not cookies:
        return dict(headers)
    return {**headers, "Set-Cookie": [cookie.header() for cookie in cookies]}
