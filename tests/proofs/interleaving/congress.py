"""Families of the registration service: a congress with its lines, and one person's data."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.registration import usecases
from chalicelib.registration.domain import Receipt
from chalicelib.registration.models import Seen
from chalicelib.registration.repository import Repository
from shared.clock import FixedClock
from shared.errors import PlekkenError
from shared.events import occurred
from shared.events.registration import DefinitionPartlySpread
from shared.inbox import Once
from shared.limits import Sending
from tests.proofs.interleaving.account import Account, Contents
from tests.proofs.interleaving.family import Family
from tests.proofs.interleaving.race import Ran
from tests.proofs.seats.invariants import Line, read, violations
from tests.registration_support import EVENT, congress, register_person

Definition = dict[str, Any]


@dataclass
class World:
    """One congress with two sessions of one seat each."""

    clock: FixedClock
    definition: Definition
    registrations: dict[str, str] = field(default_factory=dict)
    excluded_from: int | None = None  # numbers after this one were issued to nobody we invited
    answers: list[tuple[str, object]] = field(default_factory=list)

    def repository(self) -> Repository:
        """A repository as another Lambda would have it."""
        return Repository(self.clock)

    def register(self, name: str, *sessions: str, **more: Any) -> Receipt:
        receipt = register_person(self.repository(), self.clock, name, sessions=sessions, **more)
        self.registrations.setdefault(name, receipt.registration_id)
        return receipt

    def ask(self, name: str, *, key: str, words: str, proof: str) -> None:
        """A request with an idempotency key and a proof of work; its answer is kept."""
        sending = Sending("visitor", proof=proof, key=key)
        answer: object
        try:
            answer = self.register(name, fingerprint=words, sending=sending).number
        except PlekkenError as refusal:
            answer = refusal.code
        self.answers.append((words, answer))

    def cancel(self, name: str) -> None:
        """Cancel, and what its event's consumer does."""
        self.cancel_unnoticed(name)
        id_ = self.registrations[name]
        usecases.settle_event_of(self.repository(), self.clock, registration_id=id_)

    def cancel_unnoticed(self, name: str) -> None:
        """Cancel, with its event still on the way."""
        id_ = self.registrations[name]
        usecases.cancel(self.repository(), self.clock, registration_id=id_, link_version=1)

    def change(self, person: str, **wanted: Any) -> None:
        """Change, and what its event's consumer does."""
        id_ = self.registrations[person]
        repository = self.repository()
        usecases.change(repository, self.clock, registration_id=id_, link_version=1, **wanted)
        if "sessions" in wanted:
            usecases.settle_event_of(repository, self.clock, registration_id=id_)

    def settle(self, line: str = "congress") -> None:
        usecases.settle(self.repository(), self.clock, event=EVENT, pool=line)

    def settle_lines_of(self, name: str) -> None:
        id_ = self.registrations[name]
        usecases.settle_lines_of(self.repository(), self.clock, registration_id=id_)

    def sweep(self, rounds: int = 2) -> None:
        """The sweeper, with its patience at an end: it buries numbers that are under way."""
        for _ in range(rounds):
            usecases.sweep(self.repository(), self.clock)
            self.clock.advance(timedelta(seconds=61))

    def define(self, **changes: Any) -> None:
        """Change the definition, and do what its event's consumer does."""
        repository = self.repository()
        usecases.define_event(repository, self.clock, definition=self.definition | changes)
        usecases.spread_definition(repository, self.clock, event=EVENT)

    def exclude(self, **changes: Any) -> None:
        """Change the definition so that nobody who registers here can any more."""
        definition = self.definition | changes
        usecases.define_event(self.repository(), self.clock, definition=definition)
        pool = self.repository().pools.get(EVENT, "congress")
        self.excluded_from = pool.issued if pool else 0

    def carry_on(self) -> None:
        """What the consumer does with the next slice of a changed definition."""
        left = DefinitionPartlySpread(event=EVENT, revision=1, reached="")
        once = Once(Seen, "registration", occurred(left, self.clock), self.clock)
        usecases.carry_on(
            self.repository(), self.clock, event=EVENT, revision=1, reached="", once=once
        )

    def spread(self) -> None:
        """What the consumer of a changed definition does."""
        usecases.spread_definition(self.repository(), self.clock, event=EVENT)


