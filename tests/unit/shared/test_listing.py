"""Lists of the desk: what was asked and chosen, and what became of it."""

from typing import Any
from urllib.parse import urlencode

import pytest

from shared import listing, pagination
from shared.errors import Conflict, Invalid, NotFound, Unavailable
from shared.listing import Chosen, Outcome, Wanted
from shared.request import Request


def request(query: dict[str, str] | None = None, form: Any = ()) -> Request:
    return Request(
        service="registration",
        method="POST",
        path="/congres/beheer",
        query=query or {},
        headers={"content-type": "application/x-www-form-urlencoded"},
        body=urlencode(form).encode(),
        source_ip="",
        correlation_id="",
        most_fields=500,
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", True),
        ("TUIN voedsel", True),
        ("cooperatie", True),
        ("Coöperatie", True),
        ("park", False),
        ("voedsel park", False),
        ("<script>alert(1)</script>", False),
        ("'; DROP", False),
        ("%_*", False),
        ("🌳", False),
    ],
)
def test_words_are_found_inside_others_whatever_their_accents(text: str, *, found: bool) -> None:
    assert Wanted(text=text).finds("De Voedseltuin", "coöperatie") is found


def test_what_is_no_state_asks_for_nothing() -> None:
    asked = listing.wanted(request({"q": " tuin ", "stand": "draft", "x": "y"}), ["draft"])
    assert asked == Wanted("tuin", "draft")
    assert listing.wanted(request({"stand": "<b>"}), ["draft"]).state == ""
    assert len(listing.wanted(request({"q": "a" * 9000})).text) == listing.LONGEST_QUESTION


def test_pages_follow_each_other_and_keep_the_question() -> None:
    rows = list(range(listing.PAGE + 3))
    first = listing.page_of(request({"q": "a"}), Wanted("a"), rows)
    assert (len(first.rows), first.total, first.first_url) == (listing.PAGE, 53, "")
    assert first.next_url.startswith("/congres/beheer?q=a&cursor=")
    cursor = first.next_url.rpartition("=")[2]
    there = request({"q": "a", "cursor": cursor})
    last = listing.page_of(there, listing.wanted(there), rows)
    assert (last.rows, last.next_url) == (rows[listing.PAGE :], "")
    assert last.first_url == "/congres/beheer?q=a"


@pytest.mark.parametrize("cursor", ["x", "é", "../..", pagination.encode({"from": "1"})[:-2]])
def test_a_cursor_that_we_did_not_make_is_refused(cursor: str) -> None:
    with pytest.raises(Invalid):
        listing.wanted(request({"cursor": cursor}))


def test_what_was_chosen_comes_once_with_its_version() -> None:
    form = [("gekozen", "a-1.2"), ("gekozen", "b.inspected"), ("gekozen", "a-1.2")]
    found = listing.chosen(request(form=form))
    assert found == [Chosen("a-1", "2"), Chosen("b", "inspected")]
    assert [one.field for one in found] == ["a-1.2", "b.inspected"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ([], "nothing_chosen"),
        ([f"{n}.1" for n in range(listing.PAGE + 1)], "too_many_chosen"),
        ([f"{n}.1" for n in range(240)], "too_many_chosen"),
        (["a"], "chosen_malformed"),
        (["a.1", "b."], "chosen_malformed"),
        (["a.1", "a.2"], "chosen_malformed"),
        (["../x.1"], "chosen_malformed"),
        (["a" * 65 + ".1"], "chosen_malformed"),
        ([""], "chosen_malformed"),
    ],
)
def test_a_choice_that_no_page_of_ours_offers_is_refused(given: list[str], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        listing.chosen(request(form=[("gekozen", one) for one in given]))
    assert refused.value.code == code


def test_one_that_fails_stops_no_other() -> None:
    trouble = {"b": Conflict(), "c": NotFound(), "d": Unavailable()}

    def act(row: Chosen) -> None:
        if row.id in trouble:
            raise trouble[row.id]

    outcome = listing.for_each([Chosen(one, "1") for one in "abcde"], act)
    assert outcome == Outcome(2, changed=2, failed=1)
    text = listing.told(request(), outcome, "%(count)s gedaan.")
    assert text.startswith("2 gedaan. 2 was intussen al veranderd")
    assert "1 is niet gelukt" in text
