"""API Gateway and Lambda in front of a service's app, as a WSGI application without a network."""

import base64
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

from chalice.app import Chalice

from infra.local import rules


@dataclass(frozen=True)
class Answer:
    """What comes back; `headers` holds every value of a name."""

    status_code: int
    pairs: list[tuple[str, str]]
    body: bytes

    @property
    def headers(self) -> dict[str, Any]:
        """As chalice's test client gives them: many Set-Cookie lines, one of all others."""
        cookies = [value for name, value in self.pairs if name == "Set-Cookie"]
        return {**dict(self.pairs), "Set-Cookie": cookies}


FILES = ("text/csv", "text/javascript", "text/calendar", "application/json")  # text that is no page
NOWHERE = Answer(404, [("Content-Type", "text/html; charset=utf-8")], b"<p>404</p>")
"""What resources.yaml makes of an address or method that no route has."""

FRONT_DOOR = rules.read()  # it asks for some addresses in a browser's place

StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class Gateway:
    """Turns a request into the event of a REST API's proxy integration, and counts answers.

    `source_ip` is where the next requests come from; `reached` counts (method, route, status).
    """

    def __init__(self, app: Chalice) -> None:
        self._app = app
        # As API Gateway: a literal part of a path goes before a parameter.
        self._routes = sorted(app.routes, key=lambda route: route.replace("{", "\uffff"))
        self.source_ip = "192.0.2.1"
        self.reached: Counter[tuple[str, str, int]] = Counter()

    @property
    def requests(self) -> int:
        """How many were answered."""
        return self.reached.total()

    def __call__(self, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        """Answer as WSGI wants it."""
        path = environ["REQUEST_URI"].partition("?")[0]
        size = int(environ.get("CONTENT_LENGTH") or 0)
        answer = self.answer(
            environ["REQUEST_METHOD"],
            f"{path}?{environ['QUERY_STRING']}",
            _headers(environ),
            environ["wsgi.input"].read(size),
        )
        start(f"{answer.status_code} -", answer.pairs)
        return [answer.body]

    def answer(self, method: str, url: str, headers: Mapping[str, str], data: bytes) -> Answer:
        """Answer one request; header names in lower case."""
        path, _, query = url.partition("?")
        route, parameters = self._match(path)
        if not self.serves(method, path):
            self.reached[method, "", NOWHERE.status_code] += 1
            return NOWHERE
        body, encoded = self._body(data, headers)
        asked = FRONT_DOOR.asked[FRONT_DOOR.behaviour_for(path).origin]
        given = {**headers, **{name.lower(): value for name, value in asked.items()}}
        event = {
            "requestContext": {
                "httpMethod": method,
                "resourcePath": route,
                "requestId": f"request-{self.requests}",
                "identity": {"sourceIp": self.source_ip},
                "path": path,
            },
            "headers": given,
            "multiValueHeaders": {name: [value] for name, value in given.items()},
            "pathParameters": parameters or None,
            "multiValueQueryStringParameters": parse_qs(query, keep_blank_values=True) or None,
            "stageVariables": None,
            "body": body,
            "isBase64Encoded": encoded,
        }
        found = self._app(event, None)
        status, text = found["statusCode"], found["body"]
        self.reached[method, route, status] += 1
        raw = base64.b64decode(text) if found.get("isBase64Encoded") else text.encode()
        return Answer(status, _pairs(found), raw)

    def serves(self, method: str, path: str) -> bool:
        """Whether a route of the service takes this."""
        return method in self._app.routes.get(self._match(path)[0], {})

    def _match(self, path: str) -> tuple[str, dict[str, str]]:
        parts = path.rstrip("/").split("/") if path != "/" else ["", ""]
        for route in self._routes:
            names = route.split("/")
            pairs = list(zip(names, parts, strict=False))
            if len(names) == len(parts) and all(_fits(name, part) for name, part in pairs):
                found = {name[1:-1]: unquote(part) for name, part in pairs if name.startswith("{")}
                return route, found
        return "", {}

    def _body(self, data: bytes, headers: Mapping[str, str]) -> tuple[str | None, bool]:
        media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type in self._app.api.binary_types:
            return base64.b64encode(data).decode(), True
        # API Gateway hands on text: bytes that are not UTF-8 become U+FFFD.
        return data.decode("utf-8", "replace") or None, False


def _fits(name: str, part: str) -> bool:
    return bool(part) if name.startswith("{") else name == part


def _headers(environ: dict[str, Any]) -> dict[str, str]:
    found = {
        name[5:].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    if environ.get("CONTENT_TYPE"):
        found["content-type"] = environ["CONTENT_TYPE"]
    return found


def _pairs(answer: dict[str, Any]) -> list[tuple[str, str]]:
    many = answer.get("multiValueHeaders") or {}
    found = [(name, value) for name, value in answer["headers"].items() if name not in many]
    return found + [(name, value) for name, values in many.items() for value in values]
