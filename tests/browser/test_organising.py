"""An organiser's day in a real browser: in with a code, a congress online, the work done, out."""

import re
import time
from dataclasses import dataclass, replace
from functools import cache
from uuid import uuid4

import pyotp
import pytest
from playwright.sync_api import Locator, Page, expect

from infra.local import world
from tests.browser import checks
from tests.browser.conftest import OpenPage
from tests.flows import steps
from tests.flows.browser import Browser
from tests.flows.tools import Backstage, Mailbox

PHONE, DESKTOP = 375, 1280
MOST_TABS = 400  # the congress form is long
STEP = 30  # seconds that an app shows a code (RFC 6238, 5.2)
DAY = "2027-09-17"


@dataclass
class Desk:
    """An organiser in front of a browser, with a mouse or a finger."""

    page: Page
    email: str
    password: str
    secret: str = ""

    def press(self, what: Locator) -> None:
        """Press a button or follow a link."""
        what.click()

    def type(self, label: str, text: str) -> None:
        """Fill in the first field of this name."""
        self.write(self.page.get_by_label(label, exact=True).first, text)

    def write(self, field: Locator, text: str) -> None:
        """Fill in a field."""
        field.fill(text)

    def type_moment(self, label: str, day: str, clock: str) -> None:
        """Fill in a field for a date and a time."""
        self.type(label, f"{day}T{clock}")

    def tick(self, label: str) -> None:
        """Tick a box, unless it is not asked."""
        if self.page.get_by_label(label).count():
            self.page.get_by_label(label).check()

    def choose(self, label: str, option: str) -> None:
        """Choose from a list."""
        self.page.get_by_label(label, exact=True).first.select_option(label=option)

    def menu(self, name: str) -> None:
        """Go where the desk's menu leads."""
        menu = self.page.get_by_role("navigation", name="Beheer", exact=True)
        self.press(menu.get_by_role("link", name=name, exact=True).first)
        self.look()

    def button(self, name: str) -> Locator:
        """The first button of this name."""
        return self.page.locator("main").get_by_role("button", name=name, exact=True).first

    def link(self, name: str | re.Pattern[str]) -> Locator:
        """The first link of this name in the text of the page."""
        return self.page.locator("main .content").get_by_role("link", name=name).first

    def said(self) -> Locator:
        """What the page says of what was just done."""
        return self.page.locator("main .flash").first

    def look(self) -> None:
        """Every page on the way is accessible and fits the narrowest screen."""
        size = self.page.viewport_size
        assert size
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()
        assert checks.axe_findings(self.page) == [], self.page.url
        assert checks.sideways_pixels(self.page) == 0, self.page.url
        self.page.set_viewport_size(size)


class Keyboard(Desk):
    """The same with the keyboard alone."""

    def press(self, what: Locator) -> None:
        self._go_to(what)
        self.page.keyboard.press("Enter")

    def write(self, field: Locator, text: str) -> None:
        self._go_to(field)
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.type(text)

    def type_moment(self, label: str, day: str, clock: str) -> None:
        self._go_to(self.page.get_by_label(label, exact=True).first)
        year, month, date = day.split("-")
        hour, minute = clock.split(":")
        for part in (month, date, year):
            self.page.keyboard.type(part)
        self.page.keyboard.press("ArrowRight")  # a year may have more than four digits
        for part in (f"{int(hour) % 12 or 12:02}", minute, "PM" if int(hour) >= 12 else "AM"):
            self.page.keyboard.type(part)

    def tick(self, label: str) -> None:
        if self.page.get_by_label(label).count():
            self._go_to(self.page.get_by_label(label))
            self.page.keyboard.press("Space")

    def choose(self, label: str, option: str) -> None:
        self._go_to(self.page.get_by_label(label, exact=True).first)
        self.page.keyboard.type(option)

    def look(self) -> None:
        """What a page must meet has been seen by the others."""
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()

    def _go_to(self, what: Locator) -> None:
        expect(what).to_be_visible()
        for _ in range(MOST_TABS):
            if what.evaluate("one => one === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never comes to {what}")


