"""The audit log: who did what to which item when, filtered, page by page, and as a file."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.platform.pages import audit as audit_pages
from shared import auth, pagination
from shared.access import AuditItem, OrganiserItem
from shared.clock import FixedClock
from tests.service.browser import Browser, sign_in

LOG = "/beheer/logboek"
OWNER = {"platform": "owner", "directory": "owner"}


def person(identifier: str, name: str, roles: dict[str, str] | None = None) -> auth.Organiser:
    email = f"{identifier}@example.org"
    OrganiserItem("ORGANISERS", identifier, email=email, name=name, roles=roles or {}).save()
    found = auth.find_organiser(identifier)
    assert found is not None
    return found


@pytest.fixture
def ada(visitor: Browser, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> auth.Organiser:
    monkeypatch.setattr(audit_pages, "clock", clock)
    return person("ada", "Ada Eigenaar", OWNER)


@pytest.fixture
def owner(visitor: Browser, ada: auth.Organiser) -> Browser:
    return sign_in(visitor, ada.id)


def test_only_owners_of_the_platform_read_the_log(visitor: Browser, ada: auth.Organiser) -> None:
    person("bob", "Bob", {"directory": "owner", "platform": "organiser"})
    for path in (LOG, f"{LOG}/logboek.csv"):
        assert visitor.get(path).status == 303
        assert sign_in(visitor, "bob").get(path).status == 403


def test_an_empty_month_says_so_in_both_languages(owner: Browser) -> None:
    assert "Deze maand is er nog niets gebeurd." in owner.get(LOG).text
    assert "Niets gevonden dat hierbij past." in owner.get(f"{LOG}?wat=member.").text
    assert "March 2027" in owner.get(f"{LOG}?lang=en").text


def test_the_log_says_who_did_what_to_which_item_newest_first(
    owner: Browser, ada: auth.Organiser, clock: FixedClock
) -> None:
    auth.audit(ada, "member.approved", "m1", clock)
    clock.advance(timedelta(minutes=1))
    auth.audit(ada, "something.new", "x1", clock)
    page = owner.get(LOG).text
    assert "Ada Eigenaar" in page
    assert "lid goedgekeurd" in page
    assert "something.new" in page, "an action without words shows its own name"
    assert page.index("something.new") < page.index("lid goedgekeurd</div>")
    assert 'href="/leden/beheer/m1"' in page


def test_an_item_links_only_to_a_page_that_exists_and_may_be_read(
    owner: Browser, ada: auth.Organiser, clock: FixedClock
) -> None:
    bob = person("bob", "Bob")
    auth.audit(ada, "document.published", "d1", clock)
    auth.audit(ada, "organiser.changed", bob.id, clock)
    auth.audit(ada, "organiser.changed", "gone", clock)
    page = owner.get(LOG).text
    assert "/documenten/beheer/d1" not in page, "this owner may not read the documents' desk"
    assert 'href="/beheer/mensen/bob"' in page
    assert 'href="/beheer/mensen/gone"' not in page


def test_who_was_removed_shows_as_removed_with_the_id(owner: Browser, clock: FixedClock) -> None:
    leaver = person("leaver-7", "Zij Die Wegging")
    auth.audit(leaver, "member.approved", "m1", clock)
    OrganiserItem("ORGANISERS", leaver.id).delete()
    page = owner.get(LOG).text
    assert "(verwijderd)" in page
    assert "leaver-7" in page
    assert "Zij Die Wegging" not in page
    chosen = owner.get(f"{LOG}?wie=leaver-7").text
    assert '<option value="leaver-7" selected>' in chosen
    assert "lid goedgekeurd</div>" in chosen


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("", {"m1", "m2", "plekken-2027"}),
        ("wie=bob", {"m2"}),
        ("wat=member.approved", {"m1"}),
        ("wat=member.", {"m1", "m2"}),
        ("q=plekken-2027", {"plekken-2027"}),
        ("wie=bob&wat=registration.", set()),
        ("maand=2027-03", set()),
        ("maand=2027-04&wie=ada&wat=member.", {"m1"}),
    ],
)
def test_the_filters(
    owner: Browser, ada: auth.Organiser, clock: FixedClock, query: str, seen: set[str]
) -> None:
    bob = person("bob", "Bob")
    auth.audit(ada, "member.approved", "m1", clock)
    auth.audit(bob, "member.declined", "m2", clock)
    auth.audit(ada, "registration.exported", "plekken-2027", clock)
    page = owner.get(f"{LOG}?{query}").text
    assert {item for item in ("m1", "m2", "plekken-2027") if f"<code>{item}</code>" in page} == seen


def test_another_month_is_another_part_of_the_log(
    owner: Browser, ada: auth.Organiser, clock: FixedClock
) -> None:
    auth.audit(ada, "member.approved", "april", clock)
    clock.advance(timedelta(days=30))
    auth.audit(ada, "member.approved", "mei", clock)
    assert "<code>april</code>" not in owner.get(LOG).text
    assert "<code>april</code>" in owner.get(f"{LOG}?maand=2027-04").text
    for month in ("2020-01", "2099-01", "x", "2027-4"):
        assert owner.get(f"{LOG}?maand={month}").status == 422


def test_pages_go_on_where_the_one_before_ended(
    owner: Browser, ada: auth.Organiser, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_pages, "PAGE_SIZE", 2)
    for number in range(5):
        clock.advance(timedelta(seconds=1))
        auth.audit(ada, "member.approved" if number % 2 else "member.declined", f"m{number}", clock)
    first = owner.get(f"{LOG}?wat=member.")
    auth.audit(ada, "member.approved", "later", clock)
    seen, page = items(first), first
    while 'rel="next"' in page.text:
        page = owner.get(next_of(page.text))
        seen += items(page)
    assert seen == ["m4", "m3", "m2", "m1", "m0"], "also while others go on working"


def test_a_cursor_that_we_did_not_make_is_refused(owner: Browser) -> None:
    assert owner.get(f"{LOG}?cursor=abc").status == 422


def test_a_cursor_of_another_list_or_month_starts_at_the_top(
    owner: Browser, ada: auth.Organiser, clock: FixedClock
) -> None:
    auth.audit(ada, "member.approved", "m1", clock)
    march = {"month": "2027-03", "before": "01J0000000000000000000000A"}
    for cursor in (march, {"from": "50"}):
        page = owner.get(f"{LOG}?cursor={pagination.encode(cursor)}")
        assert "<code>m1</code>" in page.text


def test_the_file_holds_the_filtered_month_and_taking_it_is_written_down(
    owner: Browser, ada: auth.Organiser, clock: FixedClock
) -> None:
    evil = person("evil", "=HYPERLINK(1)")
    auth.audit(evil, "member.approved", "m1", clock)
    auth.audit(ada, "member.declined", "m2", clock)
    answer = owner.get(f"{LOG}/logboek.csv?wat=member.approved")
    assert answer.text.startswith("\ufeff")
    header, *rows = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert header == ["Wanneer", "Wie", "Wie (id)", "Wat", "Actie", "Waarover (id)"]
    assert rows == [
        [
            "2027-04-14 11:30:00",
            "'=HYPERLINK(1)",
            "evil",
            "lid goedgekeurd",
            "member.approved",
            "m1",
        ]
    ]
    assert "logboek-2027-04.csv" in answer.headers["Content-Disposition"]
    assert "<code>2027-04</code>" in owner.get(f"{LOG}?wat=audit.exported&wie=ada").text


def test_what_is_past_its_date_shows_no_more(
    owner: Browser, ada: auth.Organiser, clock: FixedClock
) -> None:
    auth.audit(ada, "member.approved", "m1", clock)
    [note] = AuditItem.query("AUDIT#2027-04")
    note.expires_at = clock.now() - timedelta(seconds=1)
    note.save()
    assert "<code>m1</code>" not in owner.get(LOG).text


def test_hostile_filters_are_shown_as_text(owner: Browser) -> None:
    page = owner.get(f"{LOG}?wie=%3Cscript%3E&wat=%22%3E&q=%3Cb%3E").text
    assert "<script>" not in page
    assert "<b>" not in page


def items(answer: Any) -> list[str]:
    return [part.partition("</code>")[0] for part in answer.text.split("<code>")[1:]]


def next_of(text: str) -> str:
    before = text.partition('" rel="next"')[0]
    return before.rpartition('href="')[2].replace("&amp;", "&")
