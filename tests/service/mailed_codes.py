"""What mailed codes promise in every service: each calls these with what is its own."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from shared.access import AskItem
from tests.service.browser import Answer, Browser


@dataclass
class Letter:
    """What the mail says."""

    to: str
    subject: str
    code: str
    link: str
    text: str


def letter(message: Any) -> Letter:
    """Read a mail with a code."""
    text = str(message.get_body(("plain",)).get_content())
    html = str(message.get_body(("html",)).get_content())
    code = re.search(r"^(\d{3} \d{3})\s*$", text, re.MULTILINE)
    link = re.search(r"https?://\S+/mijn/link\?\S+", text)
    assert code is not None
    assert link is not None
    assert code[1] in html
    parts = urlsplit(link[0])
    return Letter(
        str(message["To"]), str(message["Subject"]), code[1], f"{parts.path}?{parts.query}", text
    )


def key_in(link: str) -> str:
    """The secret in a mailed link."""
    return parse_qs(urlsplit(link).query)["sleutel"][0]


def ask(browser: Browser, home: str, address: str, **more: str) -> Answer:
    """Ask for a code; answers the redirect."""
    return browser.post(f"{home}/inloggen", {"email": address, **more})


def check_equal_answers(browsers: Callable[[], Browser], home: str, known: str) -> None:
    """A known and an unknown address get the same bytes at every step."""
    seen = []
    for address in (known, "niemand@example.org"):
        browser = browsers()
        steps = [ask(browser, home, address), browser.get(f"{home}/code")]
        steps += [browser.post(f"{home}/code", {"code": "x"}) for _ in range(6)]
        seen.append([(one.status, one.text, _without_secret(one)) for one in steps])
    assert seen[0] == seen[1]


def check_scanners_consume_nothing(browser: Browser, home: str, link: str) -> None:
    """A hundred GET and HEAD requests write nothing and leave the link good for a session."""
    before = [item.to_dynamodb_dict() for item in AskItem.scan()]
    for method in ("GET", "HEAD") * 50:
        assert browser.send(method, link, b"", {}).status == 200
    assert [item.to_dynamodb_dict() for item in AskItem.scan()] == before
    assert browser.post(f"{home}/link", {"sleutel": key_in(link)}).status == 303


def _without_secret(answer: Answer) -> Any:
    cookies = [
        re.sub(r"=[^;]*", "=…", one, count=1) for one in answer.headers.get("Set-Cookie", [])
    ]
    return {**answer.headers, "Set-Cookie": cookies}
