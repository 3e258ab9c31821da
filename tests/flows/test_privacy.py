"""Personal data stay in their service's table, in mail and on pages: nowhere else (DESIGN §4).

Every field of every form gets a word that exists nowhere else; then we look for those words in
all events, queue messages and log lines.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest

from tests.flows import steps
from tests.flows.browser import Answer, Browser, token_in
from tests.flows.tools import Backstage, Mailbox, wait_for
from tests.registration_support import question

pytestmark = pytest.mark.embedded_aws


@dataclass
class Canaries:
    """Words that nobody else uses, and secrets that nobody may write down."""

    words: dict[str, str] = field(default_factory=dict)

    def word(self, where: str) -> str:
        letters = uuid4().hex.translate(str.maketrans("0123456789", "ghijklmnop"))[:16]
        return self.secret(where, f"kanarie{letters}")

    def address(self, where: str) -> str:
        return f"{self.word(where)}@example.org"

    def website(self, where: str) -> str:
        return f"https://{self.word(where)}.example.org/"

    def phone(self, where: str) -> str:
        digits = str(uuid4().int)[:8]
        return self.secret(where, f"06{digits}")

    def secret(self, where: str, value: str) -> str:
        self.words[value] = where
        return value

    def found_in(self, texts: list[str]) -> set[str]:
        pattern = re.compile("|".join(map(re.escape, self.words)), re.IGNORECASE)
        lower = {word.lower(): where for word, where in self.words.items()}
        return {
            f"{lower[match.group().lower()]} in: {text[:300]}"
            for text in texts
            for match in pattern.finditer(text)
        }


@dataclass
class Scene:
    """Where the canaries fly."""

    canaries: Canaries
    event: str
    staff: Any
    mailbox: Mailbox
    backstage: Backstage
    new_browser: Callable[[], Browser]
    queued: list[str] = field(default_factory=list)

    def fill(self, page: Answer, action: str, skip: tuple[str, ...] = ()) -> dict[str, str]:
        """A canary for each empty text field of a form."""
        form = page.form(action)
        kinds = {"email": self.canaries.address, "website": self.canaries.website}
        kinds |= dict.fromkeys(("telefoon", "phone"), self.canaries.phone)
        return {
            name: kinds.get(name, self.canaries.word)(f"{action} {name}")
            for name, value in form.fields.items()
            if not value and name not in skip
        }


def test_no_event_message_or_log_line_holds_personal_data(
    load_congress: Callable[..., str],
    browsers: Callable[[], Browser],
    staff: Any,
    mailbox: Mailbox,
    backstage: Backstage,
) -> None:
    asked = [question("kort", "short"), question("lang", "long")]
    scene = Scene(
        Canaries(), load_congress(5, questions=asked), staff, mailbox, backstage, browsers
    )
    scene.canaries.secret("password", staff.password)
    backstage.wait_until_quiet()
    with backstage.tapped() as taps:
        _be_refused(scene)
        address = _register(scene)
        _stand_in_the_guide(scene)
        _share_documents(scene, address)
        _apply_and_be_declined(scene)
        _ask_and_cancel(scene, address)
        backstage.wait_until_quiet()
        events = taps.take()
    assert len(events) > 10
    assert len(scene.canaries.words) > 40
    assert scene.canaries.found_in(events) == set()
    assert scene.canaries.found_in(scene.queued) == set()
    dead = [body for name in backstage.queues(dead=True) for body in backstage.peek(name)]
    assert scene.canaries.found_in(dead) == set()
    lines = backstage.log_lines()
    assert any('"http.refused"' in line for line in lines), "the log was read"
    assert any('"http.failed"' in line for line in lines)
    assert any('"mail.sent"' in line for line in lines)
    assert scene.canaries.found_in(lines) == set()
    assert backstage.handovers() == {}, "a delivered hand-over is removed"


def _be_refused(scene: Scene) -> None:
    """Wrong passwords, searches, wrong forms and a crash: what is refused is not written down."""
    browser, canary = scene.new_browser(), scene.canaries
    page = browser.get("/beheer/inloggen").expect(200)
    wrong = {"email": canary.address("sign-in"), "wachtwoord": canary.word("password")}
    browser.submit(page, "/beheer/inloggen", **wrong).expect(422)
    for path in ("/leden", "/documenten"):
        browser.get(f"{path}?zoek={canary.word('search')}").expect(200)
    browser.get(f"/congres/aanmelding?sleutel={canary.word('forged link')}").expect(403)
    browser.get(f"/leden/{canary.word('path')}").expect(404)
    form = browser.get(f"/congres/{scene.event}").expect(200)
    typed = scene.fill(form, "/aanmelden", skip=("referentie",))
    browser.submit(form, "/aanmelden", **{**typed, "email": "geen adres"}).expect(422)
    api = f"/congres/api/v1/events/{scene.event}/registrations"
    browser.post_json(api, {"name": 1, canary.word("JSON name"): canary.word("JSON")}).expect(422)
    with scene.backstage.denied("registration-api", "dynamodb:PutItem"):
        typed |= {"doelgroep": "resident", "akkoord": "ja"}
        browser.submit(form, "/aanmelden", **typed).expect(500)


def _register(scene: Scene) -> str:
    """Register with every field filled in, and look at the hand-over on its way."""
    browser = scene.new_browser()
    page = browser.get(f"/congres/{scene.event}").expect(200)
    typed = scene.fill(page, "/aanmelden", skip=("referentie",))
    ticks = {"doelgroep": "resident", "akkoord": "ja", "ledengids": "ja"}
    with scene.backstage.paused("directory-inbox"):
        thanks = browser.submit(page, "/aanmelden", **typed, **ticks)
        assert not scene.canaries.found_in([thanks.location]), "an address ends up in histories"
        browser.follow(thanks).expect(200)
        handovers = wait_for("hand-over", scene.backstage.handovers)
        scene.queued += wait_for("message", lambda: scene.backstage.peek("directory-inbox"))
    [(key, content)] = handovers.items()
    assert not scene.canaries.found_in([key])
    assert typed["email"] in content, "the one exception: the consented hand-over itself"
    assert typed["lunch"] not in content, "and only what was consented to"
    return typed["email"]


def _stand_in_the_guide(scene: Scene) -> None:
    words = scene.canaries.words
    initiative = [word for word, where in words.items() if where == "/aanmelden initiatief"][-1]
    notice = steps.draft_of(scene.staff.browser, initiative)
    edit = scene.staff.browser.get(f"{notice}/wijzigen").expect(200)
    skip = ("latitude", "longitude", "phone_public", "email_public")
    changed = scene.fill(edit, "/wijzigen", skip)
    answer = scene.staff.browser.submit(edit, "/wijzigen", **_kind_of(edit, changed))
    scene.staff.browser.follow(answer).expect(200)
    steps.approve(scene.staff.browser, notice)


def _kind_of(page: Answer, typed: dict[str, str]) -> dict[str, str]:
    """A kind that the page offers."""
    offered = re.findall(r'<option value="([^"]+)"', page.text)
    return {**typed, "kind": offered[0]}


def _share_documents(scene: Scene, address: str) -> None:
    canary, backstage = scene.canaries, scene.backstage
    invitation = scene.mailbox.wait(address, "Deel je documenten").link("/documenten/uploaden")
    canary.secret("invitation", token_in(invitation))
    partner = scene.new_browser()
    steps.open_invitation(partner, invitation)
    canary.secret("cookie", next(iter(partner.jar.values())).value)
    for end in ("publiceren", "afwijzen"):
        title = canary.word("title")
        more = {"description": canary.word("text"), "file_name": f"{canary.word('file')}.pdf"}
        with backstage.paused("documents-inspect"):
            document = steps.upload(partner, steps.small_pdf(canary.word("PDF")), title, **more)
            scene.queued += wait_for("S3 event", lambda: backstage.peek("documents-uploads"))
        steps.inspected(backstage, document)
        page = scene.staff.browser.get(f"/documenten/beheer/{document}").expect(200)
        reason = {"reden": canary.word("reason")} if end == "afwijzen" else {"bekeken": "ja"}
        scene.staff.browser.submit(page, f"/{end}", **reason).expect(303)
    scene.mailbox.wait(address, "Je document is niet geplaatst")


def _apply_and_be_declined(scene: Scene) -> None:
    browser = scene.new_browser()
    page = browser.get("/leden/aanmelden").expect(200)
    typed = scene.fill(page, "/leden/aanmelden", skip=("subject", "latitude", "longitude"))
    answer = browser.submit(page, "/leden/aanmelden", **_kind_of(page, typed), consent="ja")
    browser.follow(answer).expect(200)
    notice = steps.draft_of(scene.staff.browser, typed["name"])
    draft = scene.staff.browser.get(notice).expect(200)
    scene.staff.browser.submit(draft, "/afwijzen").expect(303)


def _ask_and_cancel(scene: Scene, address: str) -> None:
    """Ask for the link, for a stranger too; change the name; cancel."""
    browser, canary = scene.new_browser(), scene.canaries
    for one in (address, canary.address("stranger")):
        page = browser.get("/congres/aanmelding/link").expect(200)
        sent = browser.submit(page, "/aanmelding/link", email=one, congres=scene.event)
        browser.follow(sent).expect(200)
    link = scene.mailbox.wait(address, "De link naar je aanmelding").link("/congres/aanmelding?")
    canary.secret("manage link", token_in(link))
    opened = steps.open_registration(browser, link)
    browser.submit(opened, "/wijzigen", naam=canary.word("new name")).expect(303)
    steps.cancel(browser, link)
    scene.mailbox.wait(address, "Je bent afgemeld")