def small(capacity: int) -> Definition:
    """One round of two sessions with a seat each."""
    return congress(capacity=capacity, rounds=congress()["rounds"][:1])


def world(capacity: int, *people: tuple[str, ...]) -> World:
    """A congress, and these people with their sessions."""
    made = World(FixedClock(datetime(2027, 4, 14, 9, 30, tzinfo=UTC)), small(capacity))
    made.define()
    for name, *sessions in people:
        made.register(name, *sessions)
    return made


def _with_a_death() -> World:
    """Somebody has cancelled, and nobody has noticed yet."""
    made = world(4, ("ada",), ("bob",), ("cas",))
    made.cancel_unnoticed("ada")
    return made


def _undefined() -> World:
    """Nobody has defined the congress yet."""
    return World(FixedClock(datetime(2027, 4, 14, 9, 30, tzinfo=UTC)), small(2))


def _without_a2() -> list[Any]:
    rounds = small(2)["rounds"]
    sessions = [one for one in rounds[0]["sessions"] if one["id"] != "a2"]
    return [rounds[0] | {"sessions": sessions}]


def check(world: World, ran: Ran) -> list[str]:
    """The invariants now, and again once the consumers and the sweeper have been round."""
    contents = CONGRESS.account.read()
    found = violations(read(contents), at_rest=False) + _defined(contents) + _requests(world, ran)
    if not ran.crashed:
        found += _as_defined(contents)
    if len(_revisions(contents)) > 1:
        world.spread()
    for _ in range(3):
        world.sweep(1)
        contents = CONGRESS.account.read()
        restless = violations(read(contents), at_rest=True)
        if not restless:
            break
    found += restless
    if not ran.crashed:  # somebody who defines half a congress does it again
        found += _as_defined(contents)
    line = read(contents).lines.get("congress")
    if line and world.excluded_from is not None and line.issued > world.excluded_from:
        found.append("a number was handed out against the definition")
    return found


def _revisions(contents: Contents) -> list[int]:
    return [event["data"]["revision"] for event in contents.told() if "revision" in event["data"]]


def _defined(contents: Contents) -> list[str]:
    item = contents.item(f"EVENT#{EVENT}")
    revision = int(item["revision"]["N"]) if item else 0
    told = sorted(_revisions(contents))
    if told != list(range(1, revision + 1)):
        return [f"revision {revision}, told of {told}"]
    return []


def _as_defined(contents: Contents) -> list[str]:
    item = contents.item(f"EVENT#{EVENT}")
    if item is None:
        return []
    definition = json.loads(item["definition"]["S"])
    sessions = {one["id"] for round_ in definition["rounds"] for one in round_["sessions"]}
    found = []
    for pool in contents.of(f"POOL#{EVENT}#"):
        name = pool["pk"]["S"].rpartition("#")[2]
        if name != "congress" and name not in sessions:
            if read(contents).lines[name].live:
                found.append(f"{name}: people in a session that is gone")
        elif pool["revision"] != item["revision"]:
            found.append(f"{name}: not as revision {item['revision']['N']} says")
        elif name == "congress" and not _has_capacity(read(contents).lines[name], definition):
            found.append(f"{pool['capacity']['N']} seats, defined {definition['capacity']}")
        elif pool["published"]["BOOL"] != definition["published"]:
            found.append(f"{name}: open against the definition")
    return found


def _has_capacity(line: Line, definition: Definition) -> bool:
    """As many seats as defined, or more where a definition that was refused gave them away."""
    defined = definition["capacity"]
    seated = sum(state == "seated" for state, _ in line.numbers.values())
    return bool(line.capacity == defined or line.capacity > defined < seated)


