"""500 registrations at once for 20 seats, with crashes and cancellations among them."""

import contextlib
import random
import threading
import time
from collections import Counter
from collections.abc import Callable

import pytest

from chalicelib.registration import seats
from shared.errors import PlekkenError
from tests.proofs.conftest import Figures
from tests.proofs.extent import SEED, extent
from tests.proofs.interleaving.account import Account, Contents
from tests.proofs.interleaving.congress import World, world
from tests.proofs.seats.invariants import Line, Table, read, violations
from tests.registration_support import EVENT

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
    seconds = in_threads(lambda index, _: empty_world.register(f"p{index}"))
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


def test_with_cancellations_swaps_resizes_and_crashes(empty_world: World, figures: Figures) -> None:
    """The same while people leave, sessions are swapped, the hall changes and processes die."""
    done: Counter[str] = Counter()

    def one(index: int, chance: random.Random) -> None:
        name = f"p{index}"
        if chance.random() < 0.02:
            crash_after_taking_numbers(empty_world)
            done["crash"] += 1
            return
        empty_world.register(name, *(["a1"] if chance.random() < 0.3 else []))
        kind = chance.random()
        known = list(empty_world.registrations)
        if kind < 0.10:
            empty_world.cancel(chance.choice(known))
            done["cancel"] += 1
        elif kind < 0.13:
            empty_world.register(chance.choice(known))
            done["same address"] += 1
        elif kind < 0.15:
            with contextlib.suppress(PlekkenError):
                empty_world.change(chance.choice(known), sessions=["a2"])
            done["swap"] += 1
        elif kind < 0.16:
            with contextlib.suppress(PlekkenError):
                empty_world.define(capacity=chance.choice([18, 20, 22]))
            done["resize"] += 1

    seconds = in_threads(one)
    before = violations(_table(), at_rest=False)
    empty_world.sweep(3)
    table = _table()
    line = table.lines["congress"]
    wrong = before + violations(table, at_rest=True)
    figures(
        "seats with everything at once",
        f"{PEOPLE} people in {seconds:.0f} s,"
        f" {', '.join(f'{times} x {what}' for what, times in sorted(done.items()))},"
        f" {line.issued} issued, {len(line.dead)} dead, {seated_in(line)} of {line.capacity}"
        f" seated, {len(wrong)} violations",
    )
    assert wrong == []
    assert line.watermark == seats.watermark(line.dead, line.capacity)


def seated_in(line: Line) -> int:
    return sum(state == "seated" for state, _ in line.numbers.values())


def crash_after_taking_numbers(world: World) -> None:
    repository = world.repository()
    definition = repository.definitions.get(EVENT)
    assert definition is not None
    repository.pools.take(definition, "congress", world.clock.now())


def in_threads(perform: Callable[[int, random.Random], None]) -> float:
    """Call `perform(index, chance)` for everybody; answers how many seconds it took."""
    people = iter(range(PEOPLE))
    lock = threading.Lock()
    errors: list[BaseException] = []

    def work(thread: int) -> None:
        chance = random.Random(SEED * 1000 + thread)
        while True:
            with lock:
                index = next(people, None)
            if index is None:
                return
            try:
                perform(index, chance)
            except BaseException as error:  # noqa: BLE001 - the test must see it
                errors.append(error)
                return

    threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for error in errors:
        raise error
    return time.monotonic() - started
