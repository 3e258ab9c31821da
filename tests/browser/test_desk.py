"""The desk and a list: for everybody, on a phone, by keyboard, with and without scripts."""

from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from infra.local import world
from tests.browser import checks
from tests.browser.conftest import CONGRESS, OpenPage, Organiser
from tests.browser.test_registering import _open_mail as open_mail
from tests.flows import steps
from tests.flows.browser import Browser
from tests.workbooks import Workbook

PARTICIPANTS = CONGRESS.replace("/congres/", "/congres/beheer/")
FIGURES = f"{PARTICIPANTS}/cijfers"
PAGES = [
    "/beheer",
    "/leden/beheer?stand=draft",
    "/documenten/beheer",
    "/beheer/zoeken?q=tuin",
    FIGURES,
]


@pytest.fixture(scope="module")
def applicants(platform: world.Platform, site: str) -> list[str]:
    """Three organisations that wait for an answer."""
    names = [f"Buurttafel {uuid4().hex[:8]}" for _ in range(3)]
    for name in names:
        browser = Browser(platform.origin)
        page = browser.get("/leden/aanmelden").expect(200)
        browser.submit(
            page,
            "/leden/aanmelden",
            name=name,
            kind="residents",
            place="Utrecht",
            email=f"{name[-8:]}@example.org",
            consent="ja",
        ).expect(303)
    return names


@pytest.fixture(scope="module")
def session(platform: world.Platform, organiser: Organiser) -> list[Any]:
    """The cookies of a signed-in organiser."""
    browser = steps.sign_in(Browser(platform.origin), organiser.email, organiser.password)
    # A `__Host-` cookie can only be put under a secure address; to a browser localhost is one.
    host = platform.origin.replace("http://", "https://")
    return [
        {"name": name, "value": morsel.value, "url": host, "secure": True}
        for name, morsel in browser.jar.items()
        if name.startswith("__Host-")
    ]


def at_the_desk(open_page: OpenPage, session: list[Any], path: str, **more: Any) -> Page:
    page = open_page("/privacy", **more)
    page.context.add_cookies(session)
    page.goto(path)
    return page


@pytest.mark.parametrize("path", PAGES)
def test_the_desk_is_for_everybody(
    open_page: OpenPage,
    session: list[Any],
    applicants: list[str],
    participants: list[str],
    path: str,
) -> None:
    page = at_the_desk(open_page, session, path)
    if "zoeken" in path:
        expect(page.locator("[data-results] .status").first).to_have_text("")
    if path == FIGURES:  # opened without a click, which would move where Tab starts
        page.locator("details").evaluate("it => { it.open = true; }")
    assert checks.axe_findings(page) == []
    assert checks.faint_borders(page) == {}
    page.emulate_media(color_scheme="dark")
    assert checks.axe_findings(page, "color-contrast") == []
    assert checks.sideways_pixels(page) == 0
    page.set_viewport_size({"width": 1280, "height": 800})
    assert checks.keyboard_walk(page) == []


def test_several_are_declined_and_taken_back_by_keyboard(
    open_page: OpenPage, session: list[Any], applicants: list[str]
) -> None:
    page = at_the_desk(open_page, session, f"/leden/beheer?stand=draft&q={applicants[0]}")
    everything = page.get_by_label("Alles kiezen")
    everything.focus()
    page.keyboard.press("Space")
    expect(page.get_by_label(f"Kies {applicants[0]}")).to_be_checked()
    page.get_by_role("button", name="Afwijzen").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("1 afgewezen.")
    page.get_by_role("button", name="Ongedaan maken").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("1 weer terug op de lijst.")


def test_it_works_on_a_phone_without_scripts(
    open_page: OpenPage, session: list[Any], applicants: list[str]
) -> None:
    list_page = f"/leden/beheer?stand=draft&q={applicants[1]}"
    page = at_the_desk(open_page, session, list_page, width=320, scripts=False)
    expect(page.get_by_label("Alles kiezen")).to_be_hidden()
    page.get_by_label(f"Kies {applicants[1]}").check()
    page.get_by_role("button", name="Goedkeuren en in de gids zetten").first.click()
    expect(page.get_by_role("listitem").filter(has_text=applicants[1])).to_be_visible()
    page.get_by_role("button", name="Goedkeuren en in de gids zetten").click()
    expect(page.get_by_role("status").first).to_contain_text("1 goedgekeurd.")


