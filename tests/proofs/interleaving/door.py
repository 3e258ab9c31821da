"""The family of the door: several phones, and a registration that changes meanwhile."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.registration import usecases
from chalicelib.registration.domain.check_in import Fact, Told
from chalicelib.registration.repository import Repository
from shared.clock import FixedClock
from tests.proofs.interleaving.congress import CONGRESS, World, world
from tests.proofs.interleaving.family import Family
from tests.proofs.interleaving.race import Ran
from tests.registration_support import EVENT

MORNING = datetime(2027, 9, 17, 7, 0, tzinfo=UTC)


@dataclass
class Door(World):
    """Ada has a seat and comes in; every answer to a phone is kept."""

    told: list[Told] = field(default_factory=list)

    def fact(self, id_: str) -> Fact:
        ada = self.registrations["ada"]
        return Fact(id=id_, registration=ada, at=MORNING, phone=f"phone of {id_}", by="volunteer")

    def check_in(self, id_: str) -> None:
        clock = FixedClock(max(MORNING, self.clock.now()))
        fact = self.fact(id_)
        self.told.append(usecases.check_in(Repository(clock), clock, event=EVENT, fact=fact))

    def undo(self, id_: str) -> None:
        fact = self.fact(id_)
        self.told.append(usecases.undo_check_in(self.repository(), event=EVENT, fact=fact))

    def erase(self) -> None:
        """The nightly job, two seconds later on its own clock."""
        later = FixedClock(self.clock.now() + timedelta(seconds=2))
        usecases.erase_expired(Repository(later), later)


def _door() -> Door:
    made = world(2, ("ada", "a1"), ("bob", "a2"), ("cas", "a1"))
    return Door(made.clock, made.definition, made.registrations)


def _inside() -> Door:
    door = _door()
    door.check_in("first")
    door.told.clear()
    return door


def _unconfirmed() -> Door:
    """Nobody confirmed Ada's address in time, and nobody has noticed yet."""
    made = world(2)
    opened = made.definition["registration"] | {"confirm_within": 1}
    door = Door(made.clock, made.definition | {"registration": opened})
    door.define()
    door.register("ada", "a1")
    door.clock.advance(timedelta(hours=2))
    return door


def _over() -> Door:
    """The congress is long past, and in a second the time comes to erase."""
    door = _door()
    found = door.repository().registrations.get(door.registrations["ada"])
    assert found is not None
    door.clock.advance(found.keep_until - door.clock.now() - timedelta(seconds=1))
    return door


def check(door: Door, ran: Ran) -> list[str]:
    """One check-in at most, of somebody with a seat, and each phone heard the truth."""
    contents = CONGRESS.account.read()
    ada = door.registrations["ada"]
    registration = contents.item(f"REGISTRATION#{ada}")
    has_seat = registration is not None and registration["state"]["S"] == "seated"
    arrival = next((one for one in contents.of("ARRIVAL#") if one["sk"]["S"] == ada), None)
    found = []
    if arrival and not has_seat:
        found.append("inside without a registration")
    if not has_seat or ran.crashed:
        return found
    return found + _lies(door, arrival)


def _lies(door: Door, arrival: dict[str, Any] | None) -> list[str]:
    inside = json.loads(arrival["fact"]["S"])["id"] if arrival and "fact" in arrival else None
    undone = set(json.loads(arrival["undone"]["S"])) if arrival else set()
    found = []
    for told in door.told:
        if told.answer == "checked_in" and told.id != inside and told.id not in undone:
            found.append(f"{told.id} was told to be the check-in, {inside} is")
        if told.answer == "undone" and told.id not in undone:
            found.append(f"{told.id} came back")
    return found


DOOR: Family[Door] = Family(
    name="the door",
    account=CONGRESS.account,
    states={"outside": _door, "inside": _inside, "unconfirmed": _unconfirmed, "over": _over},
    operations={
        "check in": lambda door, index: door.check_in(f"fact{index}"),
        "check in the same": lambda door, _: door.check_in("first"),
        "undo": lambda door, _: door.undo("first"),
        "cancel": lambda door, _: door.cancel("ada"),
        "does not come": lambda door, _: door.say_coming("ada", "no"),
        "rename": lambda door, _: door.change("ada", name="Adelheid"),
        "settle": lambda door, _: door.settle(),
        "give up": lambda door, _: door.give_up(),
        "sweep": lambda door, _: door.sweep(1),
        "erase": lambda door, _: door.erase(),
    },
    check=check,
    again=frozenset({"check in", "check in the same", "undo", "give up", "sweep", "erase"}),
)
