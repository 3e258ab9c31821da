"""`/beheer`: what needs this organiser, of every service, and nothing that is not theirs to see."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from chalicelib.directory.repository import Repository
from chalicelib.platform.pages import desk as desk_pages
from shared import auth, desk, fragments
from shared.clock import FixedClock
from shared.desk import ComingDate, DeskPart, Figure, Need
from shared.events.directory import MemberDeclined, MemberDrafted
from tests.service.browser import Browser, sign_in

from .conftest import drafted, event_of, told


def both(text: str) -> dict[str, str]:
    return {"nl": text, "en": f"{text} (English)"}


@pytest.fixture
def parts(repository: Repository, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """What registration and documents published."""
    monkeypatch.setattr(desk_pages, "clock", clock)
    soon = clock.now() + timedelta(days=3)
    full = both("12 mensen op de wachtlijst")
    desk.publish_part(
        "registration",
        DeskPart(
            needs=(
                Need(kind="waiting_list", text=full, count=12, href="/congres/beheer/a", event="a"),
                Need(kind="bounce", text=both("1 mail kwam terug"), count=1, href="/x", event="b"),
            ),
            figures=(Figure(label=both("Aanmeldingen A"), value=7, event="a"),),
            dates=(ComingDate(text=both("Aanmelden sluit"), at=soon, href="/y", event="a"),),
            titles={"a": both("Congres <A>"), "b": both("Congres B")},
        ),
    )
    gone = clock.now() - timedelta(minutes=1)
    desk.publish_part(
        "documents",
        DeskPart(
            needs=(
                Need(kind="upload", text=both("2 documenten"), count=2, href="/z?stand=review"),
            ),
            dates=(ComingDate(text=both("Al voorbij"), at=gone),),
        ),
    )


def organiser(browser: Browser, **roles: Any) -> Browser:
    held = {name.replace("_", "/"): role for name, role in roles.items()}
    auth.save_organiser(auth.Organiser("o-2", "o@example.org", "Noor", held))
    return sign_in(browser, "o-2")


def test_the_desk_follows_applications(
    desk_browser: Browser, repository: Repository, clock: FixedClock, deliver: Any
) -> None:
    member = drafted(repository, clock)
    assert deliver(*told(MemberDrafted)) == []
    page = desk_browser.get("/beheer").text
    assert "1 aanmelding wacht op jou" in page
    assert 'href="/leden/beheer?stand=draft"' in page
    english = desk_browser.get("/beheer?lang=en").text
    assert 'href="/leden/beheer?stand=draft&amp;lang=en"' in english
    path = f"/leden/beheer/{member.id}/afwijzen"
    assert desk_browser.post(path, {"version": "1"}).status == 303
    assert deliver(event_of(MemberDeclined(member_id=member.id), clock)) == []
    page = desk_browser.get("/beheer").text
    assert "wacht op jou" not in page
    assert "Er wacht niets op je." in page


def test_what_went_wrong_comes_first_then_what_is_most(visitor: Browser, parts: None) -> None:
    page = organiser(visitor, registration="reader", documents="reader").get("/beheer").text
    places = [page.index(text) for text in ("1 mail kwam", "12 mensen", "2 documenten")]
    assert places == sorted(places)
    assert "Congres &lt;A&gt;" in page
    assert "Aanmelden sluit" in page
    assert "Al voorbij" not in page


def test_a_role_for_one_event_shows_that_event_alone(visitor: Browser, parts: None) -> None:
    page = organiser(visitor, registration_a="reader").get("/beheer").text
    assert "12 mensen op de wachtlijst" in page
    for elsewhere in ("1 mail kwam terug", "Congres B", "2 documenten"):
        assert elsewhere not in page


@pytest.mark.parametrize("roles", [{}, {"registration": "helper"}])
def test_who_may_read_nothing_sees_nothing(
    visitor: Browser, parts: None, roles: dict[str, Any]
) -> None:
    page = organiser(visitor, **roles).get("/beheer").text
    assert "nog geen taak" in page
    assert "12 mensen" not in page


def test_a_part_of_another_version_is_left_out(desk_browser: Browser, parts: None) -> None:
    fragments.publish_json("documents", "desk", b'{"needs": 3}')
    fragments.publish_json("registration", "desk", b'{"needs": [], "figures": [], "new": {}}')
    assert "Er wacht niets op je." in desk_browser.get("/beheer").text


# Searching


def test_the_search_leads_to_each_service_with_the_same_words(visitor: Browser) -> None:
    browser = organiser(visitor, registration="reader", directory="reader")
    assert "data-results" not in browser.get("/beheer/zoeken").text
    page = browser.get("/beheer/zoeken?q=de+tuin&lang=en").text
    for place in ("/congres/beheer/zoeken", "/leden/beheer"):
        assert f'href="{place}?q=de+tuin&amp;lang=en"' in page
    assert "/documenten/beheer" not in page


def test_a_role_for_one_event_searches_congresses_alone(visitor: Browser) -> None:
    page = organiser(visitor, registration_a="reader").get("/beheer/zoeken?q=x").text
    assert 'data-results="/congres/beheer/zoeken?q=x"' in page
    assert "/leden/beheer" not in page
    page = organiser(visitor, registration="helper").get("/beheer/zoeken?q=x").text
    assert "Er is niets waarin je mag zoeken." in page


@pytest.mark.parametrize(
    "words", ['"><script>alert(1)</script>', "&lang=en#x", "javascript:alert(1)", "é" * 3000]
)
def test_hostile_words_stay_words(visitor: Browser, words: str) -> None:
    page = organiser(visitor, directory="reader").get(f"/beheer/zoeken?q={quote(words)}").text
    assert "<script>alert" not in page
    [place] = re.findall(r'data-results="([^"]*)"', page)
    assert place.startswith("/leden/beheer?q=")
    assert "lang=en" not in place.replace("%26lang%3Den", "")
    assert len(place) < 1000
