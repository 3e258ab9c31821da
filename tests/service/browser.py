"""A browser in front of a service's app, without a network."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

import msgspec
from chalice.test import Client

from shared import auth
from shared.access import MemberSessionItem, SessionItem
from shared.auth import codes
from shared.request import MEMBER_COOKIE, SESSION_COOKIE

ORIGIN = "http://localhost:8000"
ACCEPT = "text/html,application/xhtml+xml,*/*;q=0.8"
FORM_TYPE = "application/x-www-form-urlencoded"


@dataclass
class Answer:
    """What came back."""

    status: int
    body: bytes
    headers: dict[str, Any]

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def data(self) -> Any:
        return msgspec.json.decode(self.text)

    @property
    def location(self) -> str:
        return str(self.headers["Location"])


@dataclass
class Browser:
    """Sends what a browser sends, with the cookies it was given for the path it asks."""

    client: Client
    cookies: dict[str, str] = field(default_factory=dict)
    csrf: str = ""
    _paths: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Answer:
        return self._send("GET", path, b"", headers)

    def delete(self, path: str, **headers: str) -> Answer:
        return self._send("DELETE", path, b"", headers)

    def post(self, path: str, form: dict[str, Any] | None = None, **headers: str) -> Answer:
        fields = {"csrf_token": self.csrf, **(form or {})} if self.csrf else form or {}
        given = {"Content-Type": FORM_TYPE, "Origin": ORIGIN} | _named(headers)
        return self._send("POST", path, urlencode(fields, doseq=True).encode(), given)

    def post_json(self, path: str, data: Any = b"", **headers: str) -> Answer:
        body = data if isinstance(data, bytes) else msgspec.json.encode(data)
        return self._send(
            "POST", path, body, {"Content-Type": "application/json"} | _named(headers)
        )

    def send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        """Send anything at all."""
        return self._send(method, path, body, headers)

    def follow(self, answer: Answer) -> Answer:
        assert answer.status == 303, answer.text
        return self.get(answer.location)

    def _send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        given = {"Accept": ACCEPT} | _named(headers)
        sent = [
            f"{name}={value}"
            for name, value in self.cookies.items()
            if path.startswith(self._paths.get(name, "/"))
        ]
        if sent:
            given["Cookie"] = "; ".join(sent)
        found = self.client.http.request(method, path, headers=given, body=body)
        for line in found.headers.get("Set-Cookie") or []:
            self._keep(SimpleCookie(line))
        return Answer(found.status_code, found.body, dict(found.headers))

    def _keep(self, cookies: "SimpleCookie") -> None:
        for name, morsel in cookies.items():
            if morsel["max-age"] == "0":
                self.cookies.pop(name, None)
            else:
                self.cookies[name], self._paths[name] = morsel.value, morsel["path"]


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def sign_in(browser: Browser, organiser_id: str) -> Browser:
    """Another browser on the same app, with a session of this organiser."""
    token = f"token-of-{organiser_id}"
    hashed = auth.hash_of(token)
    SessionItem(
        f"SESSION#{hashed}",
        "SESSION",
        organiser_id=organiser_id,
        started_at=datetime(2027, 4, 14, 9, tzinfo=UTC),
        expires_at=datetime(2099, 1, 1, tzinfo=UTC),
    ).save()
    found = auth.find_organiser(organiser_id)
    assert found is not None
    csrf = auth.csrf_token(auth.Session(hashed, found))
    return Browser(browser.client, {SESSION_COOKIE: token}, csrf)


def sign_in_by_mail(browser: Browser, service: str, address: str, *members: str) -> Browser:
    """Another browser on the same app, with a session for these members at `address`."""
    token = f"token-of-{address}"
    MemberSessionItem(
        f"MEMBER_SESSION#{auth.hash_of(token)}",
        "MEMBER_SESSION",
        service=service,
        members=list(members),
        mark=codes.mark_of(address),
        chosen=members[0],
        expires_at=datetime(2099, 1, 1, tzinfo=UTC),
    ).save()
    return Browser(browser.client, {MEMBER_COOKIE: token})
