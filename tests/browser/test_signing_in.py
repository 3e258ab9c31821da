"""From an invitation to an app, by keyboard, on a phone and without scripts."""

import re
import time
from functools import cache
from typing import Any
from uuid import uuid4

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.browser import checks
from tests.browser.conftest import OpenPage
from tests.flows import steps
from tests.flows.tools import Backstage, Mailbox


@pytest.mark.parametrize("path", ["/beheer/wachtwoord", "/beheer/wachtwoord/nieuw"])
def test_the_pages_of_a_forgotten_password_are_for_everybody(
    open_page: OpenPage, path: str
) -> None:
    _check(open_page(path, width=320))


@pytest.mark.parametrize(("width", "scripts"), [(1280, True), (320, True), (320, False)])
def test_an_invited_organiser_starts_to_use_an_app(
    open_page: OpenPage, platform: Any, width: int, *, scripts: bool
) -> None:
    email, password = f"genodigde-{uuid4().hex[:8]}@example.org", f"eigen-{uuid4().hex}"
    backstage = Backstage(cache(platform.cloud.client), platform.cloud.stage.name)
    steps.invite_organiser(platform, backstage, email, {"directory": "owner"})
    mail = Mailbox(platform.aws.mail_folder).wait(email, "Je uitnodiging")
    mailed = re.findall(r"<strong>([^<]+)</strong>", mail.html)[0]

    page = open_page("/beheer/account", width=width, scripts=scripts)
    _sign_in(page, email, mailed)
    page.get_by_label("Nieuw wachtwoord").fill("zwak")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("ten minste 12 tekens")
    _check(page, scripts=scripts)
    page.get_by_label("Nieuw wachtwoord").fill(password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Mijn account")).to_be_visible()
    _check(page, scripts=scripts)

    page.get_by_role("link", name="Log in met een app").press("Enter")
    page.get_by_label("Wachtwoord").fill(password)
    _check(page, scripts=scripts)
    page.keyboard.press("Enter")
    picture = page.get_by_alt_text("QR-code")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") > 100, "the policy lets it be shown"
    _check(page, scripts=scripts)
    app = pyotp.TOTP(page.locator("main code").inner_text().replace(" ", ""))
    page.get_by_label("Code van zes cijfers").fill(app.now())
    page.keyboard.press("Enter")
    expect(page.get_by_text("Vanaf nu log je in met een code")).to_be_visible()
    page.get_by_role("link", name="Stop met de app").press("Enter")
    _check(page, scripts=scripts)
    page.goto("/beheer/account/wachtwoord")
    _check(page, scripts=scripts)
    page.goto("/beheer/account")
    page.get_by_role("button", name="Overal uitloggen").press("Enter")
    expect(page.get_by_text("Je bent overal uitgelogd.")).to_be_visible()

    page.goto("/beheer/account")
    _sign_in(page, email, password)
    page.get_by_label("Code van zes cijfers").fill("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Deze code klopt niet")
    _check(page, scripts=scripts)
    page.get_by_label("Code van zes cijfers").fill(app.at(int(time.time()) + 30))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Mijn account")).to_be_visible()


def _sign_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("E-mailadres").fill(email)
    page.get_by_label("Wachtwoord").fill(password)
    page.keyboard.press("Enter")


def _check(page: Page, *, scripts: bool = True) -> None:
    if scripts:
        assert checks.axe_findings(page) == []
    assert checks.sideways_pixels(page) == 0