def test_what_is_found_shows_in_place(
    open_page: OpenPage, session: list[Any], applicants: list[str]
) -> None:
    page = at_the_desk(open_page, session, "/beheer/zoeken")
    page.get_by_role("searchbox").fill(applicants[2])
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=applicants[2], exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="Deelnemers van een congres")).to_be_visible()


@pytest.fixture(scope="module")
def participants(platform: world.Platform, site: str) -> list[str]:
    """Two people who registered for the congress of the sample."""
    found = [steps.somebody() for _ in range(2)]
    for person in found:
        steps.register(Browser(platform.origin), CONGRESS.rpartition("/")[2], person)
    return [person.name for person in found]


def test_the_figures_show_on_a_phone_without_scripts_and_without_colours(
    open_page: OpenPage, session: list[Any], participants: list[str]
) -> None:
    page = at_the_desk(open_page, session, FIGURES, width=320, scripts=False)
    charts = page.locator(".chart svg")
    expect(charts).to_have_count(2)
    for chart in charts.all():
        box = chart.bounding_box()
        assert box is not None
        assert 200 < box["width"] <= 320
        assert "tabel" in str(chart.get_attribute("aria-label"))
    page.get_by_text("Toon deze cijfers in een tabel").click()
    expect(page.get_by_role("table", name="Aanmeldingen in de tijd")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    page.emulate_media(forced_colors="active")
    fill, behind = charts.first.evaluate(
        "it => [getComputedStyle(it).fill, getComputedStyle(document.body).backgroundColor]"
    )
    assert fill != behind


def test_the_workbook_comes_through_the_front_door_as_it_was_written(
    open_page: OpenPage, session: list[Any], participants: list[str]
) -> None:
    page = at_the_desk(open_page, session, FIGURES.removesuffix("/cijfers"))
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download de lijst (Excel)").click()
    assert waiting.value.suggested_filename.endswith(".xlsx")
    book = Workbook(waiting.value.path().read_bytes())
    names = [row[0] for row in book.sheet("Deelnemers").rows]
    assert set(participants) <= set(names)


def test_somebody_who_phones_is_registered_and_looked_after_on_a_phone(
    open_page: OpenPage, session: list[Any]
) -> None:
    name = f"Beppie {uuid4().hex[:8]}"
    page = at_the_desk(open_page, session, PARTICIPANTS, width=320)
    page.get_by_role("link", name="Meld iemand aan").click()
    page.get_by_role("button", name="Meld deze deelnemer aan").click()
    expect(page.get_by_role("alert")).to_contain_text("Vraag de deelnemer eerst om akkoord.")
    page.get_by_label("Voor- en achternaam").fill(name)
    page.get_by_label("Bewoner", exact=True).check()
    page.get_by_label("Ja, ik heb de deelnemer verteld").check()
    page.get_by_role("button", name="Meld deze deelnemer aan").click()
    expect(page.get_by_role("status").first).to_contain_text("print het kaartje")
    _is_for_everybody(page)

    page.get_by_label("Voor organisatoren").fill("Komt met de rolstoelbus.")
    page.get_by_role("button", name="Bewaar de notitie").click()
    expect(page.get_by_role("status").first).to_contain_text("De notitie is opgeslagen.")

    page.get_by_role("link", name="Bekijk het kaartje").click()
    expect(page.get_by_role("img", name="QR-code")).to_be_visible()
    _is_for_everybody(page)
    page.get_by_role("link", name="Terug naar de deelnemer").click()

    page.get_by_role("link", name="Verbeter het e-mailadres").click()
    _is_for_everybody(page)
    address = f"{name[-8:]}@example.org"
    page.get_by_label("E-mailadres").fill(address)
    page.get_by_role("button", name="Opslaan").click()
    expect(page.get_by_text(address, exact=True)).to_be_visible()

    page.get_by_role("link", name="Verander de aanmelding").click()
    _is_for_everybody(page)
    page.get_by_label("Voor- en achternaam").fill(f"{name} Jansen")
    page.get_by_role("button", name="Opslaan").click()
    expect(page.get_by_role("heading", name=f"{name} Jansen")).to_be_visible()

    open_mail(page, address, "Je aanmelding: ")
    expect(page.get_by_text("Voortaan krijg je onze mail hier.")).to_be_visible()


def _is_for_everybody(page: Page) -> None:
    assert checks.axe_findings(page) == []
    assert checks.sideways_pixels(page) == 0
