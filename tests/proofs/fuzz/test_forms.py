"""Every form that a page shows, filled in honestly and not, by visitors, guests and organisers.

Never a 5xx; always a page in the language that was asked for; what was typed stays in the page
that refuses it; nothing comes back as markup.
"""

import re
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from shared.answers import BINARY
from tests.proof_of_work import make_easy
from tests.proofs.conftest import Figures
from tests.proofs.extent import BOUNDED, SEED, extent
from tests.proofs.fuzz.forms import Form, Page
from tests.proofs.fuzz.fuzzer import Fuzzer
from tests.proofs.fuzz.gateway import FILES, Answer, Gateway
from tests.proofs.fuzz.hostile import MARKER, QUERIES, TEXTS
from tests.proofs.fuzz.subject import LIFE, MEMBERS_ADDRESS, Known, Subject, account
from tests.proofs.fuzz.test_interfaces import SUBJECTS
from tests.service.browser import Browser, sign_in, sign_in_by_mail

REQUESTS = extent(whole=2000, bounded=200)
MOST_REQUESTS = 4 * REQUESTS
UNREACHED = {  # nobody has a password here, or gets mail; the door answers with its page
    "/congres/beheer/{event}/inchecken",
    "/congres/beheer/{event}/inchecken/terug",
    "/beheer/inloggen",
    "/leden/mijn/code",
    "/leden/mijn/link",
    "/documenten/mijn/code",
    "/documenten/mijn/link",
}
SHOWN_IN_A_FRAME = "{language}/voorbeeld"  # a mail in its own language, or what is wrong as text
IN_A_FRAME = re.compile(r"/mails/[a-z_]+/(nl|en)/voorbeeld\?")
TICKED = "gekozen"  # the rows of a list that something is done with
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
        routers = fuzzer.subject.routers
        self.posts = {
            one.path for router in routers for one in router.endpoints if one.kind == "form"
        }

    def done(self) -> set[str]:
        """Paths of the forms that were sent with success."""
        return {path for path in self.posts if self.fuzzer.gateway.reached["POST", path, 303]}

    def missing(self) -> set[str]:
        """Paths of the forms that were not yet, though they can be."""
        left = {path for path in self.posts if not path.endswith(SHOWN_IN_A_FRAME)}
        return left - UNREACHED - self.done()

    def lacks(self) -> bool:
        """Whether something was not seen yet that luck should have brought."""
        return not self.kept or (not BOUNDED and bool(self.missing()))

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
            forms = Page(text).forms if status == 200 else []
            for form in self.random.sample(forms, len(forms)):  # one decision rules out the next
                self._follow(browser, path, form, language)

    def _somebody(self, known: Known) -> Browser:
        browser: Any = Browser(Wire(self.fuzzer.gateway))  # type: ignore[arg-type]
        role = self.random.choice(ROLES)
        if role:
            browser = sign_in(browser, role)
        elif known.members and self.random.random() < 0.5:
            service, members = self.fuzzer.subject.name, self.random.sample(known.members, 3)
            browser = sign_in_by_mail(browser, service, MEMBERS_ADDRESS, *members)
        page, token = self.fuzzer.subject.link(known)
        if page and self.random.random() < 0.7:
            browser.post(page, {"sleutel": token})
        self.fuzzer.gateway.source_ip = f"198.51.100.{self.random.randrange(250)}"
        return browser

    def _paths(self, known: Known) -> list[str]:
        found = []
        for router in self.fuzzer.subject.routers:
            for endpoint in router.endpoints:
                if endpoint.kind == "page" and not endpoint.path.endswith(SHOWN_IN_A_FRAME):
                    path = endpoint.path
                    for name, values in known.paths.items():
                        path = path.replace(f"{{{name}}}", self.random.choice(values))
                    found.append(path)
        return self.random.sample(found, 6)

    def _follow(
        self, browser: Browser, path: str, form: Form, language: str, steps: int = 2
    ) -> None:
        """Send a form and what its answer shows: a list its actions, an action a last question."""
        asked = self._send(browser, path, form, language)
        for one in asked if steps else ():
            if one.method == "POST":
                self._follow(browser, form.action or path, one, language, steps - 1)

    def _send(self, browser: Browser, path: str, form: Form, language: str) -> list[Form]:
        """Fill in a form and send it; the forms of the page that answers."""
        honest = self.fuzzer.subject.typed(self.random)
        fields: dict[str, Any] = dict(form.values)
        names = (*form.visible, *form.choices)
        share = min(0.25, 3 / (len(names) or 1))  # of a long form a few, so that some are accepted
        for name in names:
            fields[name] = self._ticked(form) if name == TICKED else honest.get(name, "")
            if self.random.random() < share:
                given = form.choices.get(name)
                fields[name] = self.random.choice([*TEXTS, *(given or [MARKER] * 9)])
        action = urlsplit(form.action or path)
        target = f"{action.path}?lang={language}"
        if form.method == "GET":
            typed = {name: value for name, value in fields.items() if name != "lang"}
            name = self.random.choice([*form.choices, ""])
            found = []
            for choice in form.choices.get(name, [""]):
                asked = f"{target}&{urlencode({**typed, name: choice})}"
                text, status = self._open(browser, "GET", asked, {}, language)
                found += Page(text).forms if status == 200 else []
            return found
        if action.netloc or not self.fuzzer.gateway.serves("POST", action.path):
            return []  # to S3 or to another service
        text, status = self._open(browser, "POST", target, fields, language)
        if status == 422:
            self._expect_kept(target, fields, form, text)
        return Page(text).forms if status == 200 else []

    def _ticked(self, form: Form) -> list[str]:
        """A few of a list's rows."""
        rows = [row for row in form.choices[TICKED] if row]
        return self.random.sample(rows, self.random.randint(0, min(2, len(rows))))

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
            text = "" if answer.headers.get("Content-Type") in BINARY else answer.text
        except UnicodeDecodeError:
            self.wrong.append(f"no text: {path}")
            return "", 500
        if IN_A_FRAME.search(path) and answer.headers["Content-Type"].startswith("text/plain"):
            return text, answer.status
        shown = "" if IN_A_FRAME.search(path) else language
        complaint = _complaint(answer.status, text, answer.headers, shown)
        if complaint:
            self.wrong.append(f"{complaint}: {answer.status} {method} {path} {str(fields)[:300]}")
        return text, answer.status


