"""The form on a page of another website that makes it hard, in a real browser."""

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Frame, Locator, Page, expect

from tests.browser import checks
from tests.browser.conftest import CONGRESS, PATIENCE, Organiser
from tests.browser.test_registering import WORDS, Words, _fill_in
from tests.running import free_port

EVENT = CONGRESS.rpartition("/")[2]
LINK = '<a href="{site}{path}">Meld je aan voor het congres</a>'
ELEMENT = f'<plekken-aanmelden event="{{event}}">{LINK}</plekken-aanmelden>'
# Everything that a theme does to what it does not know, and worse.
HOSTILE = """
body, body * { all: unset; font: 900 4rem/3 fantasy !important; color: red !important }
main, h1, p { display: block !important }
p, h1 { transform: rotate(3deg) }
main { transform: translate(2px, 3px); overflow: auto !important }
iframe, form, input, plekken-aanmelden, plekken-aanmelden iframe, [event] {
  display: none !important; visibility: hidden !important; opacity: 0 !important;
  height: 1px !important; max-height: 1px !important; width: 3px !important;
  position: fixed !important; left: -99rem !important; pointer-events: none !important;
  transform: scale(0) !important; filter: blur(9px) !important }
"""
HOST = """<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>De buurt</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/style.css">
<script type="module" src="{site}/insluiten.js"></script></head>
<body><main><h1>De buurt</h1><p>Kom ook.</p>{element}<p>Tot dan.</p></main></body></html>"""

# How far a page goes beyond its window.
BEYOND = """(({ scrollHeight, scrollWidth }) => [
  scrollHeight - innerHeight, scrollWidth - innerWidth])(document.documentElement)"""


@dataclass
class Host:
    """A website that is not ours: another origin, with its own style and policy."""

    port: int
    site: str
    style: str = ""
    lang: str = "nl"
    element: str = ELEMENT
    asked: list[str] = field(default_factory=list)

    @property
    def known(self) -> str:
        """Its address under the name that the stage `test` knows."""
        return f"http://buurt.localhost:{self.port}/"

    @property
    def unknown(self) -> str:
        """The same website under a name that nobody told us."""
        return f"http://127.0.0.1:{self.port}/"

    def page(self) -> str:
        element = self.element.format(event=EVENT, site=self.site, path=CONGRESS)
        return HOST.format(lang=self.lang, site=self.site, element=element)

    def policy(self) -> str:
        return (
            f"default-src 'none'; style-src 'self'; script-src {self.site}; frame-src {self.site};"
            " base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
        )


@pytest.fixture
def host(site: str) -> Iterator[Host]:
    """The other website, running."""
    found = Host(free_port(), site)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            css = self.path == "/style.css"
            body = (found.style if css else found.page()).encode()
            found.asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/css" if css else "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", found.policy())
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", found.port), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join(5)


OpenHost = Callable[..., Page]


@pytest.fixture
def open_host(chromium: Browser) -> Iterator[OpenHost]:
    """Open a page of the other website in a window of its own."""
    windows = []

    def open_(address: str, *, width: int = 1280, scripts: bool = True, dark: bool = False) -> Page:
        window = chromium.new_context(
            viewport={"width": width, "height": 800},
            java_script_enabled=scripts,
            reduced_motion="reduce",
            color_scheme="dark" if dark else "light",
        )
        window.set_default_timeout(PATIENCE)
        windows.append(window)
        page = window.new_page()
        page.goto(address)
        return page

    yield open_
    for window in windows:
        window.close()


def _frame(page: Page) -> Frame:
    """The form's frame, once it is shown."""
    expect(page.locator("plekken-aanmelden iframe")).to_be_visible()
    return next(frame for frame in page.frames if frame.parent_frame)


def _fits(page: Page, frame: Frame) -> None:
    """The frame is as tall as what is in it, and nothing scrolls inside it."""
    for _ in range(100):
        down, sideways = frame.evaluate(BEYOND)
        if down <= 0 and sideways <= 0:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"the frame scrolls {down} down and {sideways} sideways")


def _axe(page: Page) -> list[str]:
    """What axe has against the page and the frame in it, as one."""
    for frame in page.frames:
        frame.evaluate(checks._axe())
        frame.evaluate("axe.configure({allowedOrigins: ['<unsafe_all_origins>']})")
    options = {"runOnly": {"type": "tag", "values": checks.TAGS}}
    found = page.evaluate("options => axe.run(document, options)", options)
    assert any(len(node["target"]) > 1 for rule in found["passes"] for node in rule["nodes"]), (
        "axe looked into the frame"
    )
    return [
        f"{rule['id']}: {node['target']}" for rule in found["violations"] for node in rule["nodes"]
    ]


def _tick_by_keyboard(box: Locator) -> None:
    """A click in a frame of another origin misses when the page around it still scrolls."""
    box.press("Space")
    expect(box).to_be_checked()


