"""An organiser's way in, over HTTP, with the mails and codes that they get."""

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pyotp
import pytest

from tests.flows import steps
from tests.flows.browser import Answer, Browser
from tests.flows.tools import Backstage, Mailbox

pytestmark = pytest.mark.embedded_aws

ACCOUNT = "/beheer/account"
CODE = "/beheer/inloggen/code"


@pytest.fixture
def invited(platform: Any, backstage: Backstage, mailbox: Mailbox) -> tuple[str, str]:
    """Somebody who was invited; their address, and the password from their mail."""
    email = f"genodigde-{uuid4().hex[:8]}@example.org"
    steps.invite_organiser(platform, backstage, email)
    mail = mailbox.wait(email, "Je uitnodiging als organisator / Your invitation")
    assert f"{platform.origin}/beheer/inloggen" in mail.html
    assert "Je bent uitgenodigd" in mail.html
    assert "You are invited" in mail.html
    return email, _bold(mail.html)


def test_from_the_invitation_to_an_app_and_out_everywhere(
    invited: tuple[str, str], browsers: Callable[[], Browser], backstage: Backstage
) -> None:
    email, mailed = invited
    mine, password = browsers(), f"eigen-{uuid4().hex}"
    asked = _password(mine, email, mailed)
    page = mine.follow(asked).expect(200)
    done = mine.submit(page, "/beheer/inloggen/wachtwoord", nieuw=password)
    assert "Dag" in mine.follow(done).expect(200).words
    assert _password(browsers(), email, mailed).status == 422, "it was good for once"

    secret = _set_app_up(mine, password)
    mine.get(ACCOUNT).expect(200)
    other = browsers()
    assert _password(other, email, password).location == CODE
    assert other.get("/beheer").status == 303
    assert _code(other, "000000").status == 422
    other.follow(_code(other, _later(secret))).expect(200)
    other.get(ACCOUNT).expect(200)

    page = mine.get(ACCOUNT).expect(200)
    mine.follow(mine.submit(page, f"{ACCOUNT}/overal-uitloggen")).expect(200)
    assert other.get(ACCOUNT).status == 303
    actions = [one["action"] for one in backstage.items("access", "AUDIT#")]
    for action in ("signed_in", "app_added", "signed_out_everywhere"):
        assert f"account.{action}" in actions


def test_one_code_in_many_browsers_at_once_opens_one(
    invited: tuple[str, str], browsers: Callable[[], Browser]
) -> None:
    email, mailed = invited
    first, password = browsers(), f"eigen-{uuid4().hex}"
    page = first.follow(_password(first, email, mailed)).expect(200)
    first.submit(page, "/beheer/inloggen/wachtwoord", nieuw=password).expect(303)
    secret = _set_app_up(first, password)
    many = [browsers() for _ in range(10)]
    with ThreadPoolExecutor(len(many)) as pool:
        asked = list(pool.map(lambda browser: _password(browser, email, password), many))
        assert {answer.location for answer in asked} == {CODE}
        code = _later(secret)
        answers = list(pool.map(lambda browser: _code(browser, code), many))
    assert sorted(answer.status for answer in answers) == [303, *[422] * 9]
    assert sum(browser.get("/beheer").status == 200 for browser in many) == 1


def test_a_forgotten_password(
    invited: tuple[str, str], browsers: Callable[[], Browser], mailbox: Mailbox, platform: Any
) -> None:
    email, mailed = invited
    mine, password = browsers(), f"eigen-{uuid4().hex}"
    page = mine.follow(_password(mine, email, mailed)).expect(200)
    mine.submit(page, "/beheer/inloggen/wachtwoord", nieuw=password).expect(303)

    outside, nobody = browsers(), f"niemand-{uuid4().hex[:8]}@example.org"
    told = [_forgotten(outside, address).expect(200) for address in (email, nobody)]
    assert told[0].text == told[1].text.replace(nobody, email)
    mail = mailbox.wait(email, "Je code / Your code")
    assert f"{platform.origin}/beheer/wachtwoord/nieuw" in mail.html
    assert mailbox.to(nobody) == []
    better = f"beter-{uuid4().hex}"
    wrong = outside.submit(told[0], "/beheer/wachtwoord/nieuw", code="000000", nieuw=better)
    assert wrong.status == 422
    assert email in wrong.text
    done = outside.submit(told[0], "/beheer/wachtwoord/nieuw", code=_bold(mail.html), nieuw=better)
    assert "Je hebt een nieuw wachtwoord" in outside.follow(done).expect(200).words
    assert mine.get(ACCOUNT).status == 303, "every session has ended"
    assert _password(outside, email, password).status == 422
    assert _password(outside, email, better).location == "/beheer"


def _password(browser: Browser, email: str, password: str) -> Answer:
    page = browser.get("/beheer/inloggen").expect(200)
    return browser.submit(page, "/beheer/inloggen", email=email, wachtwoord=password)


def _code(browser: Browser, code: str) -> Answer:
    return browser.submit(browser.get(CODE).expect(200), CODE, code=code)


def _forgotten(browser: Browser, email: str) -> Answer:
    page = browser.get("/beheer/wachtwoord").expect(200)
    return browser.submit(page, "/beheer/wachtwoord", email=email)


def _set_app_up(browser: Browser, password: str) -> str:
    """Start using an app; answers its secret."""
    page = browser.get(f"{ACCOUNT}/app").expect(200)
    shown = browser.submit(page, f"{ACCOUNT}/app", wachtwoord=password).expect(200)
    secret = shown.form(f"{ACCOUNT}/app").fields["geheim"]
    answer = browser.submit(shown, f"{ACCOUNT}/app", code=pyotp.TOTP(secret).now())
    browser.follow(answer).expect(200)
    return secret


def _later(secret: str) -> str:
    """The app's next code: the one of now has done its work, and clocks may differ by a step."""
    return str(pyotp.TOTP(secret).at(int(time.time()) + 30))


def _bold(html: str) -> str:
    found = re.search(r"<strong>([^<]+)</strong>", html)
    assert found, html
    return found[1]
