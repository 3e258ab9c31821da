"""A changed congress reaches everybody, in slices that stay small however many there are."""

import itertools
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.registration import consumers, domain
from chalicelib.registration.domain import Answers, Receipt
from chalicelib.registration.models import AnswersItem
from chalicelib.registration.repository import Repository
from chalicelib.registration.usecases import spread
from shared.clock import FixedClock
from tests.registration_support import EVENT
from tests.service.registration.conftest import calls, outside

Register = Callable[..., Receipt]
Define = Callable[..., Any]
SLICES = 3 + 3  # six seats, two at once, and eight people, three at once
PEOPLE = [f"p{number}" for number in range(8)]
LATER: dict[str, Any] = {
    "starts": "2028-03-01 09:30",
    "ends": "2028-03-01 17:00",
    "rounds": [],
    "registration": {"opens": "2027-01-01 09:00", "closes": "2028-02-15 18:00"},
}
SPREADS = ("event_changed.v1", "definition_partly_spread.v1")


class Killed(BaseException):
    """The process stops here."""


@pytest.fixture(autouse=True)
def small_slices(
    repository: Repository, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "clock", clock)
    monkeypatch.setattr(consumers, "_repository", lambda: repository)
    monkeypatch.setattr(consumers.fragments, "publish_fragments", lambda *_: None)
    monkeypatch.setattr(spread, "SEATS_AT_ONCE", 2)
    monkeypatch.setattr(spread, "REGISTRATIONS_AT_ONCE", 3)


@pytest.fixture
def full(define: Define, register: Register) -> Define:
    """Two have a seat, six wait, all gave sensitive answers."""
    define()
    for name in PEOPLE:
        register(name, answers=Answers(diet="vegan"))
    return define


def waiting() -> list[str]:
    """The events that ask for a slice and were not handled."""
    done = {item["pk"]["S"].rpartition("#")[2] for item in outside() if _is(item, "SEEN#")}
    events = [json.loads(item["event"]["S"]) for item in outside() if _is(item, "OUTBOX#")]
    wanted = [event for event in events if event["type"].endswith(SPREADS)]
    return [json.dumps(event) for event in wanted if event["id"] not in done | _delivered]


_delivered: set[str] = set()


@pytest.fixture(autouse=True)
def _nothing_delivered() -> None:
    _delivered.clear()


def _is(item: Any, prefix: str) -> bool:
    return str(item["pk"]["S"]).startswith(prefix)


def hand(*bodies: str) -> list[Any]:
    batch = [{"messageId": str(index), "body": body} for index, body in enumerate(bodies)]
    failed: list[Any] = consumers.inbox({"Records": batch})["batchItemFailures"]
    return failed


def deliver_all() -> int:
    """Bring each event that asks for a slice until there are no more; answers how many came."""
    slices = 0
    while bodies := waiting():
        for body in bodies:
            assert hand(body) == []
            _delivered.add(json.loads(body)["id"])
            slices += 1
    return slices


def reached(repository: Repository) -> set[tuple[str, datetime]]:
    """Everybody's state and until when they are kept, and their answers."""
    found = {(one.state, one.keep_until) for one in repository.lists.all(EVENT)}
    answers = AnswersItem.scan(AnswersItem.sk == "ANSWERS")
    return found | {("answers", item.keep_until) for item in answers}


def all_there(repository: Repository) -> set[tuple[str, datetime]]:
    definition = repository.definitions.get(EVENT)
    assert definition is not None
    until = domain.keep_until(definition)
    answers_until = definition.ends_at + domain.KEEP_SENSITIVE
    assert until == datetime(2028, 3, 31, 16, 0, tzinfo=UTC)
    return {("seated", until), ("answers", answers_until)}


def test_every_slice_is_small_and_the_last_leaves_nothing_to_do(
    full: Define, repository: Repository
) -> None:
    deliver_all()
    full(**LATER, capacity=8)
    assert deliver_all() == SLICES
    assert reached(repository) == all_there(repository)


def test_a_slice_costs_the_same_for_eight_as_for_sixteen(
    full: Define, register: Register, repository: Repository
) -> None:
    for number in range(8, 16):
        register(f"p{number}", answers=Answers(diet="vegan"))
    deliver_all()
    full(**LATER, capacity=16)
    most = 0
    while bodies := waiting():
        with calls() as made:
            assert hand(bodies[0]) == []
        _delivered.add(json.loads(bodies[0])["id"])
        most = max(most, len(made))
    assert reached(repository) == all_there(repository)
    assert most <= 20


@pytest.mark.parametrize("seed", range(3))
def test_slices_may_come_twice_and_in_any_order(
    full: Define, repository: Repository, seed: int
) -> None:
    lot = random.Random(seed)
    full(**LATER, capacity=8)
    everything: list[str] = []
    while bodies := waiting():
        everything += bodies
        batch = [*bodies, *lot.choices(everything, k=2)]
        lot.shuffle(batch)
        assert hand(*batch) == []
        _delivered.update(json.loads(body)["id"] for body in bodies)
    assert reached(repository) == all_there(repository)
    assert len(everything) == 1 + SLICES  # the first definition's, and no second chain


def test_a_crash_at_any_call_loses_nothing(full: Define, repository: Repository) -> None:
    deliver_all()
    full(**LATER, capacity=8)
    crashes = 0
    for at in itertools.count(1):
        bodies = waiting()
        if not bodies:
            break
        with _killed_at(at % 9) as happened:
            hand(bodies[0])
            _delivered.add(json.loads(bodies[0])["id"])
        crashes += len(happened)
    assert crashes > 10
    assert reached(repository) == all_there(repository)


class _killed_at:  # noqa: N801 - reads as a sentence
    def __init__(self, call: int) -> None:
        self._left = call
        self._happened: list[int] = []

    def __enter__(self) -> list[int]:
        from botocore.client import BaseClient

        self._original = BaseClient._make_api_call

        def counted(client: Any, operation: str, arguments: Any) -> Any:
            self._left -= 1
            if self._left == 0:
                self._happened.append(1)
                raise Killed
            return self._original(client, operation, arguments)

        BaseClient._make_api_call = counted
        return self._happened

    def __exit__(self, kind: Any, *_: object) -> bool:
        from botocore.client import BaseClient

        BaseClient._make_api_call = self._original
        return kind is Killed


def test_an_older_change_stops_where_a_newer_one_goes_on(
    full: Define, repository: Repository
) -> None:
    deliver_all()
    full(capacity=3)
    (old,) = waiting()
    full(**LATER, capacity=8)
    assert hand(old) == []
    _delivered.add(json.loads(old)["id"])
    assert len(waiting()) == 1  # the newer one's: the older asks for no second slice
    deliver_all()
    assert reached(repository) == all_there(repository)