def _register(frame: Frame, words: Words, email: str) -> None:
    _fill_in(frame, words, "Bewoner Elders", email, tick=_tick_by_keyboard)
    frame.get_by_role("button", name=words.send).press("Enter")
    expect(frame.get_by_role("heading", level=1)).to_have_text(words.thanks)


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_visitor_of_a_hostile_page_registers_in_the_frame(
    host: Host, open_host: OpenHost, width: int, language: str
) -> None:
    host.style, host.lang = HOSTILE, "en-GB" if language == "en" else "nl"
    words, email = WORDS[language], f"elders-{uuid4().hex[:8]}@example.org"
    page = open_host(host.known, width=width)
    cookies: list[str] = []
    page.on("response", lambda answer: cookies.extend(answer.headers.get("set-cookie", "").split()))
    frame = _frame(page)
    assert frame.evaluate("document.documentElement.lang") == language
    expect(page.get_by_role("link", name="Meld je aan voor het congres")).to_be_hidden()
    box = page.locator("plekken-aanmelden iframe").bounding_box()
    assert box
    assert box["width"] > width * 0.8
    _fits(page, frame)

    _register(frame, words, email)
    assert urlsplit(frame.url).path == f"{CONGRESS}/insluiten/bedankt"
    expect(frame.get_by_role("heading", level=1)).to_be_focused()
    _fits(page, frame)
    top = page.evaluate("document.querySelector('plekken-aanmelden').getBoundingClientRect().top")
    assert -1 <= top < 800, "the thanks are in the window"
    assert page.url == host.known
    assert cookies == []
    assert page.context.cookies() == []


@pytest.mark.parametrize("width", [320, 1280])
def test_a_page_with_the_form_is_for_everybody(host: Host, open_host: OpenHost, width: int) -> None:
    page = open_host(host.known, width=width)
    frame = _frame(page)
    _fits(page, frame)
    title = page.locator("plekken-aanmelden iframe").get_attribute("title")
    assert title == "Meld je aan voor het congres"
    assert _axe(page) == []
    assert checks.sideways_pixels(page) == 0

    frame.get_by_role("button", name="Aanmelding versturen").click()
    expect(frame.get_by_role("alert")).to_be_focused()
    _fits(page, frame)
    assert _axe(page) == []
    dark = open_host(host.known, width=width, dark=True)
    _fits(dark, _frame(dark))
    assert _axe(dark) == []


def test_the_keyboard_goes_in_and_out_of_the_frame(host: Host, open_host: OpenHost) -> None:
    host.element = f'<a href="/voor">Voor</a>{ELEMENT}<a href="/na">Na</a>'
    page = open_host(host.known)
    frame = _frame(page)
    page.get_by_role("link", name="Voor").focus()
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Na":
            break
        reached.append(frame.evaluate("document.activeElement.id"))
    else:
        raise AssertionError("Tab does not leave the frame")
    assert {"f-naam", "f-email", "f-akkoord"} <= set(reached)


def test_nothing_of_the_page_but_its_language_is_sent(host: Host, open_host: OpenHost) -> None:
    page = open_host(f"{host.unknown}leeg")
    sent: list[Any] = []
    page.on("request", lambda request: sent.extend([request]))
    page.goto(f"{host.known}geheim?wie=ada")
    _fits(page, _frame(page))
    ours = [request for request in sent if request.url.startswith(host.site)]
    assert ours
    for request in ours:
        assert "geheim" not in request.url + str(request.all_headers())
    asked = next(request for request in ours if "/insluiten" in request.url.removesuffix(".js"))
    assert parse_qs(urlsplit(asked.url).query) == {}
    framed = next(one for one in ours if one.resource_type == "document")
    assert "referer" not in framed.all_headers()


def test_a_strange_window_cannot_resize_or_question_the_frame(
    host: Host, open_host: OpenHost
) -> None:
    page = open_host(host.known)
    frame = _frame(page)
    _fits(page, frame)
    height = page.locator("plekken-aanmelden iframe").get_attribute("height")
    page.evaluate("postMessage({type: 'plekken:height', height: 7}, '*')")
    for wrong in ("0", "-5", "1e9", "NaN", "'<b>'", "null"):
        frame.evaluate(f"parent.postMessage({{type: 'plekken:height', height: {wrong}}}, '*')")
    frame.evaluate("parent.postMessage(null, '*')")
    page.wait_for_timeout(500)
    assert page.locator("plekken-aanmelden iframe").get_attribute("height") == height

    alone = open_host(frame.url)  # nobody around it
    alone.evaluate(
        """{ window.heard = [];
          addEventListener('message', ({ data }) => window.heard.push(data.type));
          postMessage({ type: 'plekken:hello' }, '*'); }"""
    )
    alone.wait_for_timeout(300)
    assert alone.evaluate("window.heard") == ["plekken:hello"]


