"""A state machine that does everything to a congress, and to a plain model of it beside it.

One thread on moto: what several at once can do to each other is for the interleavings and the rush.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from shared.clock import FixedClock
from shared.errors import Conflict
from tests.proofs.interleaving.account import Account, Contents
from tests.proofs.interleaving.congress import World
from tests.proofs.seats.invariants import Table, read, violations
from tests.proofs.seats.model import EVERYBODY, Model
from tests.registration_support import EVENT, congress

ACCOUNT = Account(["REGISTRATION_TABLE"])
OPENED = datetime(2027, 4, 14, 9, 30, tzinfo=UTC)
SHARES_END = datetime(2027, 5, 1, 7, 0, tzinfo=UTC)
ROUNDS = ({"a1": 1, "a2": 1}, {"b1": 1, "b2": 2})
WHO = st.integers(0, 30)
CHOICE = st.tuples(*(st.sampled_from(["", *round_]) for round_ in ROUNDS)).map(
    lambda chosen: tuple(filter(None, chosen))
)
AUDIENCE = st.sampled_from(["resident", "student"])
CAPACITY, SHARE = st.integers(2, 7), st.integers(1, 3)


class Seats(RuleBasedStateMachine):
    """Every rule ends with the same people in the same seats, in the service and in the model."""

    steps = 0

    @initialize(capacity=CAPACITY, share=SHARE)
    def open(self, capacity: int, share: int) -> None:
        ACCOUNT.restore(Contents())
        self.people: dict[str, str] = {}  # who ever registered, and their audience
        self.gone: set[str] = set()
        self.world = World(FixedClock(OPENED), congress())
        self.model = Model(max(capacity, share), share, ROUNDS)
        self._define(max(capacity, share), share)

    def _define(self, capacity: int, share: int) -> None:
        definition = self.world.definition
        changes = {
            "capacity": capacity,
            "audiences": [
                {"id": "resident", "title": {"nl": "Bewoner"}, "share": share},
                {"id": "student", "title": {"nl": "Student"}},
            ],
            "registration": definition["registration"] | {"shares_until": "2027-05-01 09:00"},
            "rounds": [
                given | {"sessions": [one | {"capacity": seats[one["id"]]} for one in sessions]}
                for given, seats in zip(definition["rounds"], ROUNDS, strict=True)
                if (sessions := given["sessions"])
            ],
        }
        self.world.define(**changes)

    @rule(audience=AUDIENCE, sessions=CHOICE)
    def register(self, audience: str, sessions: tuple[str, ...]) -> None:
        """Somebody new, who is told at once what they have."""
        self._register(f"p{len(self.people)}", audience, sessions)

    @precondition(lambda self: self.people)
    @rule(who=WHO, sessions=CHOICE)
    def register_again(self, who: int, sessions: tuple[str, ...]) -> None:
        """The same address: turned away without a word, or back after cancelling."""
        name = list(self.people)[who % len(self.people)]
        if name in self.gone:
            self.gone.remove(name)
            del self.world.registrations[name]
            self._register(name, self.people[name], sessions)
            return
        self.world.register(name, *sessions, audience=self.people[name])
        self.model.register("again", self.people[name], sessions)
        self.model.cancel("again")

    def _register(self, name: str, audience: str, sessions: Sequence[str]) -> None:
        self.people[name] = audience
        receipt = self.world.register(name, *sessions, audience=audience)
        self.model.register(name, audience, sessions)
        told = {line.id: line.state == "seated" for line in receipt.lines}
        lines = self.model.lines_of(name)
        assert told == {line: name in self.model.seated[line] for line in lines}
        self.world.settle_lines_of(name)

    @precondition(lambda self: len(self.people) > len(self.gone))
    @rule(who=WHO, told=st.booleans())
    def cancel(self, who: int, *, told: bool) -> None:
        """Everything, with its event handled at once or later."""
        name = self._active(who)
        self.world.cancel_unnoticed(name)
        self.model.cancel(name)
        self.gone.add(name)
        if told:
            self.promote()

    @precondition(lambda self: len(self.people) > len(self.gone))
    @rule(who=WHO, sessions=CHOICE)
    def swap(self, who: int, sessions: tuple[str, ...]) -> None:
        """Other sessions, fewer or none."""
        name = self._active(who)
        self.world.change(name, sessions=list(sessions))
        self.model.change(name, sessions)
        self.model.settle_all()

    @precondition(lambda self: self.people)
    @rule()
    def promote(self) -> None:
        """An event that came late, or twice."""
        for line in self.model.capacity:
            self.world.settle(line)
        self.model.settle_all()

    @rule(sessions=CHOICE)
    def die_half_way(self, sessions: tuple[str, ...]) -> None:
        """Numbers are taken and never written; the lines count them until they are swept."""
        repository = self.world.repository()
        definition = repository.definitions.get(EVENT)
        assert definition
        lines = [EVERYBODY, *sessions]
        for line in lines:
            repository.pools.take(definition, line, self.world.clock.now())
        self.model.lose("lost", lines)

    @rule()
    def sweep(self) -> None:
        """Gaps are closed, and nobody waits for what is free, whatever events got lost."""
        self.world.sweep()
        self.model.sweep()
        assert self._people() == self._expected()
        self.promote()

    @rule(capacity=CAPACITY, share=SHARE)
    def resize(self, capacity: int, share: int) -> None:
        """Larger gives seats out; smaller is refused where somebody has the seat."""
        capacity = max(capacity, share)
        if self.model.resize(capacity, share):
            self._define(capacity, share)
            return
        with pytest.raises(Conflict) as refused:
            self._define(capacity, share)
        assert refused.value.code == "capacity_too_small"

    @rule(hours=st.sampled_from([1, 24, 24 * 17]))
    def wait(self, hours: int) -> None:
        """Time goes by; from the first of May kept seats are for everybody."""
        if self.world.clock.now() < OPENED + timedelta(days=60):
            self.world.clock.advance(timedelta(hours=hours))
            self.model.shares_are_over = self.world.clock.now() >= SHARES_END

    @invariant()
    def same_people_in_the_same_seats(self) -> None:
        type(self).steps += 1
        table = self._table()
        assert violations(table, at_rest=False) == []
        assert self._people(table) == self._expected()
        assert {name: line.capacity for name, line in table.lines.items()} == self.model.capacity
        room = {name: max(0, one.watermark - one.issued) for name, one in table.lines.items()}
        assert room == self.model.room

    def teardown(self) -> None:
        """Once all has come to rest, whatever was lost before."""
        if hasattr(self, "world"):
            self.sweep()
            assert violations(self._table(), at_rest=True) == []

    def _active(self, who: int) -> str:
        active = [name for name in self.people if name not in self.gone]
        return active[who % len(active)]

    def _table(self) -> Table:
        return read(ACCOUNT.read())

    def _people(self, table: Table | None = None) -> dict[str, Any]:
        """By line who was told of a seat, and who waits, in the order of their numbers."""
        names = {id_: name for name, id_ in self.world.registrations.items()}
        found = {}
        for line, one in (table or self._table()).lines.items():
            states = [one.numbers[number] for number in one.live]
            found[line] = tuple(
                [names[id_] for state, id_ in states if state == wanted]
                for wanted in ("seated", "waiting")
            )
        return found

    def _expected(self) -> dict[str, Any]:
        return {
            line: tuple(
                [who for who in people[line] if who != "lost"]
                for people in (self.model.seated, self.model.waiting)
            )
            for line in self.model.capacity
        }