def _requests(world: World, ran: Ran) -> list[str]:
    """One answer per idempotency key; one registration per proof of work that is not counted."""
    if not world.answers or ran.crashed:
        return []
    contents = CONGRESS.account.read()
    answers: dict[str, set[object]] = {}
    for words, answer in world.answers:
        answers.setdefault(words, set()).add(answer)
    found = [f"{len(all_)} answers to one request" for all_ in answers.values() if len(all_) > 1]
    answered = [all_ for all_ in answers.values() if all_ != {"idempotency_mismatch"}]
    keys = len(contents.of("ATTEMPT#"))
    if len(answered) > keys:
        found.append(f"{len(answered)} requests answered under {keys} keys")
    counted = sum(int(item["times"]["N"]) for item in contents.of("LIMIT#register#"))
    if len(read(contents).registrations) - len(contents.of("PROOF#")) > counted:
        found.append("a proof of work was used twice")
    return found


CONGRESS: Family[World] = Family(
    name="a congress",
    account=Account(["REGISTRATION_TABLE"]),
    states={
        "two seats, one waits": lambda: world(2, ("ada", "a1"), ("bob", "a2"), ("cas", "a1")),
        "one seat free": lambda: world(3, ("ada", "a1"), ("bob", "a1")),
        "full": lambda: world(2, ("ada",), ("bob", "a1")),
    },
    more_states={
        "one seat taken": lambda: world(3, ("ada", "a1")),
        "two seats, two wait": lambda: world(2, ("ada",), ("bob",), ("cas",), ("dirk",)),
        "two seats, four wait": lambda: world(
            2, ("ada",), ("bob",), ("cas",), ("dirk",), ("els",), ("fien",)
        ),
        "one leaves four seats": _with_a_death,
        "a2 is empty": lambda: world(3, ("ada", "a1")),
        "not defined": _undefined,
    },
    operations={
        "register": lambda world, index: world.register(f"new{index}", "a1"),
        "register the same": lambda world, _: world.register("new", "a1"),
        "cancel the first": lambda world, _: world.cancel("ada"),
        "cancel the last": lambda world, _: world.cancel(list(world.registrations)[-1]),
        "swap session": lambda world, _: world.change("bob", sessions=["a1"]),
        "rename": lambda world, _: world.change("bob", name="Robert"),
        "settle": lambda world, _: world.settle(),
        "settle lines": lambda world, _: world.settle_lines_of("bob"),
        "sweep": lambda world, _: world.sweep(),
        "grow": lambda world, _: world.define(capacity=4),
        "shrink": lambda world, _: world.define(capacity=1),
        "remove a session": lambda world, _: world.define(rounds=_without_a2()),
        "spread": lambda world, _: world.spread(),
        "carry on": lambda world, _: world.carry_on(),
    },
    check=check,
    again=frozenset({"settle", "settle lines", "sweep", "spread", "carry on"}),
    more={
        "cancel bob": lambda world, _: world.cancel("bob"),
        "shrink to three": lambda world, _: world.define(capacity=3),
        "grow to six": lambda world, _: world.define(capacity=6),
        "join a2": lambda world, _: world.register("new", "a2"),
        "swap to a2": lambda world, _: world.change("ada", sessions=["a2"]),
        "unpublish": lambda world, _: world.exclude(published=False),
        "open later": lambda world, _: world.exclude(
            registration=world.definition["registration"] | {"opens": "2027-05-01 09:00"}
        ),
        "close earlier": lambda world, _: world.exclude(
            registration=world.definition["registration"] | {"closes": "2027-04-01 09:00"}
        ),
        "invite others": lambda world, _: world.exclude(
            audiences=[{"id": "policy", "title": {"nl": "Beleid"}}]
        ),
    },
)


REQUEST: Family[World] = Family(
    name="a request",
    account=CONGRESS.account,
    states={"open": lambda: world(2, ("ada",))},
    operations={
        "ask": lambda world, _: world.ask("new", key="k", words="these", proof="p"),
        "ask in other words": lambda world, _: world.ask("other", key="k", words="o", proof="q"),
        "use the proof": lambda world, index: world.ask(
            f"new{index}", key=f"k{index}", words=f"mine{index}", proof="p"
        ),
    },
    check=check,
)
