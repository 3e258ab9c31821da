"""Mending in the browser: what is stuck is thrown away or put back, on a phone, without scripts."""

from typing import Any

from playwright.sync_api import Page, expect

from shared.clock import SystemClock
from shared.events import encode, occurred
from shared.events.directory import MemberWithdrawn
from tests.browser import checks
from tests.browser.conftest import OpenPage, Organiser

PAGE = "/beheer/werking"
LOG = "/beheer/logboek"
STUCK = "plekken-{}-documents-inbox-dlq"
PHONE = 390


def test_an_owner_mends_what_is_stuck_and_reads_it_in_the_log(
    open_page: OpenPage, organiser: Organiser, platform: Any
) -> None:
    _bury(platform, "nobody can read this", "nor this")
    page = open_page(PAGE, width=PHONE, scripts=False)
    page.get_by_label("E-mailadres").fill(organiser.email)
    page.get_by_label("Wachtwoord").fill(organiser.password)
    page.get_by_role("button", name="Inloggen").click()
    expect(page).to_have_url(PAGE)
    expect(page.get_by_role("heading", name="Dit heeft aandacht nodig")).to_be_visible()
    expect(page.get_by_text("geen gebeurtenis van ons")).to_have_count(2)
    _is_accessible(open_page, page, PAGE)

    page.get_by_role("link", name="Weggooien").first.click()
    _is_accessible(open_page, page, page.url)
    page.get_by_role("button", name="Gooi het weg").click()
    expect(page.get_by_role("status").first).to_have_text("Het bericht is weggegooid.")
    expect(page.get_by_text("geen gebeurtenis van ons")).to_have_count(1)

    page.get_by_role("link", name="Weggooien").first.click()
    page.get_by_role("button", name="Gooi het weg").click()
    _bury(platform, _harmless())
    page.goto(PAGE)
    page.get_by_role("button", name="Zet alles terug").click()
    expect(page.get_by_role("status").first).to_have_text("Teruggezet: 1.")

    page.goto(f"{LOG}?wat=queue.")
    expect(page.get_by_text("vastgelopen berichten teruggezet", exact=True).first).to_be_visible()
    _is_accessible(open_page, page, LOG)


def _is_accessible(open_page: OpenPage, page: Page, path: str) -> None:
    """With scripts, since axe is one; at 320 pixels, by keyboard."""
    same = open_page("/privacy")
    same.context.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    same.goto(path)
    assert checks.axe_findings(same) == [], path
    assert checks.keyboard_walk(same) == [], path
    assert checks.sideways_pixels(same) == 0, path


def _bury(platform: Any, *bodies: str) -> None:
    sqs = platform.cloud.client("sqs")
    url = sqs.get_queue_url(QueueName=STUCK.format(platform.cloud.stage.name))["QueueUrl"]
    for body in bodies:
        sqs.send_message(QueueUrl=url, MessageBody=body)


def _harmless() -> str:
    return encode(occurred(MemberWithdrawn(member_id="nobody"), SystemClock()))
