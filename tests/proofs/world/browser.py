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

    def _reach(
        self, method: str, url: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> Answer:
        if "://" in url and urlsplit(url).netloc != urlsplit(self.origin).netloc:
            return super()._reach(method, url, path, body, headers)
        status, given, data = self._send(method, path, headers, body or b"")
        return Answer(url, status, _message(given), data)


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
        f"SESSION#{auth.hash_of(token)}",
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
