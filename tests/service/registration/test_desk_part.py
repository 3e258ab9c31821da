"""What the congresses say at the desk: needs, figures of the week, dates to come."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.registration import fragments, usecases
from chalicelib.registration.repository import Repository
from chalicelib.registration.usecases import count_week
from shared import desk, network
from shared.clock import FixedClock
from shared.desk import DeskPart
from tests.registration_support import EVENT
from tests.service.conftest import create_bucket, create_table, empty_account

LATER = {"opens": "2027-05-01 09:00", "closes": "2027-09-15 18:00"}


@pytest.fixture
def repository(clock: FixedClock) -> Repository:
    empty_account()
    network.forget()
    for name in ("ACCESS_TABLE", "REGISTRATION_TABLE"):
        create_table(os.environ[name])
    create_bucket(os.environ["WEB_BUCKET"])
    fragments._counted.clear()
    return Repository(clock)


def published(repository: Repository, clock: FixedClock) -> DeskPart:
    fragments.publish_fragments(repository, clock)
    return desk.read_part("registration")


def figures(part: DeskPart) -> list[int]:
    return [one.value for one in part.figures]


def test_people_who_wait_are_a_need_with_the_page_that_shows_them(
    define: Callable[..., Any],
    register: Callable[..., Any],
    repository: Repository,
    clock: FixedClock,
) -> None:
    define()
    assert published(repository, clock).needs == ()
    for name in ("ada", "bob", "cas"):
        register(name)
    part = published(repository, clock)
    (need,) = part.needs
    assert (need.kind, need.count, need.event) == ("waiting_list", 1, EVENT)
    assert need.href == f"/congres/beheer/{EVENT}?stand=waiting"
    assert need.text["nl"] == "Vol: 1 deelnemer wacht"
    assert part.titles == {EVENT: {"nl": "Buurtdag", "en": "Neighbourhood day"}}
    assert "Ada" not in json.dumps([str(part)])


def test_the_week_counts_who_came_and_who_went(
    define: Callable[..., Any],
    register: Callable[..., Any],
    repository: Repository,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    define(capacity=9)
    ids = [register(name).registration_id for name in ("ada", "bob", "cas")]
    usecases.cancel(repository, clock, registration_id=ids[0], link_version=None)
    assert figures(published(repository, clock)) == [3, 1]
    clock.advance(timedelta(days=8))
    assert figures(published(repository, clock)) == [0, 0]
    register("dirk")
    usecases.cancel(repository, clock, registration_id=ids[1], link_version=None)
    assert figures(published(repository, clock)) == [1, 1]
    monkeypatch.setattr(importable(count_week), "MOST_COUNTED", 1)
    part = published(repository, clock)
    assert part.figures[0].label["nl"] == "Aangemeld, minstens"


def importable(function: Any) -> Any:
    import sys

    return sys.modules[function.__module__]


def test_in_a_rush_figures_are_kept_for_a_minute(
    define: Callable[..., Any],
    register: Callable[..., Any],
    repository: Repository,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fragments, "RUSH", 1)
    define(capacity=9)
    register("ada")
    assert figures(published(repository, clock)) == [1, 0]
    register("bob")
    assert figures(published(repository, clock)) == [1, 0]
    clock.advance(timedelta(minutes=1))
    assert figures(published(repository, clock)) == [2, 0]


def test_dates_to_come_and_a_draft_that_is_late(
    define: Callable[..., Any], repository: Repository, clock: FixedClock
) -> None:
    define(published=False, registration=LATER)
    part = published(repository, clock)
    assert part.needs == ()
    assert part.figures == ()
    assert [one.at for one in part.dates] == [
        datetime(2027, 5, 1, 7, tzinfo=UTC),
        datetime(2027, 9, 15, 16, tzinfo=UTC),
        datetime(2027, 9, 17, 7, 30, tzinfo=UTC),
    ]
    clock.advance(timedelta(days=30))
    part = published(repository, clock)
    assert [(one.kind, one.href) for one in part.needs] == [
        ("draft", f"/congres/beheer/{EVENT}/stand")
    ]
    assert len(part.dates) == 2
    clock.advance(timedelta(days=365))
    assert published(repository, clock) == DeskPart()
