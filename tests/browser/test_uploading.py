"""A partner sends files in a real browser: with scripts, without them, and over a bad line."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests import documents_support as made
from tests.browser import checks
from tests.browser.conftest import OpenPage
from tests.flows import partners
from tests.flows.tools import Mailbox

STATUS_PAGE = re.compile(r"/documenten/uploaden/[0-9A-Z]{26}")
IN_PARTS = 20 * 1024 * 1024  # bytes: more than fits in one PUT


@pytest.fixture
def invitation(platform: Any, site: str) -> str:
    """The path of a new partner's link."""
    return partners.invite(platform, Mailbox(platform.aws.mail_folder)).removeprefix(site)


@pytest.fixture
def large(tmp_path: Path) -> Path:
    filling = os.urandom(IN_PARTS).replace(b"endstream", b"")
    stream = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(filling), filling)
    path = tmp_path / "groot.pdf"
    path.write_bytes(made.pdf({100: stream}))
    return path


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "plan.pdf"
    path.write_bytes(made.pdf(pages=2))
    return path


def _begin(page: Page) -> None:
    page.get_by_role("button", name="Beginnen").click()
    expect(page.get_by_label("Titel")).to_be_visible()
    assert "sleutel" not in page.url


def _fill_in(page: Page, title: str) -> None:
    page.get_by_label("Titel").fill(title)
    page.get_by_label("Projectplannen").check()
    page.get_by_label("Ja, ik mag dit bestand delen").check()


def _until_inspected(page: Page) -> None:
    for _ in range(60):
        if page.get_by_text("wacht op de organisatie").count():
            return
        page.wait_for_timeout(500)
        page.get_by_role("link", name="Ververs deze pagina").click()
    pytest.fail("the upload was never inspected")


def test_a_file_goes_straight_to_the_store(
    open_page: OpenPage, invitation: str, small: Path
) -> None:
    page = open_page(invitation)
    _begin(page)
    assert checks.axe_findings(page) == []
    _fill_in(page, "Plan voor de tuin")
    page.locator("input[type=file]").set_input_files(small)
    page.get_by_role("button", name="Versturen").click()
    page.wait_for_url(STATUS_PAGE)
    _until_inspected(page)
    assert checks.axe_findings(page) == []
    assert checks.sideways_pixels(page) == 0


def test_faults_are_shown_where_they_are(open_page: OpenPage, invitation: str, small: Path) -> None:
    page = open_page(invitation)
    _begin(page)
    page.get_by_role("button", name="Versturen").click()
    expect(page.get_by_role("alert")).to_contain_text("Kies een bestand.")
    page.locator("input[type=file]").set_input_files(small)
    page.get_by_role("button", name="Versturen").click()
    expect(page.get_by_role("alert")).to_contain_text("Geef het document een titel.")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Titel")).to_have_attribute("aria-invalid", "true")
    assert checks.axe_findings(page) == []
    assert checks.sideways_pixels(page) == 0


def test_a_large_file_survives_a_lost_part(
    open_page: OpenPage, invitation: str, large: Path
) -> None:
    page = open_page(invitation)
    _begin(page)
    sent: list[str] = []

    def lose_the_second(route: Route) -> None:
        sent.append(route.request.url)
        if len(sent) == 2:
            route.fulfill(status=408, headers={"Access-Control-Allow-Origin": "*"})
        else:
            route.continue_()

    page.route(re.compile("partNumber="), lose_the_second)
    _fill_in(page, "Groot plan")
    page.locator("input[type=file]").set_input_files(large)
    page.get_by_role("button", name="Versturen").click()
    page.wait_for_url(STATUS_PAGE)
    numbers = [re.findall(r"partNumber=(\d)", url)[0] for url in sent]
    assert numbers == ["1", "2", "2", "3"], "only the lost part is sent again"


def test_a_stopped_upload_goes_on_where_it_was(
    open_page: OpenPage, invitation: str, large: Path
) -> None:
    page = open_page(invitation)
    _begin(page)
    sent: list[str] = []

    def hold_the_second(route: Route) -> None:
        sent.append(route.request.url)
        if len(sent) != 2:  # the second one hangs until the partner stops it
            route.continue_()

    page.route(re.compile("partNumber="), hold_the_second)
    _fill_in(page, "Gestopt plan")
    page.locator("input[type=file]").set_input_files(large)
    page.get_by_role("button", name="Versturen").click()
    expect(page.get_by_text(re.compile(r"^[1-9]\d procent verstuurd"))).to_be_visible()
    page.get_by_role("button", name="Stoppen").click()
    expect(page.get_by_text("Gestopt. Je kunt verder gaan waar je was.")).to_be_visible()
    page.get_by_role("button", name="Verder gaan").click()
    page.wait_for_url(STATUS_PAGE)
    numbers = [re.findall(r"partNumber=(\d)", url)[0] for url in sent]
    assert numbers == ["1", "2", "2", "3"]


def test_without_scripts_the_file_comes_on_the_next_page(
    open_page: OpenPage, invitation: str, small: Path
) -> None:
    page = open_page(invitation, scripts=False)
    _begin(page)
    _fill_in(page, "Zonder JavaScript")
    page.get_by_role("button", name="Verder naar het bestand").click()
    page.locator("input[type=file]").set_input_files(small)
    page.get_by_role("button", name="Versturen").click()
    page.wait_for_url(re.compile("verstuurd=ja"))
    _until_inspected(page)
