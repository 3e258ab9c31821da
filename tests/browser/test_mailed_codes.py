"""A member signs in with a mailed code and changes their entry, by keyboard, on a phone too."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import checks
from tests.browser.conftest import OpenPage
from tests.flows.tools import Mailbox

ADDRESS = "noorderlicht@example.org"  # of the sample's members
HOME = "/leden/mijn"


@pytest.mark.parametrize("home", [HOME, "/documenten/mijn"])
@pytest.mark.parametrize("page", ["inloggen", "link?sleutel=x.y"])
def test_the_pages_to_sign_in_are_for_everybody(open_page: OpenPage, home: str, page: str) -> None:
    _check(open_page(f"{home}/{page}", width=320))


@pytest.mark.parametrize(("width", "scripts"), [(1280, True), (320, False)])
def test_a_member_changes_their_entry(
    open_page: OpenPage, platform: Any, width: int, *, scripts: bool
) -> None:
    mailbox = Mailbox(platform.aws.mail_folder)
    before = len(mailbox.to(ADDRESS, "Je code"))
    page = open_page(f"{HOME}/inloggen", width=width, scripts=scripts)
    page.get_by_label("E-mailadres").fill(ADDRESS)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Code")).to_be_visible()
    _check(page, scripts=scripts)
    page.get_by_label("Code").fill("geen")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Je kunt het nog 4 keer proberen.")).to_be_visible()
    _check(page, scripts=scripts)
    mail = mailbox.wait(ADDRESS, "Je code", count=before + 1)
    code = re.search(r"^\d{3} \d{3}\s*$", mail.text, re.MULTILINE)
    assert code is not None
    page.get_by_label("Code").fill(code[0].strip())
    page.keyboard.press("Enter")
    about = page.get_by_label("Vertel kort wat je doet")
    expect(about).to_be_visible()
    _check(page, scripts=scripts)
    about.fill(f"Wij doen iets, {width} breed.")
    page.get_by_role("button", name="Opslaan").press("Enter")
    expect(page.get_by_text("zijn opgeslagen")).to_be_visible()
    page.get_by_role("link", name="Haal mijn vermelding uit de gids").press("Enter")
    expect(page.get_by_role("button", name="Ja, haal mijn vermelding weg")).to_be_visible()
    _check(page, scripts=scripts)
    page.get_by_role("link", name="Nee, terug naar mijn vermelding").press("Enter")
    page.locator("main").get_by_role("button", name="Uitloggen").press("Enter")
    expect(page.get_by_text("Je bent uitgelogd.")).to_be_visible()


def _check(page: Page, *, scripts: bool = True) -> None:
    if scripts:
        assert checks.axe_findings(page) == []
    assert checks.sideways_pixels(page) == 0
