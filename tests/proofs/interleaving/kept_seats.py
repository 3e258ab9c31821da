"""The family of seats kept for an audience, before and after they are for everybody."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.registration.domain import is_congress
from chalicelib.registration.repository import Repository
from chalicelib.registration.usecases.define import copy_to_lines
from shared.clock import FixedClock
from tests.proofs.interleaving.account import Contents
from tests.proofs.interleaving.congress import CONGRESS, World, small
from tests.proofs.interleaving.congress import check as check_congress
from tests.proofs.interleaving.family import Family
from tests.proofs.interleaving.race import Ran
from tests.proofs.seats.invariants import read
from tests.registration_support import EVENT, register_person

KEPT = "congress.resident"
OVER = datetime(2027, 5, 1, 7, 0, tzinfo=UTC)
TIMES = {
    "opens": "2027-01-01 09:00",
    "closes": "2027-09-15 18:00",
    "shares_until": "2027-05-01 09:00",
}


def _audiences(share: int) -> list[dict[str, Any]]:
    return [
        {"id": "resident", "title": {"nl": "Bewoner"}, "share": share},
        {"id": "student", "title": {"nl": "Student"}},
    ]


def _world(*students: str, residents: tuple[str, ...] = (), over: bool = False) -> World:
    """Three seats, two of them kept for residents; the students come first."""
    clock = FixedClock(datetime(2027, 4, 14, 9, 30, tzinfo=UTC))
    made = World(clock, small(3) | {"audiences": _audiences(2), "registration": TIMES})
    made.define()
    for name in students:
        made.register(name, audience="student")
    for name in residents:
        made.register(name, "a1")
    if over:
        made.clock.advance(OVER - made.clock.now() + timedelta(minutes=1))
    return made


def _register_in_time(world: World) -> None:
    """By the clock of a server that is a minute slow, kept seats are not for everybody yet."""
    clock = FixedClock(OVER - timedelta(seconds=1))
    register_person(Repository(clock), clock, "slow", sessions=["a1"])


def _hand_over_and_copy(world: World) -> None:
    """A second server carries the same definition to the lines."""
    world.settle(KEPT)
    definition = world.repository().definitions.get(EVENT)
    assert definition
    copy_to_lines(world.repository(), definition)


def check(world: World, ran: Ran) -> list[str]:
    """What holds for any congress, and for all its seats together."""
    found = _together(CONGRESS.account.read())
    found += check_congress(world, ran)
    contents = CONGRESS.account.read()
    return found + _together(contents) + _kept(world, contents)


def _together(contents: Contents) -> list[str]:
    """Never more seats than the largest definition, counting those that are being handed over."""
    stored = [*contents.of(f"REVISION#{EVENT}"), *contents.of(f"EVENT#{EVENT}")]
    most = max(json.loads(one["definition"]["S"])["capacity"] for one in stored)
    pools = [one for one in contents.of(f"POOL#{EVENT}#") if _is_congress(one)]
    there = sum(int(one["capacity"]["N"]) for one in pools)
    on_the_way = sum(int(one["moved_out"]["N"]) - int(one["received"]["N"]) for one in pools)
    people = contents.of("REGISTRATION#")
    seated = sum("state" in one and one["state"]["S"] == "seated" for one in people)
    found = []
    if there + on_the_way > most:
        found.append(f"{there} seats and {on_the_way} on the way, of {most}")
    if seated > most:
        found.append(f"{seated} people on {most} seats")
    return found


def _is_congress(pool: Any) -> bool:
    return is_congress(pool["pk"]["S"].rpartition("#")[2])


def _kept(world: World, contents: Contents) -> list[str]:
    """At rest, once kept seats are for everybody, nobody waits while one is free."""
    lines = {name: line for name, line in read(contents).lines.items() if is_congress(name)}
    waits = any(line.live and line.issued > line.watermark for line in lines.values())
    idle = sum(max(0, line.watermark - line.issued) for line in lines.values())
    if waits and idle and world.clock.now() >= OVER:
        return [f"{idle} kept seats idle while somebody waits"]
    return []


KEPT_SEATS: Family[World] = Family(
    name="kept seats",
    account=CONGRESS.account,
    states={
        "a kept seat free, a student waits": lambda: _world("sven", "stef", residents=("ada",)),
        "full, one waits for both": lambda: _world(
            "sven", residents=("ada", "bob", "cas"), over=False
        ),
        "over, a kept seat free": lambda: _world("sven", "stef", residents=("ada",), over=True),
        "over and full": lambda: _world("sven", "stef", residents=("ada", "bob", "cas"), over=True),
    },
    more_states={
        "over, all kept seats free": lambda: _world("sven", "stef", "suus", over=True),
    },
    operations={
        "register a resident": lambda world, index: world.register(f"new{index}", "a1"),
        "register a student": lambda world, index: world.register(
            f"new{index}", audience="student"
        ),
        "cancel a kept seat": lambda world, _: world.cancel("ada"),
        "cancel a seat of everybody": lambda world, _: world.cancel("sven"),
        "settle the kept": lambda world, _: world.settle(KEPT),
        "settle everybody": lambda world, _: world.settle(),
        "sweep": lambda world, _: world.sweep(),
        "keep more": lambda world, _: world.define(capacity=4, audiences=_audiences(3)),
        "keep fewer": lambda world, _: world.define(audiences=_audiences(1)),
        "spread": lambda world, _: world.spread(),
    },
    check=check,
    more={
        "register too slowly": lambda world, _: _register_in_time(world),
        "hand over and copy": lambda world, _: _hand_over_and_copy(world),
    },
    again=frozenset({"settle the kept", "settle everybody", "sweep", "spread"}),
)
