"""At the door with phones: scan, search, no internet, two phones, no script."""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page, expect

from chalicelib.registration import tickets
from tests.browser import checks
from tests.browser.conftest import PATIENCE, Organiser
from tests.flows import steps
from tests.flows.browser import Browser
from tests.flows.tools import Mailbox

PHONE = {"width": 375, "height": 740}
CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")
NAMES = ("Ada Aan", "Bo Buiten", "Cor Code")

# A camera that sees `window.seen`, and a browser that reads QR codes itself when `reads`.
CAMERA = """
(() => {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 480;
  const paint = canvas.getContext('2d');
  const look = () => {
    paint.fillStyle = '#fff';
    paint.fillRect(0, 0, 480, 480);
    if (window.seen) paint.drawImage(window.seen, 40, 40, 400, 400);
  };
  setInterval(look, 50);
  navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(20);
})();
"""
READS = """
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ['qr_code']; }
  async detect() { return window.codes ?? []; }
};
"""


@dataclass(frozen=True)
class Door:
    """A congress in two hours with three people, and their tickets."""

    path: str
    codes: dict[str, str]
    pictures: dict[str, bytes]


@pytest.fixture(scope="module")
def door(site: str, platform: Any, tmp_path_factory: pytest.TempPathFactory) -> Door:
    folder: Path = tmp_path_factory.mktemp("door")
    event = steps.load(platform, folder, steps.congress(20, **steps.soon()))
    codes, pictures = {}, {}
    for name in NAMES:
        person = steps.Person(name, f"{name.lower().replace(' ', '-')}@{event}.example.org", {})
        steps.register(Browser(site), event, person)
        mail = Mailbox(platform.aws.mail_folder).wait(person.email, "Je bent aangemeld")
        codes[name] = CODE.findall(mail.text)[0]
        pictures[name] = mail.attachments["kaartje.png"]  # type: ignore[assignment]  # bytes
    return Door(f"/congres/beheer/{event}/inchecken", codes, pictures)


@pytest.fixture
def phones(chromium: Chromium, site: str, organiser: Organiser) -> Iterator[Any]:
    """Make phones on which the organiser is signed in: `phones(reads=True)`."""
    made: list[BrowserContext] = []

    def make(*, reads: bool = True, scripts: bool = True) -> BrowserContext:
        context = chromium.new_context(
            base_url=site, viewport=PHONE, java_script_enabled=scripts, reduced_motion="reduce"
        )
        context.set_default_timeout(PATIENCE)
        context.add_init_script(CAMERA + (READS if reads else ""))
        made.append(context)
        page = context.new_page()
        page.goto("/beheer/inloggen")
        page.get_by_label("E-mailadres").fill(organiser.email)
        page.get_by_label("Wachtwoord").fill(organiser.password)
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Uitloggen")).to_be_visible()
        page.close()
        return context

    yield make
    for context in made:
        context.close()


def _open(phone: BrowserContext, door: Door) -> Page:
    page = phone.new_page()
    page.goto(door.path)
    expect(page.locator("#deur")).to_have_attribute("data-ready", "yes")
    return page


def _search(page: Page, asked: str) -> None:
    page.get_by_label(re.compile("Naam, of de code")).fill(asked)


