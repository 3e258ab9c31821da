"""Members and partners sign in with a mailed code or link, on the deployed platform."""

import json
import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from tests.flows import steps
from tests.flows.browser import Answer, Browser, token_in
from tests.flows.tools import Backstage, Mail, Mailbox, differences

pytestmark = pytest.mark.embedded_aws

HOMES = ("/leden/mijn", "/documenten/mijn")
SUBJECT = "Je code om in te loggen"
USES = 50
AT_ONCE = 8  # tests/proofs/codes has fifty; here each keeps a function of its own busy


@dataclass(frozen=True)
class Member:
    """Somebody in the guide, who may share documents."""

    id: str
    name: str
    email: str


@pytest.fixture(scope="module")
def member(platform: Any, staff: Any, mailbox: Mailbox, backstage: Backstage) -> Member:
    """Applied for, approved and invited."""
    name, email = f"Initiatief {uuid4().hex[:10]}", f"{uuid4().hex[:10]}@example.org"
    browser = Browser(platform.origin)
    page = browser.get("/leden/aanmelden").expect(200)
    typed = {"name": name, "place": "Utrecht", "kind": "residents", "consent": "ja"}
    browser.submit(page, "/leden/aanmelden", **typed, email=email).expect(303)
    entries = backstage.items("directory", "MEMBER#")
    [found] = [one for one in entries if json.loads(one["member"])["profile"]["name"] == name]
    path = f"/leden/beheer/{found['pk'].removeprefix('MEMBER#')}"
    staff.browser.submit(staff.browser.get(path).expect(200), "/goedkeuren").expect(303)
    mailbox.wait(email, "Deel je documenten")
    return Member(path.rpartition("/")[2], name, email)


def ask(browser: Browser, home: str, email: str) -> Answer:
    page = browser.get(f"{home}/inloggen").expect(200)
    return browser.submit(page, f"{home}/inloggen", email=email).expect(303)


def code_in(mail: Mail) -> str:
    found = re.search(r"^\d{3} \d{3}\s*$", mail.text, re.MULTILINE)
    assert found, mail.text
    return found[0].strip()


class Asked:
    """A browser that asked, and the mail that came."""

    def __init__(self, platform: Any, mailbox: Mailbox, home: str, email: str) -> None:
        self.browser, self.home = Browser(platform.origin), home
        before = len(mailbox.to(email, SUBJECT))
        ask(self.browser, home, email)
        self.mail = mailbox.wait(email, SUBJECT, count=before + 1)
        self.link = self.mail.link(f"{home}/link?")

    def type(self, code: str) -> Answer:
        page = self.browser.get(f"{self.home}/code").expect(200)
        return self.browser.submit(page, f"{self.home}/code", code=code)


def test_a_member_changes_and_withdraws_their_own_entry(
    platform: Any, mailbox: Mailbox, member: Member, backstage: Backstage, staff: Any
) -> None:
    asked = Asked(platform, mailbox, "/leden/mijn", member.email)
    wrong = asked.type("000000" if code_in(asked.mail) != "000 000" else "111111").expect(422)
    assert "Je kunt het nog 4 keer proberen." in wrong.words
    browser = asked.browser
    home = browser.follow(asked.type(code_in(asked.mail)))
    page = browser.follow(home).expect(200)
    saved = browser.submit(page, f"/vermelding/{member.id}", place="Delft", kind="residents")
    assert "zijn opgeslagen" in browser.follow(saved).expect(200).words
    shown = json.loads(backstage.items("directory", f"MEMBER#{member.id}")[0]["member"])
    assert shown["profile"]["place"] == "Delft"
    noted = {(one["organiser_id"], one["action"]) for one in backstage.items("access", "AUDIT#")}
    assert (f"member/{member.id}", "member.changed") in noted


def test_a_partner_shares_without_the_invitation(
    platform: Any, mailbox: Mailbox, member: Member
) -> None:
    asked = Asked(platform, mailbox, "/documenten/mijn", member.email)
    phone = Browser(platform.origin)
    page = phone.get(asked.link).expect(200)
    phone.follow(phone.submit(page, "/documenten/mijn/link")).expect(303)
    title = f"Plan {uuid4().hex}"
    document = steps.upload(phone, steps.small_pdf(title), title)
    form = phone.get("/documenten/uploaden").expect(200)
    assert f"Je deelt als {member.name}." in form.words
    assert title in form.words
    assert document in form.text
    phone.submit(form, "/documenten/mijn/uitloggen").expect(303)
    assert phone.get("/documenten/uploaden").location == "/documenten/mijn/inloggen"


@pytest.mark.parametrize("home", HOMES)
def test_a_hundred_scanners_consume_nothing(
    home: str, platform: Any, mailbox: Mailbox, member: Member, backstage: Backstage
) -> None:
    asked = Asked(platform, mailbox, home, member.email)
    backstage.wait_until_quiet()
    before = backstage.contents()
    scanner = Browser(platform.origin)
    for method in ("GET", "HEAD") * 50:
        scanner.request(method, asked.link).expect(200)
    assert differences(before, backstage.contents()) == []
    asked.type(code_in(asked.mail)).expect(303)


@pytest.mark.parametrize("home", HOMES)
def test_known_and_unknown_addresses_get_the_same_bytes(
    home: str, browsers: Callable[[], Browser], member: Member, mailbox: Mailbox
) -> None:
    seen = []
    for email in (member.email, f"{uuid4().hex[:10]}@example.org"):
        browser = browsers()
        answers = [ask(browser, home, email), browser.get(f"{home}/code")]
        answers += [browser.post(f"{home}/code", {"code": "x"}) for _ in range(6)]
        seen.append([(one.status, one.body, _headers(one)) for one in answers])
    assert seen[0] == seen[1]


def _headers(answer: Answer) -> list[tuple[str, str]]:
    """All but what differs with every answer."""
    varying = ("date", "x-amz", "x-amzn", "apigw", "connection", "request-id", "server")
    return sorted(
        (name.lower(), re.sub(r"=[^;]*", "=…", value, count=1) if name == "Set-Cookie" else value)
        for name, value in answer.headers.items()
        if not name.lower().startswith(varying)
    )


def test_fifty_uses_of_one_link_give_one_session(
    platform: Any, mailbox: Mailbox, member: Member, backstage: Backstage
) -> None:
    asked = Asked(platform, mailbox, "/leden/mijn", member.email)
    before = len(backstage.items("access", "MEMBER_SESSION#"))

    def use(_: int) -> int:
        browser = Browser(platform.origin)
        return browser.post("/leden/mijn/link", {"sleutel": token_in(asked.link)}).status

    with ThreadPoolExecutor(AT_ONCE) as pool:
        came = Counter(pool.map(use, range(USES)))
    assert came == {303: 1, 410: USES - 1}
    assert len(backstage.items("access", "MEMBER_SESSION#")) == before + 1
