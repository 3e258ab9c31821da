"""A congress in a telling state, and everything that can happen to it at the same time."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from chalicelib.registration import usecases
from chalicelib.registration.repository import Repository
from shared.clock import FixedClock
from tests.registration_support import congress, register_person

_serial = itertools.count()


@dataclass
class World:
    """One congress of its own, so that runs do not meet."""

    event: str
    clock: FixedClock
    registrations: dict[str, str] = field(default_factory=dict)

    def repository(self) -> Repository:
        """A repository as another Lambda would have it."""
        return Repository(self.clock)

    def register(self, name: str, *sessions: str) -> None:
        receipt = register_person(
            self.repository(), self.clock, name, event=self.event, sessions=sessions
        )
        self.registrations.setdefault(name, receipt.registration_id)

    def cancel(self, name: str) -> None:
        """Cancel, and what its event's consumer does."""
        id_ = self.registrations[name]
        repository = self.repository()
        usecases.cancel(repository, self.clock, registration_id=id_, link_version=1)
        usecases.settle_event_of(repository, self.clock, registration_id=id_)

    def cancel_unnoticed(self, name: str) -> None:
        """Cancel, with its event still on the way."""
        id_ = self.registrations[name]
        usecases.cancel(self.repository(), self.clock, registration_id=id_, link_version=1)

    def swap(self, name: str, session: str) -> None:
        id_ = self.registrations[name]
        repository = self.repository()
        usecases.change(
            repository, self.clock, registration_id=id_, link_version=1, sessions=[session]
        )
        usecases.settle_event_of(repository, self.clock, registration_id=id_)

    def rename(self, name: str) -> None:
        id_ = self.registrations[name]
        usecases.change(
            self.repository(), self.clock, registration_id=id_, link_version=1, name="Robert"
        )

    def settle(self, line: str = "congress") -> None:
        usecases.settle(self.repository(), self.clock, event=self.event, pool=line)

    def sweep(self, rounds: int = 2) -> None:
        """The sweeper, with its patience at an end: it buries numbers that are under way."""
        repository = self.repository()
        definition = repository.definitions.get(self.event)
        assert definition is not None
        for _ in range(rounds):
            usecases.sweep_event(repository, self.clock, definition)
            self.clock.advance(timedelta(seconds=61))

    def define(self, capacity: int) -> None:
        """Another capacity, and what its event's consumer does."""
        repository = self.repository()
        definition = _definition(self.event, capacity)
        usecases.define_event(repository, self.clock, definition=definition)
        usecases.settle_all(repository, self.clock, event=self.event)


def _definition(event: str, capacity: int) -> dict[str, object]:
    return congress(id=event, capacity=capacity, rounds=congress()["rounds"][:1])


def world(capacity: int, *people: tuple[str, ...]) -> World:
    """A congress with two sessions of one seat each, and these people with their sessions."""
    clock = FixedClock(datetime(2027, 4, 14, 9, 30, tzinfo=UTC))
    made = World(f"e{next(_serial)}", clock)
    made.define(capacity)
    for name, *sessions in people:
        made.register(name, *sessions)
    return made


STATES: dict[str, Callable[[], World]] = {
    "two seats, one waits": lambda: world(2, ("ada", "a1"), ("bob", "a2"), ("cas", "a1")),
    "one seat free": lambda: world(3, ("ada", "a1"), ("bob", "a1")),
    "full": lambda: world(2, ("ada",), ("bob", "a1")),
    "one seat taken": lambda: world(3, ("ada", "a1")),
    "two seats, two wait": lambda: world(2, ("ada",), ("bob",), ("cas",), ("dirk",)),
    "one leaves four seats": lambda: _with_a_death(world(4, ("ada",), ("bob",), ("cas",))),
}


def _with_a_death(made: World) -> World:
    """Somebody has cancelled, and nobody has noticed yet."""
    made.cancel_unnoticed("ada")
    return made


# Two operations of a pair that need a person of their own get one each.
OPERATIONS: dict[str, Callable[[World, int], object]] = {
    "register": lambda world, index: world.register(f"new{index}", "a1"),
    "register the same": lambda world, _: world.register("new", "a1"),
    "cancel the first": lambda world, _: world.cancel("ada"),
    "cancel the last": lambda world, _: world.cancel(list(world.registrations)[-1]),
    "swap session": lambda world, _: world.swap("bob", "a1"),
    "settle": lambda world, _: world.settle(),
    "sweep": lambda world, _: world.sweep(),
    "grow": lambda world, _: world.define(4),
    "shrink": lambda world, _: world.define(1),
}

# For the guards that the pairs above do not reach.
MORE_OPERATIONS: dict[str, Callable[[World, int], object]] = {
    "cancel bob": lambda world, _: world.cancel("bob"),
    "rename bob": lambda world, _: world.rename("bob"),
    "shrink to three": lambda world, _: world.define(3),
}
