"""The whole life of one registration, on a phone: once with scripts and in Dutch, once without
scripts and in English.

Every page that somebody comes to is looked at: axe finds nothing, and nothing scrolls sideways.
"""

import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from chalicelib.registration import consents
from infra.local import world
from tests import catalogues
from tests.browser import checks
from tests.browser.conftest import OpenPage, Organiser
from tests.browser.test_door import CODE
from tests.browser.test_registering import MANAGE_LINK, PHONE, _open_mail
from tests.flows import steps

CONFIRM_LINK = re.compile(r"""http://[^\s"'<>]+/congres/aanmelding/bevestigen\?[^\s"'<>]+""")


@dataclass
class Somebody:
    """A person with a phone. What they look for is said in Dutch and read in their language."""

    page: Page
    language: str
    name: str
    email: str
    has_scripts: bool  # what looks at pages is one

    def registers_for(self, event: str) -> None:
        self.page.goto(f"/congres/{event}?lang={self.language}")
        self.looks()
        self.types("Voor- en achternaam", self.name)
        self.types("E-mailadres", self.email)
        self.page.get_by_label("Bewoner", exact=True).check()
        self.page.get_by_role("group", name="Eerste ronde").get_by_label("Sessie tuin").check()
        self.page.get_by_label(self.say(consents.CONGRESS.text)).check()
        self.presses("Aanmelding versturen")

    def confirms_by_mail(self) -> None:
        self._follows_the_mail("Bevestig je aanmelding: {congres}", CONFIRM_LINK)
        self.finds("Bevestig je aanmelding")
        self.presses("Bevestig")
        done = self.say("Bedankt, je aanmelding is bevestigd.")
        expect(self.page.get_by_text(done)).to_be_visible()
        self.finds("Je aanmelding")

    def opens_the_registration_in_the_mail(self, subject: str) -> None:
        self._follows_the_mail(subject, MANAGE_LINK)
        self.presses("Bekijk je aanmelding")
        self.finds("Je aanmelding")

    def _follows_the_mail(self, subject: str, address: re.Pattern[str]) -> None:
        _open_mail(self.page, self.email, self.say(subject).partition(":")[0])
        link = address.search(self.page.content())
        assert link
        self.page.goto(unescape(link[0]))

    def changes_name_to(self, name: str) -> None:
        self.types("Voor- en achternaam", name)
        self.presses("Opslaan")
        expect(self.page.get_by_text(self.say("Je aanmelding is opgeslagen."))).to_be_visible()
        self.name = name
        self.looks()

    def cancels(self) -> None:
        self.page.get_by_role("link", name=self.say("Afzeggen")).click()
        self.finds("Wil je je aanmelding afzeggen?")
        self.presses("Ja, zeg mijn aanmelding af")
        self.finds("Je bent afgemeld")

    def shows_the_ticket(self) -> str:
        self.page.get_by_role("link", name=self.say("Bekijk je kaartje")).click()
        self.finds("Je kaartje")
        expect(self.page.get_by_text(self.name)).to_be_visible()
        return CODE.findall(self.page.inner_text("main"))[0]

    def signs_in(self, password: str) -> None:
        self.page.goto(f"/beheer/inloggen?lang={self.language}")
        self.types("E-mailadres", self.email)
        self.types("Wachtwoord", password)
        self.presses("Inloggen")
        expect(self.page.get_by_role("button", name=self.say("Uitloggen"))).to_be_visible()

    def checks_in(self, event: str, code: str, guest: "Somebody") -> None:
        self.page.goto(f"/congres/beheer/{event}/inchecken?lang={self.language}")
        self.types("Naam, of de code van het kaartje", code)
        self.presses("Zoek")
        self.page.get_by_role("button", name=f"{self.say('Check in')} {guest.name}").click()
        welcome = self.say("%(name)s is binnen", name=guest.name)
        expect(self.page.locator("#uitslag")).to_contain_text(welcome)
        self.looks()

    def types(self, label: str, text: str) -> None:
        self.page.get_by_label(re.compile(f"^{self.say(label)}")).fill(text)

    def presses(self, button: str) -> None:
        self.page.get_by_role("button", name=self.say(button), exact=True).click()

    def finds(self, heading: str, text: str = "", **values: Any) -> None:
        """Come to a page with this heading, and this text if any."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(self.say(heading))
        if text:
            expect(self.page.locator("main")).to_contain_text(self.say(text, **values))
        self.looks()

    def looks(self) -> None:
        """See that the page is whole, also on the narrowest phone."""
        if self.has_scripts:
            assert checks.axe_findings(self.page) == []
            assert checks.sideways_pixels(self.page) == 0
        self.page.set_viewport_size({"width": PHONE, "height": 800})

    def say(self, dutch: str, **values: Any) -> str:
        return catalogues.say(self.language, dutch, **values)


@pytest.fixture
def event(platform: world.Platform, site: str, tmp_path: Path) -> str:
    """A congress in two hours, with one seat, which is held for who confirms the address."""
    content = steps.congress(1, sessions={"tuin": 1}, **steps.soon())
    content["registration"]["confirm_within"] = 24
    content["rounds"][0] |= steps.soon()
    return steps.load(platform, tmp_path, content)


@pytest.mark.parametrize(
    ("language", "scripts"), [("nl", True), ("en", False)], ids=["Dutch", "English-no-scripts"]
)
def test_the_whole_life_of_a_registration(
    open_page: OpenPage, organiser: Organiser, event: str, language: str, *, scripts: bool
) -> None:
    def with_a_phone(name: str, email: str = "") -> Somebody:
        page = open_page(f"/congres?lang={language}", width=PHONE, scripts=scripts)
        return Somebody(page, language, name, email or f"{uuid4().hex}@example.org", scripts)

    bo, ada = with_a_phone("Bo Eerst"), with_a_phone("Ada Later")
    title = f"Congres {event}"

    bo.registers_for(event)
    held = "We houden een plek voor je vast op het congres %(title)s."
    held += " Bevestig je aanmelding binnen %(hours)s uur, dan is hij van jou."
    bo.finds("Bedankt voor je aanmelding", held, title=title, hours=24)
    bo.confirms_by_mail()

    ada.registers_for(event)
    full = "Het congres %(title)s is vol. Je staat op nummer %(place)s van de wachtlijst."
    ada.finds("Je staat op de wachtlijst", full, title=title, place=1)
    ada.confirms_by_mail()
    ada.opens_the_registration_in_the_mail("Je staat op de wachtlijst: {congres}")
    ada.changes_name_to("Ada Lovelace")

    bo.opens_the_registration_in_the_mail("Je bent aangemeld: {congres}")
    bo.cancels()

    ada.opens_the_registration_in_the_mail("Je hebt een plek: {congres}")
    ada.finds("Je aanmelding", "Je hebt een plek op het congres %(title)s.", title=title)
    code = ada.shows_the_ticket()

    volunteer = with_a_phone("Vrijwilliger", organiser.email)
    volunteer.signs_in(organiser.password)
    volunteer.checks_in(event, code, guest=ada)
