"""A browser without eyes: it keeps cookies, reads forms and sends them, and follows nothing alone.

Secure cookies are sent to http://localhost as browsers do (Secure Contexts: localhost is
trustworthy), which Python's own cookie jars refuse.
"""

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPMessage
from http.cookies import Morsel, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

FORM = "application/x-www-form-urlencoded"
SECONDS = 30


@dataclass
class Form:
    """A form on a page with the values that it has before anybody types."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self._form: Form | None = None
        self._textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._form)
        elif tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "textarea":
            self._textarea = given.get("name", "")
            if self._form:
                self._form.fields[self._textarea] = ""
        elif tag == "input" and self._form and given.get("name"):
            self._read_input(self._form, given, ticked="checked" in given)

    def _read_input(self, form: Form, given: dict[str, str], *, ticked: bool) -> None:
        chosen = given.get("type") not in ("checkbox", "radio") or ticked
        if chosen and given.get("type") not in ("submit", "file"):
            form.fields[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self._textarea and self._form:
            self._form.fields[self._textarea] += data.removeprefix("\n")
        self.words.append(data)


@dataclass
class Answer:
    """What a server answered."""

    url: str
    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def location(self) -> str:
        return self.headers.get("Location", "")

    @property
    def words(self) -> str:
        """What a reader sees, with single spaces."""
        return " ".join("".join(self._read().words).split())

    @property
    def links(self) -> list[str]:
        return self._read().links

    @property
    def forms(self) -> list[Form]:
        return self._read().forms

    def form(self, action: str) -> Form:
        """The only form whose action's path ends with `action`."""
        found = [form for form in self.forms if urlsplit(form.action).path.endswith(action)]
        assert len(found) == 1, f"{self.url} has {[f.action for f in self.forms]}, not one {action}"
        return found[0]

    def expect(self, status: int) -> "Answer":
        """This answer, when its status is `status`."""
        assert self.status == status, f"{self.url}: {self.status}, not {status}\n{self.text[:2000]}"
        return self

    def _read(self) -> _Reader:
        reader = _Reader()
        reader.feed(self.text)
        return reader


class Browser:
    """One person's browser. `origin` is where relative addresses start."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.jar: dict[str, Morsel[str]] = {}

    def get(self, url: str, **headers: str) -> Answer:
        return self.request("GET", url, headers=headers)

    def post(self, url: str, fields: dict[str, str], **headers: str) -> Answer:
        """Send a form as the site's own pages do."""
        own = {"Content-Type": FORM, "Origin": self.origin, **headers}
        return self.request("POST", url, urlencode(fields).encode(), own)

    def post_json(self, url: str, data: Any, **headers: str) -> Answer:
        own = {"Content-Type": "application/json", "Origin": self.origin, **headers}
        return self.request("POST", url, json.dumps(data).encode(), own)

    def submit(self, page: Answer, action: str, **typed: str) -> Answer:
        """Fill the page's form in and send it."""
        form = page.form(action)
        return self.post(form.action, {**form.fields, **typed})

    def follow(self, answer: Answer) -> Answer:
        """Go where a 303 points to."""
        return self.get(answer.expect(303).location)

    def request(
        self,
        method: str,
        url: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        parts = urlsplit(url if "://" in url else self.origin + url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        ours = parts.netloc == urlsplit(self.origin).netloc
        sent = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        if ours and (cookies := self._cookies(parts.path)):
            sent["Cookie"] = cookies
        answer = self._reach(method, url, path, body, sent)
        if ours:
            self._keep(answer)
        return answer

    def _reach(
        self, method: str, url: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> Answer:
        parts = urlsplit(url if "://" in url else self.origin + url)
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=SECONDS)
        try:
            connection.request(method, path, body, headers)
            raw = connection.getresponse()
            return Answer(url, raw.status, raw.headers, raw.read())
        finally:
            connection.close()

    def _cookies(self, path: str) -> str:
        return "; ".join(
            f"{name}={morsel.value}"
            for name, morsel in self.jar.items()
            if path == morsel["path"] or path.startswith(morsel["path"].rstrip("/") + "/")
        )

    def _keep(self, answer: Answer) -> None:
        for line in answer.headers.get_all("Set-Cookie") or []:
            cookies: SimpleCookie = SimpleCookie(line)
            for name, morsel in cookies.items():
                _check(name, morsel)
                if morsel["max-age"] == "0":
                    self.jar.pop(name, None)
                else:
                    self.jar[name] = morsel


def _check(name: str, morsel: "Morsel[str]") -> None:
    """Refuse a cookie that a real browser would refuse, or that scripts could read."""
    assert morsel["secure"], f"the cookie {name} is not Secure"
    assert morsel["httponly"], f"the cookie {name} is not HttpOnly"
    assert morsel["samesite"] == "Lax", f"the cookie {name} is not SameSite=Lax"
    if name.startswith("__Host-"):
        assert morsel["path"] == "/", f"the cookie {name} needs the path /"
        assert not morsel["domain"], f"the cookie {name} may not name a domain"


def token_in(url: str) -> str:
    """The secret in a mailed link."""
    return parse_qs(urlsplit(url).query)["sleutel"][0]
