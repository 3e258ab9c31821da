"""The organisers' list of documents: finding, and deciding about several at once."""

import re
from collections.abc import Callable

import pytest

from chalicelib.documents.domain import Document, Scan
from chalicelib.documents.inspection import malware
from shared.events.documents import DocumentDeclined, DocumentPublished, DocumentWithdrawn
from tests.service.browser import Browser, sign_in

from .conftest import publish, reader, told, uploaded

Find = Callable[[str], Document]
DESK = "/documenten/beheer"


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stage with a malware scanner that finds nothing."""
    monkeypatch.setattr(malware, "scan_with_clamav", lambda *_: Scan.CLEAN)


def shown(page: str) -> set[str]:
    return set(re.findall(r'href="/documenten/beheer/([^"?/]+)"', page)) - {"mails"}


def chosen(*ids: str, state: str = "inspected") -> list[str]:
    return [f"{one}.{state}" for one in ids]


def test_words_states_and_checks_narrow_the_list(partner: Browser, desk_browser: Browser) -> None:
    waits = uploaded(partner, title="Statuten van de coöperatie")
    online = uploaded(partner, title="Subsidie voor buurttuinen")
    publish(desk_browser, online)
    for query, found in {
        "": {waits, online},
        "?q=cooperatie": {waits},
        "?q=SUBSIDIE": {online},
        "?stand=review": {waits},
        "?stand=published": {online},
        "?stand=closed": set(),
        "?controle=mislukt": {waits, online},
        "?controle=clean": set(),
        "?soort=nonsens": set(),
        "?q=%3Cscript%3E%21": set(),
    }.items():
        page = desk_browser.get(DESK + query).text
        assert shown(page) == found, query
        assert "<script>!" not in page


def test_several_are_published_after_asking_once_more(
    partner: Browser, desk_browser: Browser, find: Find, clean: None
) -> None:
    ids = [uploaded(partner, title=f"Plan {number}") for number in (1, 2)]
    sure = desk_browser.post(f"{DESK}/publiceren", {"gekozen": chosen(*ids)})
    assert sure.status == 200
    assert "meteen openbaar" in sure.text
    assert "Plan 1" in sure.text
    assert told(DocumentPublished) == []
    form = {"gekozen": chosen(*ids), "zeker": "ja"}
    page = desk_browser.follow(desk_browser.post(f"{DESK}/publiceren", form)).text
    assert "2 op de website gezet." in page
    assert "Ongedaan maken" not in page
    assert {find(one).state.value for one in ids} == {"published"}
    # Another organiser still has the list of before.
    again = desk_browser.post(f"{DESK}/publiceren", form)
    assert "2 was intussen al veranderd" in desk_browser.follow(again).text
    assert len(told(DocumentPublished)) == 2


def test_what_a_person_has_to_see_is_not_published_unseen(
    partner: Browser, desk_browser: Browser, find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    unseen = uploaded(partner, title="Niet gecontroleerd")
    answer = desk_browser.post(f"{DESK}/publiceren", {"gekozen": chosen(unseen)})
    assert "eerst een voor een zelf bekijken" in desk_browser.follow(answer).text
    monkeypatch.setattr(malware, "scan_with_clamav", lambda *_: Scan.CLEAN)
    ready = uploaded(partner, title="Wel gecontroleerd")
    sure = desk_browser.post(f"{DESK}/publiceren", {"gekozen": chosen(unseen, ready)}).text
    assert "1 doen we niet mee" in sure
    assert "Niet gecontroleerd" not in sure
    forced = {"gekozen": chosen(unseen), "zeker": "ja"}
    assert desk_browser.post(f"{DESK}/publiceren", forced).status == 303
    assert find(unseen).state.value == "inspected"


@pytest.mark.parametrize(("path", "state"), [("afwijzen", "declined"), ("intrekken", "withdrawn")])
def test_a_refusal_of_several_has_one_reason(
    partner: Browser, desk_browser: Browser, find: Find, path: str, state: str
) -> None:
    ids = [uploaded(partner, title=f"Plan {number}") for number in (1, 2)]
    if path == "intrekken":
        for one in ids:
            publish(desk_browser, one)
    rows = chosen(*ids, state="published" if path == "intrekken" else "inspected")
    sure = desk_browser.post(f"{DESK}/{path}", {"gekozen": rows})
    assert 'name="reden"' in sure.text
    without = desk_browser.post(f"{DESK}/{path}", {"gekozen": rows, "zeker": "ja", "reden": " "})
    assert without.status == 422
    assert "Schrijf op waarom" in without.text
    long = {"gekozen": rows, "zeker": "ja", "reden": "é" * 1001}
    kept = desk_browser.post(f"{DESK}/{path}", long)
    assert kept.status == 422
    assert "é" * 1001 in kept.text
    assert told(DocumentDeclined) == told(DocumentWithdrawn) == []
    form = {"gekozen": rows, "zeker": "ja", "reden": "Past niet bij het netwerk."}
    assert desk_browser.post(f"{DESK}/{path}", form).status == 303
    assert {(find(one).state.value, find(one).reason) for one in ids} == {
        (state, "Past niet bij het netwerk.")
    }


@pytest.mark.parametrize("given", [[], ["weg"], ["a.inspected"] * 2 + ["a.published"], ["<.x"]])
def test_a_choice_that_cannot_be_is_refused(
    partner: Browser, desk_browser: Browser, given: list[str]
) -> None:
    for path in ("publiceren", "afwijzen", "intrekken"):
        form = {"gekozen": given, "zeker": "ja", "reden": "x"}
        assert (
            'class="flash"' in desk_browser.follow(desk_browser.post(f"{DESK}/{path}", form)).text
        )


def test_an_unknown_document_is_counted_not_made(desk_browser: Browser) -> None:
    form = {"gekozen": ["0" * 26 + ".inspected"], "zeker": "ja", "reden": "Weg."}
    answer = desk_browser.post(f"{DESK}/afwijzen", form)
    assert "1 was intussen al veranderd" in desk_browser.follow(answer).text


def test_who_may_only_look_cannot_choose(visitor: Browser, partner: Browser) -> None:
    document_id = uploaded(partner)
    looking = sign_in(visitor, reader())
    page = looking.get(DESK).text
    assert document_id in page
    assert 'name="gekozen"' not in page
    for path in ("publiceren", "afwijzen", "intrekken"):
        form = {"gekozen": chosen(document_id), "zeker": "ja", "reden": "x"}
        assert looking.post(f"{DESK}/{path}", form).status == 403
