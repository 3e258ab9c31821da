"""A congress's own questions on a phone: with scripts one appears when it counts, without them its
words say when.
"""

import re
from html import unescape
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from infra.local import world
from tests.browser import checks
from tests.browser.conftest import OpenPage
from tests.browser.test_registering import MANAGE_LINK, PHONE, _open_mail
from tests.flows import steps
from tests.registration_support import question

QUESTIONS = [
    question("vervoer", "one", options="fiets trein", required=True, keep_days=7),
    question("bakfiets", "yes_no", when={"question": "vervoer", "answers": ["fiets"]}),
    question("plek", "short", when={"question": "bakfiets", "answers": ["yes"]}, required=True),
    question("dagen", "several", options="maandag dinsdag"),
    question("studie", "short", audiences=["student"], required=True),
    question("verhaal", "long"),
    question("aantal", "number"),
    question("datum", "date"),
]
AUDIENCES = [{"id": id_, "title": {"nl": id_.title()}} for id_ in ("resident", "student")]


@pytest.fixture(scope="module")
def asking(platform: world.Platform, site: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of a congress that asks every kind of question."""
    content = steps.congress(50, questions=QUESTIONS) | {"audiences": AUDIENCES}
    folder: Path = tmp_path_factory.mktemp("questions")
    return f"/congres/{steps.load(platform, folder, content)}"


def _ask(page: Page, name: str) -> None:
    """Tick an answer: `vervoer Fiets`."""
    group, answer = name.split()
    page.get_by_role("group", name=re.compile(f"^Vraag {group}")).get_by_label(answer).check()


def _fill_in(page: Page, email: str) -> None:
    page.get_by_label("Voor- en achternaam").fill("Ada de Vries")
    page.get_by_label(re.compile("^E-mailadres")).fill(email)
    page.get_by_label("Resident", exact=True).check()
    page.get_by_label("Ja, jullie mogen mijn gegevens gebruiken").check()


def test_with_scripts_a_question_appears_when_it_counts(open_page: OpenPage, asking: str) -> None:
    page = open_page(asking, width=PHONE)
    room, study = page.get_by_label("Vraag plek"), page.get_by_label("Vraag studie")
    bike = page.get_by_role("group", name=re.compile("^Vraag bakfiets"))
    for one in (bike, room, study):
        expect(one).to_be_hidden()
    page.get_by_label("Student", exact=True).check()
    expect(study).to_be_visible()
    _ask(page, "vervoer Fiets")
    expect(bike).to_be_visible()
    expect(room).to_be_hidden()
    _ask(page, "bakfiets Ja")
    room.fill("twee meter")
    _ask(page, "vervoer Trein")
    expect(bike).to_be_hidden()
    expect(room).to_be_hidden()  # it takes along what depends on it
    _ask(page, "vervoer Fiets")
    expect(room).to_have_value("twee meter")
    assert checks.axe_findings(page) == []
    assert checks.sideways_pixels(page) == 0


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_answers_are_given_and_changed_on_a_phone(
    open_page: OpenPage, asking: str, *, scripts: bool
) -> None:
    email = f"vraag-{uuid4().hex[:8]}@example.org"
    page = open_page(asking, width=PHONE, scripts=scripts)
    if not scripts:
        words = "Alleen als je bij “Vraag vervoer” dit kiest: Fiets."
        expect(page.get_by_text(words)).to_be_visible()
    _fill_in(page, email)
    page.get_by_label("Vraag aantal").fill("veel")
    page.get_by_role("button", name="Aanmelding versturen").click()
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("Kies een antwoord.")
    expect(summary).to_contain_text("Vul een getal in")
    expect(page.get_by_label("Vraag aantal")).to_have_value("veel")
    if scripts:
        assert checks.axe_findings(page) == []

    _ask(page, "vervoer Fiets")
    _ask(page, "bakfiets Nee")
    _ask(page, "dagen Maandag")
    _ask(page, "dagen Dinsdag")
    page.get_by_label("Vraag aantal").fill("2,5")
    page.get_by_label("Vraag verhaal").fill("Een verhaal\nvan twee regels")
    page.get_by_label("Vraag datum").fill("2027-09-17")
    page.get_by_role("button", name="Aanmelding versturen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bedankt voor je aanmelding")

    _open_mail(page, email)
    link = MANAGE_LINK.search(page.content())
    assert link
    page.goto(unescape(link[0]))
    page.locator("main button").click()
    expect(page.get_by_label("Vraag aantal")).to_have_value("2.5")
    expect(page.get_by_label("Maandag")).to_be_checked()
    _ask(page, "vervoer Trein")
    page.get_by_label("Maandag").uncheck()
    if scripts:
        assert checks.axe_findings(page) == []
        assert checks.sideways_pixels(page) == 0
    page.get_by_role("button", name="Opslaan").click()
    expect(page.get_by_text("Je aanmelding is opgeslagen.")).to_be_visible()
    expect(page.get_by_label("Trein")).to_be_checked()
    expect(page.get_by_label("Maandag")).not_to_be_checked()
    expect(page.get_by_label("Vraag datum")).to_have_value("2027-09-17")
