"""The tour's first steps in a real browser: read about the congress, register, get the mail."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from uuid import uuid4

import pytest
from playwright.sync_api import Frame, Locator, Page, expect

from tests.browser import checks
from tests.browser.conftest import CONGRESS, PATIENCE, OpenPage, Organiser

PHONE = 375
MANAGE_LINK = re.compile(r"""http://[^\s"'<>]+/congres/aanmelding\?[^\s"'<>]*sleutel=[^\s"'<>]+""")


@dataclass(frozen=True)
class Words:
    """What somebody looks for on the pages, in their language."""

    query: str
    heading: str
    name: str
    resident: str
    round: str
    directory: str
    initiative: str
    place: str
    consent: str
    send: str
    thanks: str
    next_steps: str
    problem: str


WORDS = {
    "nl": Words(
        query="",
        heading="Plekken van hoop en verandering",
        name="Voor- en achternaam",
        resident="Bewoner",
        round="Eerste ronde",
        directory="Zet mij in de ledengids",
        initiative="Naam van je initiatief",
        place="Wijk of plaats",
        consent="Ja, jullie mogen mijn gegevens gebruiken",
        send="Aanmelding versturen",
        thanks="Bedankt voor je aanmelding",
        next_steps="Wat gebeurt er nu?",
        problem="Er gaat nog iets niet goed",
    ),
    "en": Words(
        query="?lang=en",
        heading="Places of hope and change",
        name="First and last name",
        resident="Resident",
        round="First round",
        directory="Put me in the member guide",
        initiative="Name of your initiative",
        place="Neighbourhood or town",
        consent="Yes, you may use my details",
        send="Send registration",
        thanks="Thank you for registering",
        next_steps="What happens now?",
        problem="There is still a problem",
    ),
}


Tick = Callable[[Locator], None]


def _fill_in(
    page: Page | Frame, words: Words, name: str, email: str, tick: Tick = Locator.check
) -> None:
    page.get_by_label(words.name).fill(name)
    page.get_by_label(re.compile("^(E-mailadres|Email address)")).fill(email)
    tick(page.get_by_label(words.resident, exact=True))
    tick(page.get_by_role("group", name=words.round).get_by_role("radio").first)
    tick(page.get_by_label(words.directory))
    page.get_by_label(words.initiative).fill("Buurtkeuken De Proef")
    page.get_by_label(words.place).fill("Utrecht")
    tick(page.get_by_label(words.consent))


def _open_mail(page: Page, to: str, words: str = "") -> None:
    """Open somebody's mail in the local mailbox, reloading until it is there."""
    row = page.get_by_role("row").filter(has_text=to).filter(has_text=words)
    for _ in range(PATIENCE // 500):
        page.goto("/_local/mail")
        if row.count():
            break
        page.wait_for_timeout(500)
    row.first.get_by_role("link").first.click()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_resident_registers_on_a_phone_and_finds_it_back_by_mail(
    open_page: OpenPage, organiser: Organiser, language: str, *, scripts: bool
) -> None:
    words, email = WORDS[language], f"bewoner-{uuid4().hex[:8]}@example.org"
    page = open_page(CONGRESS + words.query, width=PHONE, scripts=scripts)
    expect(page.get_by_role("heading", level=1)).to_have_text(words.heading)
    assert page.locator("html").get_attribute("lang") == language

    _fill_in(page, words, "Bewoner Proef", email)
    page.get_by_role("button", name=words.send).click()

    expect(page.get_by_role("heading", level=1)).to_have_text(words.thanks)
    expect(page.get_by_role("heading", name=words.next_steps)).to_be_visible()
    assert email not in page.url
    if scripts:
        assert checks.axe_findings(page) == []

    _open_mail(page, email)
    expect(page.get_by_role("link", name=re.compile(r"\.ics"))).to_be_visible()
    link = MANAGE_LINK.search(page.content())
    assert link
    _open_mail(page, organiser.email)

    page.goto(unescape(link[0]))
    page.locator("main button").click()
    expect(page.get_by_text(email)).to_be_visible()
    assert "sleutel" not in page.url
    if scripts:
        assert checks.axe_findings(page) == []
        assert checks.sideways_pixels(page) == 0


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_somebody_says_on_a_phone_that_they_still_come(
    open_page: OpenPage, *, scripts: bool
) -> None:
    email = f"bewoner-{uuid4().hex[:8]}@example.org"
    page = open_page(CONGRESS, width=PHONE, scripts=scripts)
    _fill_in(page, WORDS["nl"], "Bewoner Proef", email)
    page.get_by_role("button", name=WORDS["nl"].send).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(WORDS["nl"].thanks)
    _open_mail(page, email)
    link = MANAGE_LINK.search(page.content())
    assert link

    page.goto(unescape(link[0]).replace("/aanmelding?", "/aanmelding/kom-je-nog?"))
    expect(page.get_by_role("button", name="Ik kom niet meer")).to_be_visible()
    if scripts:
        assert checks.axe_findings(page) == []
        assert checks.sideways_pixels(page) == 0
    page.get_by_role("button", name="Ik kom", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("Fijn dat je komt. Tot dan!")
    expect(page.get_by_text("Je hebt gezegd dat je komt.")).to_be_visible()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_mistakes_are_explained_and_what_was_typed_stays(
    open_page: OpenPage, language: str
) -> None:
    words = WORDS[language]
    page = open_page(CONGRESS + words.query, width=PHONE)
    page.get_by_label(words.name).fill("Bewoner <Zonder> Adres")
    page.get_by_label(words.resident, exact=True).check()
    page.get_by_role("button", name=words.send).click()

    summary = page.get_by_role("alert")
    expect(summary).to_contain_text(words.problem)
    expect(summary).to_be_focused()
    expect(page).to_have_title(re.compile("^(Fout|Error):"))
    expect(page.get_by_label(words.name)).to_have_value("Bewoner <Zonder> Adres")
    expect(page.get_by_label(words.resident, exact=True)).to_be_checked()

    summary.get_by_role("link").first.click()
    field = page.locator("#f-email")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    assert checks.axe_findings(page) == []
    assert checks.faint_borders(page) == {}
    assert checks.sideways_pixels(page) == 0


def test_a_second_press_sends_nothing(open_page: OpenPage) -> None:
    words, email = WORDS["nl"], f"bewoner-{uuid4().hex[:8]}@example.org"
    page = open_page(CONGRESS, width=PHONE)
    _fill_in(page, words, "Bewoner Dubbel", email)
    sent: list[str] = []
    page.on(
        "request", lambda request: sent.append(request.url) if request.method == "POST" else None
    )
    page.get_by_role("button", name=words.send).dblclick(no_wait_after=True)
    expect(page.get_by_role("heading", level=1)).to_have_text(words.thanks)
    assert len(sent) == 1