def test_two_forms_on_a_page_do_not_hear_each_other(host: Host, open_host: OpenHost) -> None:
    host.element = ELEMENT + ELEMENT.replace(">Meld je", ">Of meld je")
    page = open_host(host.known, width=320)
    frames = page.locator("plekken-aanmelden iframe")
    for one in (0, 1):
        frames.nth(one).scroll_into_view_if_needed()
        expect(frames.nth(one)).to_be_visible()
    first, second = (frame for frame in page.frames if frame.parent_frame)
    _fits(page, first)
    _fits(page, second)
    before = frames.nth(1).get_attribute("height")
    first.evaluate("parent.postMessage({type: 'plekken:height', height: 777}, '*')")
    expect(frames.nth(0)).to_have_attribute("height", "777")
    assert frames.nth(1).get_attribute("height") == before


def test_who_is_at_the_link_comes_into_the_form(host: Host, open_host: OpenHost) -> None:
    page = open_host(f"{host.unknown}leeg")
    page.add_init_script(
        "addEventListener('DOMContentLoaded',"
        " () => document.querySelector('plekken-aanmelden a').focus())"
    )
    page.goto(host.known)
    frame = _frame(page)
    page.keyboard.press("Tab")
    assert frame.evaluate("document.activeElement.matches('a, input')")


@pytest.mark.parametrize("scripts", [True, False], ids=["unknown-site", "no-scripts"])
def test_the_link_stays_where_the_form_cannot_be_shown(
    host: Host, open_host: OpenHost, *, scripts: bool
) -> None:
    page = open_host(host.unknown if scripts else host.known, scripts=scripts)
    if scripts:
        page.wait_for_function("!!customElements.get('plekken-aanmelden')")
        page.locator("plekken-aanmelden iframe").wait_for(state="attached")
        page.wait_for_timeout(1500)
        expect(page.locator("plekken-aanmelden iframe")).to_be_hidden()
    link = page.get_by_role("link", name="Meld je aan voor het congres")
    expect(link).to_be_visible()
    link.click()
    expect(page).to_have_url(re.compile(f"{re.escape(host.site + CONGRESS)}$"))
    expect(page.get_by_role("heading", level=1)).to_have_text(WORDS["nl"].heading)


@pytest.mark.parametrize("event", ["../../beheer", "a?b", "A", "", "dit-congres-is-er-niet"])
def test_what_is_no_congress_shows_the_link(host: Host, open_host: OpenHost, event: str) -> None:
    host.element = ELEMENT.replace("{event}", event)
    page = open_host(host.known)
    page.wait_for_function("!!customElements.get('plekken-aanmelden')")
    page.wait_for_timeout(500)
    expect(page.get_by_role("link", name="Meld je aan voor het congres")).to_be_visible()
    expect(page.locator("plekken-aanmelden iframe:visible")).to_have_count(0)
    if event != "dit-congres-is-er-niet":
        assert len(page.frames) == 1


def test_the_link_comes_back_when_the_form_goes_away(host: Host, open_host: OpenHost) -> None:
    page = open_host(host.known)
    frame = _frame(page)
    link = page.get_by_role("link", name="Meld je aan voor het congres")
    expect(link).to_be_hidden()
    frame.evaluate("location.href = '/privacy'")  # may not be framed
    expect(link).to_be_visible()
    expect(page.locator("plekken-aanmelden iframe")).to_be_hidden()


def test_a_page_hides_the_element_when_it_says_hidden(host: Host, open_host: OpenHost) -> None:
    host.element = ELEMENT.replace("<plekken-aanmelden", "<plekken-aanmelden hidden")
    page = open_host(host.known)
    page.wait_for_function("!!customElements.get('plekken-aanmelden')")
    expect(page.locator("plekken-aanmelden")).to_be_hidden()


def test_an_organiser_copies_the_code_and_it_works(
    chromium: Browser, site: str, organiser: Organiser, host: Host, open_host: OpenHost
) -> None:
    window = chromium.new_context(base_url=site, permissions=["clipboard-read", "clipboard-write"])
    window.set_default_timeout(PATIENCE)
    desk = window.new_page()
    desk.goto("/beheer/inloggen")
    desk.get_by_label("E-mailadres").fill(organiser.email)
    desk.get_by_label("Wachtwoord").fill(organiser.password)
    desk.get_by_role("button", name="Inloggen").click()
    expect(desk).to_have_url("/beheer")
    desk.goto(f"/congres/beheer/{EVENT}")
    desk.get_by_role("link", name="Op je eigen website").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Op je eigen website")
    expect(desk.get_by_text("http://buurt.localhost:*")).to_be_visible()
    assert checks.axe_findings(desk) == []
    desk.get_by_role("button", name="Kopieer de code").click()
    expect(desk.get_by_text("Gekopieerd.")).to_be_visible()
    code = desk.evaluate("navigator.clipboard.readText()")
    assert code == desk.get_by_label("Code voor je pagina").input_value()
    assert checks.sideways_pixels(desk) == 0
    window.close()

    host.element = code.replace("{", "{{").replace("}", "}}")
    page = open_host(host.known)
    _fits(page, _frame(page))
