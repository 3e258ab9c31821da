"""Deleting a congress that nobody ever registered for."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.registration import usecases
from chalicelib.registration.repository import Repository
from chalicelib.registration.usecases import define as define_module
from shared.clock import FixedClock
from shared.errors import Conflict, PlekkenError
from tests.registration_support import EVENT, register_person
from tests.service.registration.conftest import events, outside

Define = Callable[..., Any]


def delete(repository: Repository, clock: FixedClock, revision: int = 1) -> None:
    usecases.delete_draft(repository, clock, event=EVENT, revision=revision)


def test_a_draft_goes_with_an_event_for_whoever_shows_it(
    define: Define, repository: Repository, clock: FixedClock
) -> None:
    define(published=False)
    delete(repository, clock)
    delete(repository, clock)
    assert repository.definitions.get(EVENT) is None
    assert repository.definitions.all() == []
    told = [event["data"]["revision"] for event in events("registration.event_changed.v1")]
    assert told == [1, 1]


def test_what_is_online_or_was_used_stays(
    define: Define, register: Callable[..., Any], repository: Repository, clock: FixedClock
) -> None:
    define()
    with pytest.raises(Conflict) as refused:
        delete(repository, clock)
    assert refused.value.code == "event_published"
    receipt = register("ada")
    usecases.cancel(repository, clock, registration_id=receipt.registration_id, link_version=None)
    define(published=False)
    with pytest.raises(Conflict) as refused:
        delete(repository, clock, 2)
    assert refused.value.code == "event_in_use"
    assert repository.definitions.get(EVENT)


def test_another_revision_than_was_seen_stays(
    define: Define, repository: Repository, clock: FixedClock
) -> None:
    define(published=False)
    define(published=False, capacity=9)
    with pytest.raises(Conflict) as refused:
        delete(repository, clock)
    assert refused.value.code == "changed_meanwhile"


def test_nobody_comes_in_through_a_line_that_a_crash_left_open(
    define: Define, repository: Repository, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process still remembers the congress as it was online."""
    define()
    elsewhere = Repository(clock)
    usecases.find_definition(elsewhere, EVENT)
    with monkeypatch.context() as crash:
        crash.setattr(define_module, "copy_to_lines", lambda *_: None)
        define(published=False)
    delete(repository, clock, 2)
    with pytest.raises(PlekkenError):
        register_person(elsewhere, clock, "ada")
    assert not [item for item in outside() if item["pk"]["S"].startswith("REGISTRATION#")]


def test_a_new_congress_may_have_the_id_of_a_deleted_one(
    define: Define, register: Callable[..., Any], repository: Repository, clock: FixedClock
) -> None:
    define(published=False)
    define(published=False, capacity=9)
    define(published=False, capacity=5)
    delete(repository, clock, 3)
    made = define(capacity=4)
    assert made.revision == 4
    pool = repository.pools.get(EVENT, "congress")
    assert pool is not None
    assert (pool.capacity, pool.watermark, pool.revision) == (4, 4, 4)
    assert register("ada", sessions=["a1"]).state == "seated"
