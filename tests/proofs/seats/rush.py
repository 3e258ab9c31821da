"""What the people of a rush do: register, leave, swap, come again, and die half-way."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from chalicelib.registration.domain import Receipt
from shared.clock import FixedClock
from shared.errors import PlekkenError
from shared.limits import Sending
from tests.proofs.interleaving.congress import World, small
from tests.proofs.seats.trouble import Trouble

SHARES_END = datetime(2027, 5, 1, 7, 0, tzinfo=UTC)
DEATHS, CONFLICTS = 0.004, 0.004  # per call
# Of a hundred people, beside registering themselves.
DEEDS = {"cancel": 8, "swap": 4, "leave a session": 2, "come again": 2, "resize": 1, "sweep": 1}


def congress_of(seats: int) -> World:
    """A congress of `seats`, a quarter of them kept for residents until May, and two sessions."""
    made = World(FixedClock(datetime(2027, 4, 14, 9, 30, tzinfo=UTC)), small(seats))
    registration = made.definition["registration"] | {"shares_until": "2027-05-01 09:00"}
    resident = {"id": "resident", "title": {"nl": "Bewoner"}, "share": seats // 4}
    made.definition |= {
        "registration": registration,
        "audiences": [resident, {"id": "student", "title": {"nl": "Student"}}],
    }
    for session in made.definition["rounds"][0]["sessions"]:
        session["capacity"] = seats // 8
    made.define()
    return made


class Rush:
    """One congress, and what was done and answered there."""

    def __init__(self, world: World, seats: int) -> None:
        self.world, self.seats = world, seats
        self.trouble = Trouble(deaths=DEATHS, conflicts=CONFLICTS)
        self.done: Counter[str] = Counter()
        self.receipts: list[Receipt] = []
        self._known: list[str] = []
        self._lock = threading.Lock()
        self._deeds: dict[str, Callable[[random.Random], object]] = {
            "cancel": lambda chance: world.cancel(self._somebody(chance)),
            "swap": lambda chance: world.change(
                self._somebody(chance), sessions=[chance.choice(["a1", "a2"])]
            ),
            "leave a session": lambda chance: world.change(self._somebody(chance), sessions=[]),
            "come again": lambda chance: world.register(self._somebody(chance)),
            "resize": lambda chance: world.define(
                capacity=self.seats - chance.choice([0, self.seats // 20])
            ),
            "sweep": lambda _: world.sweep(1),
        }

    def person(self, index: int, chance: random.Random) -> None:
        """One person's visit: registering, and perhaps something else."""
        self._register(index, chance)
        weights = DEEDS.values()
        deed = chance.choices([*DEEDS, ""], [*weights, 100 - sum(weights)])[0]
        if deed and self._known:
            with self.trouble.of(chance):
                self._attempt(deed, self._deeds[deed], chance)

    def recover(self) -> None:
        """What stream, queues and schedule do once nobody comes any more."""
        self.world.sweep(3)

    def end_shares(self) -> None:
        """Kept seats that nobody has are for everybody now."""
        self.world.clock.advance(SHARES_END - self.world.clock.now() + timedelta(minutes=1))

    def _register(self, index: int, chance: random.Random) -> None:
        name = f"p{index}"
        sending = Sending("visitor", proof=name, key=name)
        audience = chance.choice(["resident", "student"])
        session = chance.choice([["a1"], ["a2"], [], []])

        def register(_: random.Random) -> None:
            receipt = self.world.register(name, *session, audience=audience, sending=sending)
            with self._lock:
                self.receipts.append(receipt)
                self._known.append(name)
            if chance.random() < 0.9:  # the others' events come late: the sweeper is first
                self.world.settle_lines_of(name)

        for _ in range(chance.choice([1, 2])):  # who got no answer may press again
            with self.trouble.of(chance):
                self._attempt("register", register, chance)
                return

    def _attempt(
        self, deed: str, work: Callable[[random.Random], object], chance: random.Random
    ) -> None:
        try:
            work(chance)
        except PlekkenError as refusal:
            deed = f"{deed} ({refusal.code})"
        with self._lock:
            self.done[deed] += 1

    def _somebody(self, chance: random.Random) -> str:
        """Half of the time one of the first, who are the ones with seats."""
        known = self._known
        return chance.choice(known[: self.seats] if chance.random() < 0.5 else known)