def _complaint(status: int, text: str, headers: dict[str, Any], language: str) -> str:
    if status >= 500:
        return "a failure"
    kind = str(headers.get("Content-Type", ""))
    if status == 303 or kind.startswith(FILES) or kind in BINARY:
        return ""
    if "<x onload" in text.lower():
        return "markup that somebody typed"
    if not kind.startswith("text/html"):
        return "no page"
    return "" if Page(text).language == (language or Page(text).language) else "the other language"


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
    while tour.sent < REQUESTS or (tour.lacks() and tour.sent < MOST_REQUESTS):
        until = tour.sent + min(LIFE, REQUESTS)
        with account(subject) as known:
            while tour.sent < until:
                tour.visit(known)
            tour.fuzzer.check_events()
    assert not tour.fuzzer.failures
    assert not tour.wrong, "\n".join(one[:400] for one in tour.wrong[:20])
    done = tour.done()
    figures(
        f"fuzz {subject.name}, pages and forms",
        f"{tour.sent:,} requests, {len(done)} of {len(tour.posts)} forms sent with success, "
        f"{tour.kept:,} refused fields kept, 0 5xx, 0 pages in the other language, 0 markup; "
        f"{tour.fuzzer.events.total():,} events of {len(tour.fuzzer.events)} types as documented",
    )
    assert tour.kept
    assert BOUNDED or not tour.missing(), f"never sent with success: {sorted(tour.missing())}"
