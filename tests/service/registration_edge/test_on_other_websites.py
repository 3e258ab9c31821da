"""The form in a frame on another website: what may be framed, and how it stays there."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import pytest

from shared import settings
from tests import access
from tests.service.browser import Answer, Browser
from tests.service.registration_edge.conftest import (
    FORM,
    PAGE,
    open_manage,
    person,
    registration_id,
    registrations,
)

FRAME = f"{PAGE}/insluiten"
DESK = "/congres/beheer/buurtdag/website"
SITES = "https://www.samen030.example.org https://*.buurt.example.org"
OURS_ALONE = ("'none'", "'self'")  # a mail's preview stands in a frame of the desk
PAGES = [
    route for route in access.ALL if route.app == "registration" and route.endpoint.kind == "page"
]


@pytest.fixture(autouse=True)
def _sites(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("FRAME_ANCESTORS", SITES)
    settings.forget()
    yield
    monkeypatch.undo()
    settings.forget()


def _ancestors(answer: Answer) -> str:
    policy = str(answer.headers.get("Content-Security-Policy", ""))
    found = re.search(r"frame-ancestors ([^;]+)", policy)
    return found[1] if found else ""


def test_only_the_form_and_the_thanks_may_stand_in_a_frame(desk_browser: Browser) -> None:
    desk_browser.post(f"{PAGE}/aanmelden", person("ada"))
    thanks = desk_browser.post(FRAME, person("bo")).location.partition("?")[2]
    ids = {"event": "buurtdag", "registration": registration_id("ada"), "language": "nl"}
    open_manage(desk_browser, "ada")
    framed, seen = set(), set()
    for route in PAGES:
        answer = desk_browser.get(f"{route.path(ids, 'confirmation')}?{thanks}")
        seen.add((route.endpoint.path, answer.status))
        is_page = answer.headers.get("Content-Type", "").startswith("text/html")
        if is_page and _ancestors(answer) not in OURS_ALONE:
            assert _ancestors(answer) == SITES
            framed.add(route.endpoint.path)
    assert framed == {"/congres/{event}/insluiten", "/congres/{event}/insluiten/bedankt"}
    assert ("/congres/aanmelding", 200) in seen, "the manage page itself was looked at"


def test_who_registers_in_the_frame_stays_in_it_and_gets_no_cookie(visitor: Browser) -> None:
    page = visitor.get(FRAME)
    assert f'action="{FRAME}"' in page.text
    mistake = visitor.post(FRAME, {**FORM, "email": "geen adres"})
    assert (mistake.status, _ancestors(mistake)) == (422, SITES)
    assert f'action="{FRAME}"' in mistake.text
    assert 'id="fouten"' in mistake.text
    sent = visitor.post(FRAME, FORM)
    assert sent.location.startswith(f"{FRAME}/bedankt?bewijs=")
    thanks = visitor.follow(sent)
    assert "Bedankt voor je aanmelding" in thanks.text
    assert len(registrations()) == 1
    for answer in (page, mistake, sent, thanks):
        assert "Set-Cookie" not in answer.headers
    assert visitor.cookies == {}


def test_a_link_out_of_the_frame_opens_a_tab(visitor: Browser) -> None:
    thanks = visitor.follow(visitor.post(FRAME, FORM))
    for answer in (visitor.get(FRAME), thanks):
        links = re.findall(r'<a href="([^"#]+)[^>]*>', answer.text)
        away = re.findall(r'<a href="([^"#]+)[^>]* target="_blank">[^<]*nieuw tabblad', answer.text)
        assert len(away) >= 2
        assert set(links) - set(away) <= {FRAME}


def test_the_frame_has_no_menu_and_follows_the_language(visitor: Browser) -> None:
    page = visitor.get(f"{FRAME}?lang=en")
    assert '<html lang="en">' in page.text
    assert f'action="{FRAME}?lang=en"' in page.text
    assert "<nav" not in page.text
    assert "<main" not in page.text
    assert "/beheer" not in page.text
    assert "lang=en" in visitor.post(f"{FRAME}?lang=en", FORM).location


def test_a_draft_is_not_shown(visitor: Browser, define: Callable[..., Any]) -> None:
    define(id="later", published=False)
    answer = visitor.get("/congres/later/insluiten")
    assert (answer.status, _ancestors(answer)) == (404, "'none'")


def test_without_sites_nothing_is_framed(visitor: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FRAME_ANCESTORS")
    settings.forget()
    assert _ancestors(visitor.get(FRAME)) == "'none'"


def test_the_desk_gives_the_code_the_link_and_the_sites(
    desk_browser: Browser, define: Callable[..., Any]
) -> None:
    title = 'Soep & "brood" </a><script>alert(1)</script>'
    define(id="soep", title={"nl": title, "en": "Soup"})
    page = desk_browser.get("/congres/beheer/soep/website").text
    element, link = (
        unescape(text) for text in re.findall(r"<textarea[^>]* readonly[^>]*>([^<]*)<", page)
    )
    script = "&lt;script&gt;alert(1)&lt;/script&gt;"
    assert element.splitlines() == [
        '<plekken-aanmelden event="soep">',
        f'  <a href="{link}">Meld je aan voor Soep &amp; "brood" &lt;/a&gt;{script}</a>',
        "</plekken-aanmelden>",
        '<script type="module" src="http://localhost:8000/insluiten.js"></script>',
    ]
    assert link == "http://localhost:8000/congres/soep"
    for site in SITES.split():
        assert f"<code>{site}</code>" in page
    english = unescape(desk_browser.get(f"{DESK}?lang=en").text)
    assert '<plekken-aanmelden event="buurtdag" lang="en">' in english
    assert '"http://localhost:8000/congres/buurtdag?lang=en"' in english


def test_the_desk_says_that_no_site_may(
    desk_browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FRAME_ANCESTORS")
    settings.forget()
    assert "Nog geen enkele website" in desk_browser.get(DESK).text
