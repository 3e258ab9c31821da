"""The organiser's list of entries: finding, choosing several, and taking back what told nobody."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.directory import usecases
from chalicelib.directory.domain import State
from chalicelib.directory.repository import Repository
from shared import auth
from shared.clock import FixedClock
from shared.errors import Unavailable
from shared.events.directory import MemberDeclined, MemberPublished, MemberReopened, MemberWithdrawn
from shared.flash import FLASH_COOKIE, Flash, Undo, packed
from tests.service.browser import Browser, sign_in

from .conftest import drafted, items, published, told

DESK = "/leden/beheer"
Sent = dict[str, Any]


def states(repository: Repository, clock: FixedClock, *names: str) -> list[str]:
    found = [repository.get(name, clock.now()) for name in names]
    return [one.state.value for one in found if one]


def undo_of(page: str) -> tuple[str, Sent]:
    """The form of the flash, as a browser would send it."""
    form = page[page.index('class="flash"') :].partition("</form>")[0]
    action = re.findall(r'action="([^"]*)"', form)[0].replace("&amp;", "&")
    fields: Sent = {}
    for name, value in re.findall(r'name="([^"]*)" value="([^"]*)"', form):
        fields.setdefault(name, []).append(value)
    return action, {name: values for name, values in fields.items() if name != "csrf_token"}


@pytest.fixture
def three(repository: Repository, clock: FixedClock) -> None:
    """Three drafts, of which the third has an accent in its name."""
    for number, name in enumerate(("De Voedseltuin", "Repaircafé Oost", "Zorgcoöperatie"), 1):
        drafted(repository, clock, f"m{number}", name=name, email=f"m{number}@example.org")


def test_words_and_states_narrow_the_list(
    desk_browser: Browser, three: None, repository: Repository, clock: FixedClock
) -> None:
    usecases.approve(repository, clock, "m2", 1)
    for query, found in {
        "q=cooperatie": {"m3"},
        "q=REPAIRCAFE": {"m2"},
        "q=m1@example.org": {"m1"},
        "stand=draft": {"m1", "m3"},
        "stand=published": {"m2"},
        "stand=nonsens": {"m1", "m2", "m3"},
        "q=tuin&stand=published": set(),
    }.items():
        page = desk_browser.get(f"{DESK}?{query}").text
        assert set(re.findall(r'href="/leden/beheer/(m\d)"', page)) == found, query
    empty = desk_browser.get(f"{DESK}?q=nergens&lang=en").text
    assert f'href="{DESK}?lang=en">' in empty
    assert 'value="nergens"' in empty


@pytest.mark.parametrize("words", ['"><script>alert(1)</script>', "' OR 1=1", "%00", "a" * 5000])
def test_hostile_words_find_nothing_and_stay_text(desk_browser: Browser, words: str) -> None:
    page = desk_browser.send("GET", f"{DESK}?q={words.replace(' ', '+')}", b"", {})
    assert page.status == 200
    assert "<script>alert" not in page.text
    assert desk_browser.get(f"{DESK}?cursor=verzonnen").status == 422


def test_declining_several_can_be_taken_back(
    desk_browser: Browser, three: None, repository: Repository, clock: FixedClock
) -> None:
    answer = desk_browser.post(f"{DESK}/afwijzen", {"gekozen": ["m1.1", "m3.1"]})
    assert (answer.status, answer.location) == (303, f"{DESK}?stand=draft")
    page = desk_browser.follow(answer).text
    assert "2 afgewezen." in page
    assert states(repository, clock, "m1", "m2", "m3") == ["declined", "draft", "declined"]
    action, fields = undo_of(page)
    assert (action, fields) == (f"{DESK}/heropenen", {"gekozen": ["m1.2", "m3.2"]})
    assert (
        "2 weer terug op de lijst." in desk_browser.follow(desk_browser.post(action, fields)).text
    )
    assert states(repository, clock, "m1", "m3") == ["draft", "draft"]
    assert sorted(event.subject for event in told(MemberReopened)) == ["m1", "m3"]
    written = [one["action"] for one in items("AUDIT#", "ACCESS_TABLE")]
    assert sorted(written) == ["member.declined"] * 2 + ["member.reopened"] * 2
    # The undo is pressed again: it is about another version by now.
    again = desk_browser.follow(desk_browser.post(action, fields)).text
    assert "2 was intussen al veranderd" in again
    assert len(told(MemberReopened)) == 2


def test_one_refusal_can_be_taken_back_too(
    desk_browser: Browser, three: None, repository: Repository, clock: FixedClock
) -> None:
    answer = desk_browser.post(f"{DESK}/m1/afwijzen?lang=en", {"version": "1"})
    action, fields = undo_of(desk_browser.follow(answer).text)
    assert action == f"{DESK}/heropenen?lang=en"
    before = repository.get("m1", clock.now())
    assert desk_browser.post(action, fields).status == 303
    after = repository.get("m1", clock.now())
    assert before
    assert after
    assert after.state is State.DRAFT
    assert after.expires_at == before.expires_at
    assert after.consent == before.consent


@pytest.mark.parametrize(
    ("path", "state", "words"),
    [("goedkeuren", "published", "krijgt daarover een mail"), ("intrekken", "withdrawn", "wissen")],
)
def test_what_has_no_way_back_is_asked_once_more(
    desk_browser: Browser,
    three: None,
    repository: Repository,
    clock: FixedClock,
    path: str,
    state: str,
    words: str,
) -> None:
    version = 1
    if path == "intrekken":
        for one in ("m1", "m2"):
            usecases.approve(repository, clock, one, 1)
        version = 2
    chosen = [f"m1.{version}", f"m2.{version}"]
    sure = desk_browser.post(f"{DESK}/{path}", {"gekozen": chosen})
    assert sure.status == 200
    assert words in sure.text
    for name in ("De Voedseltuin", "Repaircafé Oost"):
        assert name in sure.text
    assert states(repository, clock, "m1") != [state]
    done = desk_browser.post(f"{DESK}/{path}", {"gekozen": chosen, "zeker": "ja"})
    page = desk_browser.follow(done).text
    assert states(repository, clock, "m1", "m2", "m3") == [state, state, "draft"]
    assert "Ongedaan maken" not in page
    kind = MemberPublished if path == "goedkeuren" else MemberWithdrawn
    assert len(told(kind)) == 2


def test_what_another_changed_is_left_alone_and_counted(
    desk_browser: Browser, three: None, repository: Repository, clock: FixedClock
) -> None:
    usecases.decline(repository, clock, "m1", 1)
    chosen = ["m1.1", "m2.1", "weg.1", "m3.onzin"]
    answer = desk_browser.post(f"{DESK}/goedkeuren", {"gekozen": chosen, "zeker": "ja"})
    page = desk_browser.follow(answer).text
    assert "1 goedgekeurd. 3 was intussen al veranderd" in page
    assert states(repository, clock, "m1", "m2", "m3") == ["declined", "published", "draft"]


def test_only_what_was_declined_can_be_taken_back(
    desk_browser: Browser, three: None, repository: Repository, clock: FixedClock
) -> None:
    usecases.approve(repository, clock, "m2", 1)
    answer = desk_browser.post(f"{DESK}/heropenen", {"gekozen": ["m1.1", "m2.2"]})
    assert "2 was intussen al veranderd" in desk_browser.follow(answer).text
    assert states(repository, clock, "m1", "m2") == ["draft", "published"]
    assert told(MemberReopened) == []


def test_what_is_busy_is_told_and_stops_no_other(
    desk_browser: Browser, three: None, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace: Callable[..., None] = Repository.replace

    def busy(self: Repository, before: Any, *rest: Any, **more: Any) -> None:
        if before.id == "m1":
            raise Unavailable
        replace(self, before, *rest, **more)

    monkeypatch.setattr(Repository, "replace", busy)
    answer = desk_browser.post(f"{DESK}/afwijzen", {"gekozen": ["m1.1", "m2.1"]})
    assert "1 afgewezen. 1 is niet gelukt" in desk_browser.follow(answer).text


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ([], "Kies eerst een of meer regels"),
        ([f"x{n}.1" for n in range(60)], "te veel regels tegelijk"),
        (["m1"], "Deze keuze klopt niet"),
        (["m1.1", "<b>.1"], "Deze keuze klopt niet"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(
    desk_browser: Browser, three: None, chosen: list[str], words: str
) -> None:
    for path in ("goedkeuren", "afwijzen", "intrekken", "heropenen"):
        answer = desk_browser.post(f"{DESK}/{path}", {"gekozen": chosen, "zeker": "ja"})
        assert words in desk_browser.follow(answer).text
    assert told(MemberDeclined) == told(MemberPublished) == []


def test_hundreds_at_once_are_refused(desk_browser: Browser, three: None) -> None:
    many = {"gekozen": [f"x{n}.1" for n in range(300)]}
    assert desk_browser.post(f"{DESK}/afwijzen", many).status == 400


def test_who_may_only_look_cannot_choose(
    visitor: Browser, desk_browser: Browser, three: None, reader: Any
) -> None:
    looking = sign_in(visitor, reader)
    page = looking.get(DESK).text
    assert "De Voedseltuin" in page
    assert 'name="gekozen"' not in page
    for path in ("goedkeuren", "afwijzen", "intrekken", "heropenen"):
        assert looking.post(f"{DESK}/{path}", {"gekozen": "m1.1", "zeker": "ja"}).status == 403


@pytest.fixture
def reader(repository: Repository) -> str:
    """Somebody who may look and do nothing."""
    auth.save_organiser(auth.Organiser("r-1", "r@example.org", "R", {"directory": "reader"}))
    return "r-1"


def test_an_undo_wants_its_token_and_our_page(desk_browser: Browser, three: None) -> None:
    fields = {"gekozen": "m1.1", "csrf_token": "x"}
    assert desk_browser.post(f"{DESK}/heropenen", fields).status == 403
    elsewhere = desk_browser.post(
        f"{DESK}/heropenen", {"gekozen": "m1.1"}, Origin="https://evil.example.org"
    )
    assert elsewhere.status == 403


def test_a_tampered_flash_is_not_shown(desk_browser: Browser, three: None) -> None:
    left = packed(Flash("Gedaan <b>.", Undo(f"{DESK}/heropenen", {'"><b': '"><i>'})))
    desk_browser.cookies[FLASH_COOKIE] = left
    page = desk_browser.get(DESK).text
    assert "Gedaan &lt;b&gt;." in page
    assert "<i>" not in page
    desk_browser.cookies[FLASH_COOKIE] = left[:-4] + "AAAA"
    page = desk_browser.get(DESK).text
    assert 'class="flash"' not in page
    assert "Ongedaan maken" not in page


def test_long_lists_come_in_pages(
    desk_browser: Browser, repository: Repository, clock: FixedClock
) -> None:
    for number in range(53):
        drafted(repository, clock, f"m{number}", name=f"Lid {number}", email=f"l{number}@x.example")
    first = desk_browser.get(f"{DESK}?stand=draft&q=lid").text
    assert len(re.findall('name="gekozen"', first)) == 50
    assert "(53)" in first
    following = re.findall(r'href="([^"]*cursor=[^"]*)"', first)[0].replace("&amp;", "&")
    second = desk_browser.get(following).text
    assert len(re.findall('name="gekozen"', second)) == 3
    assert "Naar het begin" in second


def test_published_is_counted_as_published(
    desk_browser: Browser, repository: Repository, clock: FixedClock
) -> None:
    published(repository, clock)
    page = desk_browser.get(f"{DESK}?stand=published").text
    assert "Uit de gids halen" in page
    assert "Afwijzen" not in page
