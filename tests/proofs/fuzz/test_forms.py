"""Every form that a page shows, filled in honestly and not, by visitors, guests and organisers.

Never a 5xx; always a page in the language that was asked for; what was typed stays in the page
that refuses it; nothing comes back as markup.
"""

from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from tests.proof_of_work import make_easy
from tests.proofs.conftest import Figures
from tests.proofs.extent import BOUNDED, SEED, extent
from tests.proofs.fuzz.forms import Form, Page
from tests.proofs.fuzz.fuzzer import Fuzzer
from tests.proofs.fuzz.gateway import Answer, Gateway
from tests.proofs.fuzz.hostile import MARKER, QUERIES, TEXTS
from tests.proofs.fuzz.subject import LIFE, Known, Subject, account
from tests.proofs.fuzz.test_interfaces import SUBJECTS
from tests.service.browser import Browser, sign_in

REQUESTS = extent(whole=2000, bounded=200)
UNREACHED = {"/beheer/inloggen"}  # nobody has a password here
TRAP = "referentie"  # people never see it, so it comes back empty
ROLES = ("", "", "reader", "organiser", "owner")


@dataclass
class Wire:
    """Hands a browser's requests to the gateway, as chalice's test client would."""

    gateway: Gateway

    @property
    def http(self) -> "Wire":
        return self

    def request(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        lower = {name.lower(): value for name, value in headers.items()}
        return self.gateway.answer(method, path, lower, body)


class Tour:
    """Somebody who opens pages and sends their forms."""

    def __init__(self, fuzzer: Fuzzer, random: Random) -> None:
        self.fuzzer, self.random = fuzzer, random
        self.sent = self.kept = 0
        self.wrong: list[str] = []

    def visit(self, known: Known) -> None:
        """Open a page of each kind as somebody, and send every form that it shows."""
        browser = self._somebody(known)
        for path in self._paths(known):
            language = self.random.choice(["nl", "en"])
            query = [f"lang={language}", self.random.choice(QUERIES)]
            if "lang" in query[1]:
                query.pop()
            asked = f"{path}?{'&'.join(query)}"
            text, status = self._open(browser, "GET", asked, {}, language)
            for form in Page(text).forms if status == 200 else ():
                self._send(browser, path, form, language)

    def _somebody(self, known: Known) -> Browser:
        browser: Any = Browser(Wire(self.fuzzer.gateway))  # type: ignore[arg-type]
        role = self.random.choice(ROLES)
        if role:
            browser = sign_in(browser, role)
        page, token = self.fuzzer.subject.link(known)
        if page and self.random.random() < 0.7:
            browser.post(page, {"sleutel": token})
        self.fuzzer.gateway.source_ip = f"198.51.100.{self.random.randrange(250)}"
        return browser

    def _paths(self, known: Known) -> list[str]:
        found = []
        for router in self.fuzzer.subject.routers:
            for endpoint in router.endpoints:
                if endpoint.kind == "page":
                    path = endpoint.path
                    for name, values in known.paths.items():
                        path = path.replace(f"{{{name}}}", self.random.choice(values))
                    found.append(path)
        return self.random.sample(found, 6)

    def _send(self, browser: Browser, path: str, form: Form, language: str) -> None:
        honest = self.fuzzer.subject.typed(self.random)
        fields: dict[str, Any] = dict(form.values)
        for name in (*form.visible, *form.choices):
            fields[name] = honest.get(name, "")
            if self.random.random() < 0.25:
                given = form.choices.get(name)
                fields[name] = self.random.choice([*TEXTS, *(given or [MARKER] * 9)])
        action = urlsplit(form.action or path)
        target = f"{action.path}?lang={language}"
        if form.method == "GET":
            typed = {name: value for name, value in fields.items() if name != "lang"}
            self._open(browser, "GET", f"{target}&{urlencode(typed)}", {}, language)
            return
        if action.netloc or not self.fuzzer.gateway.serves("POST", action.path):
            return  # to S3 or to another service
        text, status = self._open(browser, "POST", target, fields, language)
        if status == 422:
            self._expect_kept(target, fields, form, text)

    def _expect_kept(self, target: str, fields: dict[str, Any], form: Form, text: str) -> None:
        shown = {name: value for one in Page(text).forms for name, value in one.visible.items()}
        for name in form.visible:
            if name in shown and name != TRAP and not _same(shown[name], str(fields[name])):
                self.wrong.append(f"lost: {target} {name} {fields[name]!r} became {shown[name]!r}")
            self.kept += name in shown

    def _open(
        self, browser: Browser, method: str, path: str, fields: dict[str, Any], language: str
    ) -> tuple[str, int]:
        self.sent += 1
        try:
            answer = browser.get(path) if method == "GET" else browser.post(path, fields)
        except UnicodeDecodeError:
            self.wrong.append(f"no text: {path}")
            return "", 500
        complaint = _complaint(answer.status, answer.text, answer.headers, language)
        if complaint:
            self.wrong.append(f"{complaint}: {answer.status} {method} {path} {str(fields)[:300]}")
        return answer.text, answer.status


def _complaint(status: int, text: str, headers: dict[str, Any], language: str) -> str:
    if status >= 500:
        return "a failure"
    kind = str(headers.get("Content-Type", ""))
    if status == 303 or kind.startswith("text/csv"):
        return ""
    if "<x onload" in text.lower():
        return "markup that somebody typed"
    if not kind.startswith("text/html"):
        return "no page"
    return "" if Page(text).language == language else "the other language"


def _same(shown: str, typed: str) -> bool:
    """Whether a field shows what was typed, but for the white space that a browser changes."""
    return " ".join(shown.split()) == " ".join(typed.split())


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: str(subject.name))
def test_forms_take_anything(
    subject: Subject, figures: Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_easy(monkeypatch)
    tour = Tour(Fuzzer(subject), Random(SEED))
    while tour.sent < REQUESTS:
        until = tour.sent + LIFE
        with account(subject) as known:
            while tour.sent < min(until, REQUESTS):
                tour.visit(known)
            tour.fuzzer.check_events()
    assert not tour.fuzzer.failures
    assert not tour.wrong, "\n".join(tour.wrong[:20])
    posts = {one for router in subject.routers for one in router.endpoints if one.kind == "form"}
    reached = tour.fuzzer.gateway.reached
    done = {one.path for one in posts if reached["POST", one.path, 303]}
    figures(
        f"fuzz {subject.name}, pages and forms",
        f"{tour.sent:,} requests, {len(done)} of {len(posts)} forms sent with success, "
        f"{tour.kept:,} refused fields kept, 0 5xx, 0 pages in the other language, 0 markup; "
        f"{tour.fuzzer.events.total():,} events of {len(tour.fuzzer.events)} types as documented",
    )
    missing = {one.path for one in posts} - done
    assert tour.kept
    assert BOUNDED or missing <= UNREACHED, (
        f"never sent with success: {sorted(missing - UNREACHED)}"
    )
