"""What visitors and organisers see, and asking for the link again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.registration import usecases
from chalicelib.registration.domain import Answers, Availability, Receipt
from chalicelib.registration.repository import Repository, records
from shared.clock import FixedClock
from shared.errors import Invalid, NotFound
from tests.registration_support import EVENT
from tests.service.registration.conftest import calls, events

Register = Callable[..., Receipt]
Define = Callable[..., Any]


def test_an_event_shows_how_full_it_is(
    define: Define, register: Register, repository: Repository
) -> None:
    define()
    for name in ("ada", "bob", "cas"):
        register(name, sessions=["a1"])
    shown = usecases.find_event(repository, EVENT)
    assert shown.lines["congress"] == Availability(capacity=2, free=0, waiting=1)
    assert shown.lines["a1"] == Availability(capacity=1, free=0, waiting=1)
    assert shown.lines["b1"] == Availability(capacity=1, free=1, waiting=0)
    assert [one.definition.id for one in usecases.list_events(repository)] == [EVENT]


def test_drafts_are_for_organisers(define: Define, repository: Repository) -> None:
    define(published=False)
    assert usecases.list_events(repository) == []
    assert len(usecases.list_events(repository, drafts=True)) == 1
    with pytest.raises(NotFound):
        usecases.find_event(repository, EVENT)
    assert usecases.find_event(repository, EVENT, drafts=True).definition.id == EVENT


def test_the_list_has_the_seated_then_the_waiting_page_by_page(
    define: Define, register: Register, repository: Repository, clock: FixedClock
) -> None:
    define(capacity=3)
    receipts = [register(name) for name in ("ada", "bob", "cas", "dirk", "eva")]
    gone = receipts[1].registration_id
    usecases.cancel(repository, clock, registration_id=gone, link_version=None)
    names, cursor, pages = [], None, 0
    while True:
        with calls() as made:
            page = usecases.list_registrations(repository, event=EVENT, cursor=cursor, limit=2)
        # On the last page one more, for how far the numbers go.
        assert made == ["Query", "BatchGetItem"] if page.cursor is None else ["Query"]
        names += [(one.name, one.state) for one in page.registrations]
        cursor, pages = page.cursor, pages + 1
        if cursor is None:
            break
    assert names == [
        ("Ada", "seated"), ("Cas", "seated"), ("Dirk", "waiting"), ("Eva", "waiting"),
    ]  # fmt: skip
    assert pages in (2, 3)


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 7])
def test_the_list_goes_on_over_the_partitions_that_its_numbers_stand_in(
    define: Define,
    register: Register,
    repository: Repository,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
    limit: int,
) -> None:
    monkeypatch.setattr(records, "BUCKET", 2)
    define(capacity=3)
    receipts = [register(name) for name in ("ada", "bob", "cas", "dirk", "eva", "fay", "gus")]
    for one in receipts[3:5]:  # a whole partition
        usecases.cancel(repository, clock, registration_id=one.registration_id, link_version=None)
    names: list[str] = []
    cursor = None
    while True:
        page = usecases.list_registrations(repository, event=EVENT, cursor=cursor, limit=limit)
        assert len(page.registrations) <= limit
        names += [one.name for one in page.registrations]
        cursor = page.cursor
        if cursor is None:
            break
    assert names == ["Ada", "Bob", "Cas", "Fay", "Gus"]
    everybody = {one.name for one in repository.lists.all(EVENT)}
    assert everybody == {"Ada", "Bob", "Cas", "Dirk", "Eva", "Fay", "Gus"}


def test_a_cursor_of_another_list_is_refused(
    define: Define, register: Register, repository: Repository
) -> None:
    define()
    for name in ("ada", "bob"):
        register(name)
    page = usecases.list_registrations(repository, event=EVENT, cursor=None, limit=1)
    for event, cursor in (("other", page.cursor), (EVENT, "made-up")):
        with pytest.raises(Invalid):
            usecases.list_registrations(repository, event=event, cursor=cursor, limit=1)


def test_the_export_has_the_answers(
    define: Define, register: Register, repository: Repository
) -> None:
    define()
    register("ada", answers=Answers(diet="vegan", access_needs="ringleiding"))
    register("bob")
    rows = list(usecases.export_rows(repository, EVENT))
    assert [(one.name, answers.diet) for one, answers in rows] == [("Ada", "vegan"), ("Bob", "")]


def test_asking_for_the_link_costs_the_same_for_known_and_unknown(
    define: Define, register: Register, repository: Repository, clock: FixedClock
) -> None:
    define()
    ada = register("ada")
    made = []
    for email in ("ADA@example.org", "nobody@example.org"):
        clock.advance(timedelta(seconds=1))  # ids of one millisecond have no order
        with calls() as some:
            usecases.request_link(repository, clock, event=EVENT, email=email, visitor="visitor")
        made.append(some)
    assert made[0] == made[1] == ["UpdateItem"] * 2 + ["GetItem", "TransactWriteItems"]
    known, unknown = (
        one["data"]["registration_id"] for one in events("registration.link_requested.v1")
    )
    assert known == ada.registration_id
    assert repository.registrations.get(unknown) is None
