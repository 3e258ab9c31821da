"""Counting a congress, and taking its list along: each part of the list is read once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.client import BaseClient

from chalicelib.registration import usecases
from chalicelib.registration.domain import Answers, Line, Registration, Tally
from chalicelib.registration.models import PoolItem
from chalicelib.registration.repository import Repository, figures
from chalicelib.registration.repository.records import BUCKET, answers_item, registration_item
from shared.clock import FixedClock
from tests.registration_support import CONSENT, EVENT
from tests.service.registration.conftest import calls

SEATED, WAITING = 2 * BUCKET + 40, 5
CANCELLED = 9


def registration(clock: FixedClock, number: int, **changes: Any) -> Registration:
    state = "seated" if number <= SEATED else "waiting"
    values: dict[str, Any] = {
        "id": f"R{number:05d}",
        "event": EVENT,
        "state": state,
        "version": 1,
        "link_version": 1,
        "language": "nl",
        "name": f"Nummer {number}",
        "email": f"nummer{number}@example.org",
        "person": "hash",
        "audience": "resident",
        "consent": CONSENT,
        "registered_at": clock.now(),
        "lines": (Line(id="congress", number=number, state=state),),
        "keep_until": clock.now() + timedelta(days=30),
    }
    return Registration(**values | changes)


@pytest.fixture
def crowd(repository: Repository, clock: FixedClock, define: Callable[..., Any]) -> None:
    """A congress with three buckets of people, of whom some wait, and some who cancelled."""
    define(capacity=SEATED)
    last = SEATED + WAITING
    PoolItem(f"POOL#{EVENT}#congress", "POOL").update(actions=[PoolItem.issued.set(last)])
    found = [registration(clock, number) for number in range(1, last + 1)]
    found += [
        registration(clock, last + number, state="cancelled", lines=(), changed_at=clock.now())
        for number in range(1, CANCELLED + 1)
    ]
    for one in found:
        registration_item(one).save()
    until = clock.now() + timedelta(days=7)
    answers_item("R00001", Answers(diet="vegetarisch"), until).save()


def test_each_part_of_the_list_is_read_once_and_nobodys_name(
    repository: Repository, crowd: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []
    original = BaseClient._make_api_call

    def noted(self: Any, operation: str, params: dict[str, Any]) -> Any:
        if operation == "Query":
            asked.append(params)
        return original(self, operation, params)

    monkeypatch.setattr(BaseClient, "_make_api_call", noted)
    with calls() as made:
        totals = usecases.count_totals(repository, event=EVENT)
    assert totals.everybody == Tally(SEATED, WAITING, CANCELLED)
    assert totals.audiences == {"resident": totals.everybody}
    assert made == ["GetItem", "BatchGetItem", *["Query"] * (3 + 8)]
    for params in asked:
        names = params["ExpressionAttributeNames"]
        read = {names[name.strip()] for name in params["ProjectionExpression"].split(",")}
        assert read == set(figures.COUNTED)
    assert not {"name", "email", "person", "phone"} & set(figures.COUNTED)


def test_a_page_that_dynamodb_cuts_short_is_read_on(
    repository: Repository, crowd: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bucket of long registrations is more than the megabyte that one answer holds."""
    original = BaseClient._make_api_call

    def cut(self: Any, operation: str, params: dict[str, Any]) -> Any:
        return original(
            self, operation, params | {"Limit": 100} if operation == "Query" else params
        )

    monkeypatch.setattr(BaseClient, "_make_api_call", cut)
    totals = usecases.count_totals(repository, event=EVENT)
    assert totals.everybody == Tally(SEATED, WAITING, CANCELLED)
    assert len(list(usecases.export_rows(repository, EVENT))) == SEATED + WAITING


def test_the_list_is_taken_along_in_order_with_a_query_per_bucket(
    repository: Repository, crowd: None, clock: FixedClock
) -> None:
    with calls() as made:
        rows = list(usecases.export_rows(repository, EVENT))
    assert [one.congress.number for one, _ in rows] == list(range(1, SEATED + WAITING + 1))
    assert rows[0][1] == Answers(diet="vegetarisch")
    assert rows[1][1] == Answers()
    assert made.count("Query") == 3
    assert made.count("BatchGetItem") == 1 + 6  # the line, and the answers of a hundred each
    clock.advance(timedelta(days=30))
    assert list(usecases.export_rows(repository, EVENT)) == []
    assert usecases.count_totals(repository, event=EVENT).everybody == Tally()
