"""500 registrations at once for 20 seats: the first ones sit."""

import pytest

from tests.proofs.conftest import Figures
from tests.proofs.extent import extent
from tests.proofs.interleaving.account import Account, Contents
from tests.proofs.interleaving.congress import World, world
from tests.proofs.seats.invariants import Line, Table, read, violations
from tests.proofs.seats.threads import in_threads

ACCOUNT = Account(["REGISTRATION_TABLE"])
PEOPLE = extent(whole=500, bounded=200)
SEATS = 20
THREADS = 16


@pytest.fixture
def empty_world(embedded_dynamodb: None) -> World:
    ACCOUNT.restore(Contents())
    return world(SEATS)


def _table() -> Table:
    return read(ACCOUNT.read())


def test_everybody_at_once(empty_world: World, figures: Figures) -> None:
    """The lowest numbers sit, the others wait in order, and nothing is lost or sold twice."""
    seconds = in_threads(PEOPLE, THREADS, lambda index, _: empty_world.register(f"p{index}"))
    table = _table()
    line = table.lines["congress"]
    figures(
        "seats under load",
        f"{PEOPLE} registrations for {SEATS} seats from {THREADS} threads,"
        f" {PEOPLE / seconds:.0f} per second, {line.issued} issued, {seated_in(line)} seated",
    )
    assert violations(table, at_rest=True) == []
    assert len(table.registrations) == PEOPLE == line.issued
    assert line.live == list(range(1, PEOPLE + 1))
    assert [n for n, (state, _) in sorted(line.numbers.items()) if state == "seated"] == list(
        range(1, SEATS + 1)
    )


def seated_in(line: Line) -> int:
    return sum(state == "seated" for state, _ in line.numbers.values())
