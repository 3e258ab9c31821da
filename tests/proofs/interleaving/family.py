"""Use cases that write the same items: states to start from, operations, and what must hold."""

import copy
import itertools
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import CodeType, FrameType
from typing import Any, Generic, TypeVar

from tests.proofs.calls import Call
from tests.proofs.extent import SEED
from tests.proofs.interleaving.account import Account, Contents
from tests.proofs.interleaving.race import Crash, Ran, Schedule, race, schedules

W = TypeVar("W")


@dataclass(frozen=True, eq=False)
class Family(Generic[W]):
    """A new operation needs one line in `operations`; README.md says more.

    An operation is called with the world and with 0 or 1, which of the two racing it is: a pair
    that needs a person or a message of its own each takes it from that.
    """

    name: str
    account: Account
    states: Mapping[str, Callable[[], W]]
    operations: Mapping[str, Callable[[W, int], object]]
    check: Callable[[W, Ran], list[str]]  # what is wrong, at once and when all has come to rest
    again: frozenset[str] = frozenset()  # the operations that a queue or schedule repeats
    more: Mapping[str, Callable[[W, int], object]] = field(default_factory=dict)  # for guards only
    more_states: Mapping[str, Callable[[], W]] = field(default_factory=dict)
    forget: Callable[[], None] = lambda: None  # what a process remembers between runs

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Each operation with itself and with each other one."""
        return list(itertools.combinations_with_replacement(self.operations, 2))


@dataclass(frozen=True)
class Case:
    """Two operations of a family, from one state."""

    family: Family[Any]
    state: str
    first: str
    second: str

    def __str__(self) -> str:
        return f"{self.family.name}: {self.state} / {self.first} + {self.second}"

    def attempt(self, schedule: Schedule = (), crash: Crash | None = None) -> list[str]:
        """One run; answers what is wrong afterwards."""
        world = fresh(self.family, self.state)
        first, second = (_operation(self.family, name) for name in (self.first, self.second))
        ran = race(lambda: first(world, 0), lambda: second(world, 1), schedule, crash)
        if ran.crashed and self.first in self.family.again:
            ran.calls[0].extend(race(lambda: first(world, 0)).calls[0])
        where = f"crash at {crash}" if crash else "".join(map(str, schedule))
        return [f"{self} ({where}): {wrong}" for wrong in self.family.check(world, ran)]

    def schedules(self, most: int) -> Iterator[Schedule]:
        """Up to `most` orders of the calls of both."""
        return schedules(*self.lengths, most, SEED)

    @property
    def lengths(self) -> tuple[int, int]:
        """How many calls each makes when it is alone."""
        return (
            length(self.family, self.state, self.first),
            length(self.family, self.state, self.second),
        )

    def crashes(self, most: int) -> list[Crash]:
        """Up to `most` points around the calls of the first, spread evenly."""
        calls = length(self.family, self.state, self.first)
        points = [Crash(call, after) for call in range(1, calls + 1) for after in (False, True)]
        return points[:: max(1, -(-len(points) // most))] if most else []


@dataclass(frozen=True)
class Alone:
    """What an operation does with nobody else around."""

    ran: frozenset[CodeType]  # every function that it called
    writes: frozenset[str]  # what kinds of items it writes


def fresh(family: Family[W], state: str) -> W:
    """The family's world in this state, with the account as it belongs to it."""
    world, contents = _made(family, state)
    family.account.restore(contents)
    family.forget()
    return copy.deepcopy(world)


@cache
def _made(family: Family[Any], state: str) -> tuple[Any, Contents]:
    family.account.restore(Contents())
    family.forget()
    world = (family.states.get(state) or family.more_states[state])()
    return world, family.account.read(keep_bodies=True)


@cache
def length(family: Family[Any], state: str, name: str) -> int:
    """How many calls an operation makes with nobody else around."""
    world = fresh(family, state)
    return race(lambda: _operation(family, name)(world, 0)).lengths[0]


def alone(family: Family[Any], state: str, name: str) -> Alone:
    """Run one operation and look what it does; slow."""
    world = fresh(family, state)
    functions: set[CodeType] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            functions.add(frame.f_code)

    def traced() -> object:
        sys.setprofile(note)
        try:
            return _operation(family, name)(world, 0)
        finally:
            sys.setprofile(None)

    ran = race(traced)
    kinds = frozenset(kind for call in ran.calls[0] for kind in _written(call))
    return Alone(frozenset(functions), kinds)


def _operation(family: Family[W], name: str) -> Callable[[W, int], object]:
    return family.operations.get(name) or family.more[name]


def _written(call: Call) -> Iterator[str]:
    """The kinds of items that a call writes: the first words of their keys."""
    if call.service != "dynamodb" or call.request is None:
        return
    body = json.loads(call.request.body)
    writes = [
        value
        for part in body.get("TransactItems", [])
        for kind, value in part.items()
        if kind != "ConditionCheck"
    ]
    if call.operation in ("PutItem", "UpdateItem", "DeleteItem"):
        writes = [body]
    if call.operation == "BatchWriteItem":
        writes = [one for all_ in body["RequestItems"].values() for r in all_ for one in r.values()]
    for write in writes:
        key = write.get("Item") or write["Key"]
        kind, sort = (key[name]["S"].split("#")[0] for name in ("pk", "sk"))
        yield f"{kind} {sort}" if sort.isupper() and sort.isalpha() else kind
