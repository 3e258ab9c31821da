"""The flow tests' browser, whose requests reach the functions without a network."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.message import Message
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from shared import auth
from shared.access import SessionItem
from shared.request import SESSION_COOKIE
from tests.flows.browser import Answer, Browser

Request = Callable[[str, str, dict[str, str], bytes], tuple[int, dict[str, Any], bytes]]


class InProcessBrowser(Browser):
    """Our own addresses go to `send`; others (a presigned address of S3) over the network."""

    def __init__(self, origin: str, send: Request) -> None:
        super().__init__(origin)
        self._send = send

    def request(
        self,
        method: str,
        url: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        parts = urlsplit(url if "://" in url else self.origin + url)
        if parts.netloc != urlsplit(self.origin).netloc:
            return super().request(method, url, body, headers)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        sent = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        if cookies := self._cookies(parts.path):
            sent["Cookie"] = cookies
        status, given, data = self._send(method, path, sent, body or b"")
        answer = Answer(url, status, _message(given), data)
        self._keep(answer)
        return answer


def _message(headers: dict[str, Any]) -> Any:
    message = Message()
    for name, value in headers.items():
        for each in value if isinstance(value, list) else [value]:
            message.add_header(name, str(each))
    return message


def signed_in(browser: InProcessBrowser, organiser_id: str) -> InProcessBrowser:
    """The browser with a session of this organiser: Cognito is not part of this world."""
    token = f"token-of-{organiser_id}"
    SessionItem(
        f"SESSION#{auth._hash(token)}",
        "SESSION",
        organiser_id=organiser_id,
        started_at=datetime(2027, 4, 14, 9, tzinfo=UTC),
        expires_at=datetime(2099, 1, 1, tzinfo=UTC),
    ).save()
    cookie: SimpleCookie = SimpleCookie()
    cookie[SESSION_COOKIE] = token
    cookie[SESSION_COOKIE]["path"] = "/"
    browser.jar[SESSION_COOKIE] = cookie[SESSION_COOKIE]
    return browser
