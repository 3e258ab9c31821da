"""Every page, in both languages and colour schemes, by axe's rules and by what axe misses."""

import pytest
from playwright.sync_api import expect

from tests.browser import checks
from tests.browser.conftest import CONGRESS, OpenPage, Organiser

PUBLIC = [
    "/",
    "/congres",
    CONGRESS,
    "/congres/aanmelding",
    "/congres/aanmelding/link",
    "/leden",
    "/leden/de-voedseltuin",
    "/leden/aanmelden",
    "/documenten",
    "/privacy",
    "/toegankelijkheid",
    "/beheer/inloggen",
    "/congres/dit-congres-is-er-niet",
]
DESK = [
    "/beheer",
    "/beheer/logboek",
    "/beheer/werking",
    "/beheer/instellingen",
    "/beheer/instellingen/logo",
    "/congres/beheer",
    "/congres/beheer/nieuw",
    "/congres/beheer/zoeken?q=de",
    f"/congres/beheer/{CONGRESS.rpartition('/')[2]}",
    f"/congres/beheer/{CONGRESS.rpartition('/')[2]}/bewerken",
    f"/congres/beheer/{CONGRESS.rpartition('/')[2]}/stand",
    f"/congres/beheer/{CONGRESS.rpartition('/')[2]}/voorbeeld",
    f"/congres/beheer/{CONGRESS.rpartition('/')[2]}/website",
    f"/congres/beheer/{CONGRESS.rpartition('/')[2]}/aanmelden",
    f"/congres/beheer/{CONGRESS.rpartition('/')[2]}/mail",
    "/congres/beheer/mails",
    "/congres/beheer/mails/confirmation/nl",
    "/leden/beheer",
    "/documenten/beheer",
    "/documenten/beheer/mails/invitation/en",
]


@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_is_for_everybody(open_page: OpenPage, path: str) -> None:
    page = open_page(path)
    assert checks.axe_findings(page) == []
    assert checks.faint_borders(page) == {}
    page.emulate_media(color_scheme="dark")
    assert checks.axe_findings(page, "color-contrast") == []
    assert checks.faint_borders(page) == {}
    assert checks.sideways_pixels(page) == 0

    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("link", name="Skip to content")).to_be_attached()
    page.get_by_role("link", name="Nederlands").click()
    expect(page.locator("html")).to_have_attribute("lang", "nl")


@pytest.mark.parametrize("path", ["/", CONGRESS, "/leden", "/documenten"])
def test_a_page_can_be_walked_with_the_keyboard(open_page: OpenPage, path: str) -> None:
    assert checks.keyboard_walk(open_page(path)) == []


def test_the_skip_link_goes_past_the_menu(open_page: OpenPage) -> None:
    page = open_page("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Direct naar de inhoud")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Kom naar het congres")).to_be_focused()


def test_forced_colours_keep_buttons_and_fields_visible(open_page: OpenPage) -> None:
    page = open_page("/leden/aanmelden")
    page.emulate_media(forced_colors="active")
    for part in ("main button", "main input[type=text]"):
        style = page.locator(part).first.evaluate(
            "element => getComputedStyle(element).borderTopStyle"
        )
        assert style == "solid"


def test_the_first_page_is_small(open_page: OpenPage) -> None:
    page = open_page("/privacy")
    sizes: list[int] = []
    page.on("response", lambda answer: sizes.append(len(answer.body())))
    page.goto("/")
    assert sum(sizes) < 40_000  # bytes before compression, the street and the icon included


def test_the_desk_is_accessible(open_page: OpenPage, organiser: Organiser) -> None:
    page = open_page("/beheer")
    page.get_by_label("E-mailadres").fill(organiser.email)
    page.get_by_label("Wachtwoord").fill(organiser.password)
    page.get_by_role("button", name="Inloggen").click()
    expect(page).to_have_url("/beheer")
    for path in DESK:
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(path)
        assert checks.axe_findings(page) == [], path
        assert checks.sideways_pixels(page) == 0, path
    page.get_by_role("button", name="Uitloggen").click()
    page.goto("/beheer")
    expect(page.get_by_role("button", name="Inloggen")).to_be_visible()