def test_two_phones_no_internet_and_a_tab_that_dies(phones: Any, door: Door) -> None:
    first, second = phones(), phones()
    one, other = _open(first, door), _open(second, door)
    expect(other.locator("#telling")).to_have_text("0 van 3")
    assert checks.axe_findings(one) == []

    second.set_offline(True)
    one.get_by_role("button", name="Scan een kaartje").click()
    scanned = door.codes["Ada Aan"].replace("-", "")
    one.evaluate("code => { window.codes = [{ rawValue: code }] }", scanned)
    expect(one.locator("#uitslag")).to_contain_text("Ada Aan is binnen")
    expect(one.locator("#verbinding")).to_have_text("Alles is verstuurd.")
    one.get_by_role("button", name="Stop met scannen").click()

    # The other phone could not know: it hears the truth when it sends.
    _search(other, "ada")
    other.get_by_role("button", name="Check in Ada Aan").click()
    expect(other.locator("#uitslag")).to_contain_text("Ada Aan is binnen")
    second.set_offline(False)
    expect(other.locator("#uitslag")).to_contain_text("met een andere telefoon")

    first.set_offline(True)
    one.reload()
    expect(one.locator("#telling")).to_have_text("1 van 3")
    _search(one, "bó")
    one.get_by_role("button", name="Check in Bo Buiten").click()
    expect(one.locator("#uitslag")).to_contain_text("Bo Buiten is binnen")
    expect(one.locator("#verbinding")).to_contain_text("1 nog te versturen. Geen internet")
    one.close()

    one = first.new_page()
    one.goto(door.path)
    expect(one.locator("#telling")).to_have_text("2 van 3")
    expect(one.locator("#verbinding")).to_contain_text("1 nog te versturen")
    assert checks.axe_findings(one) == []
    first.set_offline(False)
    expect(one.locator("#verbinding")).to_have_text("Alles is verstuurd.")
    other.reload()
    expect(other.locator("#telling")).to_have_text("2 van 3")

    one.get_by_role("button", name="Uitloggen").click()
    expect(one.get_by_role("button", name="Uitloggen")).to_have_count(0)
    kept = one.evaluate(
        "async () => [...(await indexedDB.databases()).map((db) => db.name),"
        " ...(await caches.keys())]"
    )
    assert kept == ["plekken-deur-uit"]


def test_a_phone_that_reads_no_codes_uses_ours_and_undoes_by_keyboard(
    phones: Any, door: Door
) -> None:
    page = _open(phones(reads=False), door)
    assert page.evaluate("'BarcodeDetector' in window") is False
    picture = base64.b64encode(door.pictures["Cor Code"]).decode()
    page.evaluate(
        "async (data) => { const seen = new Image(); seen.src = `data:image/png;base64,${data}`;"
        " await seen.decode(); window.seen = seen; }",
        picture,
    )
    page.get_by_role("button", name="Scan een kaartje").press("Enter")
    expect(page.locator("#uitslag")).to_contain_text("Cor Code is binnen")
    page.get_by_role("button", name="Stop met scannen").press("Enter")

    page.locator("#uitslag").get_by_role("button", name="Draai terug").press("Enter")
    expect(page.locator("#uitslag")).to_contain_text("Cor Code is weer buiten")
    expect(page.locator("#verbinding")).to_have_text("Alles is verstuurd.")
    _search(page, door.codes["Cor Code"].lower())
    expect(page.get_by_role("button", name="Check in Cor Code")).to_be_visible()
    _search(page, "bestaat niet")
    expect(page.locator("#gevonden")).to_have_text("Niemand gevonden.")
    page.reload()
    expect(page.locator("#deur")).to_have_attribute("data-ready", "yes")
    assert checks.keyboard_walk(page) == []
    assert checks.sideways_pixels(page) == 0


def test_without_a_script_a_button_per_person(phones: Any, door: Door) -> None:
    page = phones(scripts=False).new_page()
    page.goto(door.path)
    _search(page, "cor")
    page.get_by_role("button", name="Zoek").click()
    page.get_by_role("button", name="Check in Cor Code").click()
    expect(page.locator("#uitslag")).to_contain_text("Cor Code is binnen")
    page.get_by_role("button", name="Draai terug").click()
    expect(page.locator("#uitslag")).to_contain_text("Cor Code is weer buiten")
    expect(page.get_by_role("button", name="Scan een kaartje")).to_have_count(0)


def test_the_ticket_of_the_page_is_the_one_of_the_mail(door: Door) -> None:
    for name, shown in door.codes.items():
        assert tickets.png(tickets.typed(shown)) == door.pictures[name]