@dataclass(frozen=True)
class Outside:
    """Everybody else: who registers and shares, their mail, and the clock."""

    site: str
    mailbox: Mailbox
    backstage: Backstage

    def register(self, event: str, person: steps.Person) -> None:
        """Register for the congress that was just made; its only audience is for everybody."""
        chosen = replace(person, fields={**person.fields, "doelgroep": "iedereen"})
        steps.register(Browser(self.site), event, chosen)

    def share(self, person: steps.Person, title: str) -> str:
        """Follow the invitation and send a document; answers its id."""
        partner = Browser(self.site)
        link = self.mailbox.wait(person.email, "Deel je documenten").link("/documenten/uploaden")
        steps.open_invitation(partner, link)
        return steps.upload(partner, steps.small_pdf(title), title)


@pytest.fixture
def outside(platform: world.Platform, site: str) -> Outside:
    backstage = Backstage(cache(platform.cloud.client), platform.cloud.stage.name)
    return Outside(site, Mailbox(platform.aws.mail_folder), backstage)


@pytest.fixture
def account(platform: world.Platform) -> tuple[str, str]:
    """An owner of the whole network who has never been here: address and first password."""
    email = f"olga-{uuid4().hex[:8]}@example.org"
    said = steps.run_infra(platform, "infra.organiser", email)
    found = re.search(r"First password: (\S+)", said)
    assert found
    return email, found[1]


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("means", "width"),
    [(Desk, PHONE), (Desk, DESKTOP), (Keyboard, DESKTOP)],
    ids=["phone", "desktop", "keyboard"],
)
def test_a_day_at_the_desk(
    open_page: OpenPage,
    outside: Outside,
    account: tuple[str, str],
    means: type[Desk],
    width: int,
) -> None:
    desk = means(open_page("/beheer", width=width), *account)
    sign_in_with_an_app(desk)
    hear_at_once(desk)
    event = make_a_congress(desk)
    member, waiting = steps.wishing(), steps.somebody()
    outside.register(event, member)
    outside.register(event, waiting)
    approve(desk, outside, member)
    publish(desk, outside, member)
    give_more_room(desk, outside, event, waiting)
    read_the_notices(desk, outside, event)
    change_a_mail(desk)
    sign_out(desk)


def sign_in_with_an_app(desk: Desk) -> None:
    """In with the password, take an app, out, and in again with its code."""
    _give_password(desk)
    desk.menu("Mijn account")
    desk.press(desk.link("Log in met een app"))
    desk.type("Wachtwoord", desk.password)
    desk.press(desk.button("Toon de sleutel voor mijn app"))
    shown = desk.page.locator("main code")
    expect(shown).to_be_visible()
    desk.secret = shown.inner_text().replace(" ", "")
    desk.look()
    desk.type("Code van zes cijfers", pyotp.TOTP(desk.secret).now())
    desk.press(desk.button("App gebruiken"))
    expect(desk.said()).to_be_visible()
    sign_out(desk)
    _give_password(desk)
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Typ de code uit je app")
    desk.look()
    # The first code is spent; apps whose clock is half a minute fast are served too.
    desk.type("Code van zes cijfers", pyotp.TOTP(desk.secret).at(int(time.time()) + STEP))
    desk.press(desk.button("Inloggen"))
    expect(desk.page.get_by_role("heading", name="Dit heeft je nu nodig")).to_be_visible()
    desk.look()


def _give_password(desk: Desk) -> None:
    expect(desk.page.get_by_label("Wachtwoord", exact=True)).to_be_visible()
    desk.look()
    desk.type("E-mailadres", desk.email)
    desk.type("Wachtwoord", desk.password)
    desk.press(desk.button("Inloggen"))


def hear_at_once(desk: Desk) -> None:
    """Ask to hear of every registration at once."""
    desk.menu("Meldingen")
    desk.choose("Aanmeldingen met een plek", "Meteen")
    desk.choose("Aanmeldingen op de wachtlijst", "Meteen")
    desk.press(desk.button("Bewaren"))
    expect(desk.said()).to_have_text("Je keuzes zijn bewaard.")


def make_a_congress(desk: Desk) -> str:
    """A congress with one place, online; answers its id."""
    event = f"buurtdag-{uuid4().hex[:8]}"
    desk.menu("Congres")
    desk.press(desk.link(re.compile("Nieuw congres|Maak een congres")))
    desk.look()
    desk.type("Adres van de pagina", event)
    desk.type("Titel", f"Buurtdag {event[-4:]}")
    desk.type("In één zin", "Een dag over de buurt.")
    desk.type("Beschrijving", "We praten, eten en maken plannen.")
    desk.type_moment("Begin", DAY, "10:00")
    desk.type_moment("Eind", DAY, "17:00")
    desk.type_moment("Aanmelden kan vanaf", "2026-01-01", "09:00")
    desk.type_moment("Aanmelden kan tot", "2027-09-15", "18:00")
    desk.type("Gebouw", "Buurthuis")
    desk.type("Straat en huisnummer", "Voorbeeldplein 1")
    desk.type("Plaats", "Utrecht")
    desk.type("Aantal plekken", "1")
    first = desk.page.get_by_role("group", name="Doelgroep 1")
    desk.write(first.get_by_label("Titel", exact=True), "Iedereen")
    desk.press(desk.button("Bewaar en zet online"))
    expect(desk.said()).to_have_text("Het congres is bewaard en staat online.")
    desk.look()
    return event


