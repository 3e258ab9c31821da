"""API Gateway and Lambda in front of a service's app, as a WSGI application without a network."""

import base64
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs, unquote

from chalice.app import Chalice

GATEWAY_404 = ("404 Not Found", [("Content-Type", "text/html; charset=utf-8")])
"""What resources.yaml makes of an address or method that no route has."""

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
        path = environ["REQUEST_URI"].partition("?")[0]
        query = parse_qs(environ["QUERY_STRING"], keep_blank_values=True)
        method = environ["REQUEST_METHOD"]
        route, parameters = self._match(path)
        if method not in self._app.routes.get(route, {}):
            self.reached[method, "", 404] += 1
            start(*GATEWAY_404)
            return [b"<p>404</p>"]
        headers = _headers(environ)
        size = int(environ.get("CONTENT_LENGTH") or 0)
        body, encoded = self._body(environ["wsgi.input"].read(size), headers)
        event = {
            "requestContext": {
                "httpMethod": method,
                "resourcePath": route,
                "requestId": f"request-{self.requests}",
                "identity": {"sourceIp": self.source_ip},
                "path": path,
            },
            "headers": headers,
            "multiValueHeaders": {name: [value] for name, value in headers.items()},
            "pathParameters": parameters or None,
            "multiValueQueryStringParameters": query or None,
            "stageVariables": None,
            "body": body,
            "isBase64Encoded": encoded,
        }
        answer = self._app(event, None)
        self.reached[method, route, answer["statusCode"]] += 1
        start(f"{answer['statusCode']} -", _answered(answer))
        text = answer["body"]
        return [base64.b64decode(text) if answer.get("isBase64Encoded") else text.encode()]

    def _match(self, path: str) -> tuple[str, dict[str, str]]:
        parts = path.rstrip("/").split("/") if path != "/" else ["", ""]
        for route in self._routes:
            names = route.split("/")
            pairs = list(zip(names, parts, strict=False))
            if len(names) == len(parts) and all(_fits(name, part) for name, part in pairs):
                found = {name[1:-1]: unquote(part) for name, part in pairs if name.startswith("{")}
                return route, found
        return "", {}

    def _body(self, data: bytes, headers: dict[str, str]) -> tuple[str | None, bool]:
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


def _answered(answer: dict[str, Any]) -> list[tuple[str, str]]:
    many = answer.get("multiValueHeaders") or {}
    found = [(name, value) for name, value in answer["headers"].items() if name not in many]
    return found + [(name, value) for name, values in many.items() for value in values]