def approve(desk: Desk, outside: Outside, member: steps.Person) -> None:
    """The guide's action item: somebody wants to be in it."""
    initiative = member.fields["initiatief"]
    _come_to(desk, "Leden", initiative)
    desk.press(desk.button("Goedkeuren en in de gids zetten"))
    expect(desk.said()).to_contain_text(initiative)
    outside.mailbox.wait(member.email, initiative)


def publish(desk: Desk, outside: Outside, member: steps.Person) -> None:
    """The library's action item: a document waits."""
    title = f"Plan {uuid4().hex[:8]}"
    outside.share(member, title)
    _come_to(desk, "Documenten", title)
    desk.tick("Ik heb het bestand zelf bekeken en het mag op de website.")
    desk.press(desk.button("Zet op de website"))
    expect(desk.said()).to_be_visible()
    outside.mailbox.wait(member.email, "Je document staat op de website")


def give_more_room(desk: Desk, outside: Outside, event: str, waiting: steps.Person) -> None:
    """The congress's action item: it is full and somebody waits."""
    item = desk.page.locator(f'.needs a[href*="{event}"]')
    for _ in range(60):
        desk.menu("Overzicht")
        if item.count():
            break
        desk.page.wait_for_timeout(500)
    desk.press(item.first)
    expect(desk.link(waiting.name)).to_be_visible()
    desk.look()
    desk.press(desk.link("Bewerk het congres"))
    desk.type("Aantal plekken", "2")
    desk.press(desk.button("Bewaar"))
    expect(desk.said()).to_be_visible()
    outside.mailbox.wait(waiting.email, "Je hebt een plek")


def read_the_notices(desk: Desk, outside: Outside, event: str) -> None:
    """One mail or a few, in which each link opens what it is about."""
    page = f"/congres/beheer/{event}"
    mail = steps.notice_of(outside.backstage, outside.mailbox, desk.email, page)
    links = re.findall(rf"{re.escape(outside.site)}\S+/beheer/\S+", mail.text)
    assert links
    for link in dict.fromkeys(links):
        desk.page.goto(link)
        expect(desk.page.get_by_role("heading", level=1)).to_be_visible()
        assert "/beheer/inloggen" not in desk.page.url


def change_a_mail(desk: Desk) -> None:
    """Another subject for the mail that confirms a seat."""
    desk.menu("Congres")
    desk.press(desk.page.get_by_role("link", name=re.compile("^(Mails|Teksten van mails)$")))
    desk.look()
    desk.press(desk.link(re.compile("Je bent aangemeld")))
    expect(desk.page.get_by_label("Onderwerp", exact=True)).to_be_visible()
    desk.look()
    desk.type("Onderwerp", "Fijn dat je komt: {congres}")
    desk.press(desk.button("Bewaren"))
    expect(desk.said()).to_contain_text("De tekst is bewaard.")
    desk.press(desk.button("Terug naar de standaardtekst"))  # other tests read this mail
    expect(desk.said()).to_contain_text("De standaardtekst is terug.")


def sign_out(desk: Desk) -> None:
    """Out; the desk is closed."""
    desk.press(desk.page.get_by_role("button", name="Uitloggen", exact=True))
    expect(desk.page.get_by_label("Wachtwoord", exact=True)).to_be_visible()
    desk.page.goto("/beheer")
    expect(desk.page).to_have_url(re.compile("/beheer/inloggen"))


def _come_to(desk: Desk, section: str, name: str) -> None:
    """Find something by its name in a section's list, and open it."""
    found = desk.link(re.compile(re.escape(name)))
    for _ in range(60):
        desk.menu(section)
        if found.count():
            break
        desk.page.wait_for_timeout(500)
    desk.press(found)
    expect(desk.page.get_by_role("heading", level=1)).to_have_text(name)
    desk.look()
