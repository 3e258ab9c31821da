"""Every pair of operations, interleaved at every AWS call and crashed before every one."""

import itertools
import os

import pytest

from tests.proofs.seats import interleaver
from tests.proofs.seats.conftest import empty_table
from tests.proofs.seats.invariants import read, violations
from tests.proofs.seats.operations import MORE_OPERATIONS, OPERATIONS, STATES, World

SEED = int(os.environ.get("PROOF_SEED", "7"))
SCHEDULES = int(os.environ.get("PROOF_SCHEDULES", "4"))  # of each pair in each state
CRASHES = int(os.environ.get("PROOF_CRASHES", "4"))

ALL = OPERATIONS | MORE_OPERATIONS
PAIRS = list(itertools.combinations_with_replacement(OPERATIONS, 2))


def check(world: World) -> list[str]:
    """The invariants now, and again once the sweeper has been round."""
    found = violations(read(world.event), at_rest=False)
    world.sweep(3)
    return found + violations(read(world.event), at_rest=True)


@pytest.mark.usefixtures("embedded_dynamodb")
@pytest.mark.parametrize("state", ["two seats, one waits", "one seat free", "full"])
def test_pairs(state: str) -> None:
    interleaver.listen()
    runs = 0
    found: list[str] = []
    for first, second in PAIRS:
        count, wrong = explore(state, first, second, SCHEDULES, CRASHES)
        runs += count
        found += wrong
    print(f"\n{state}: {len(PAIRS)} pairs, {runs} schedules and crashes, {len(found)} violations")
    assert found == []


def explore(state: str, first: str, second: str, most: int, crashes: int) -> tuple[int, list[str]]:
    """Run the pair in up to `most` orders and with up to `crashes` crashes of the first."""
    calls = lengths(state, first, second)
    found: list[str] = []
    runs = 0
    for schedule in interleaver.schedules(*calls, most, SEED):
        found += attempt(state, first, second, schedule)
        runs += 1
    step = max(1, calls[0] // crashes) if crashes else calls[0] + 1
    for crash_at in range(1, calls[0] + 1, step):
        found += attempt(state, first, second, (), crash_at)
        runs += 1
    return runs, found


def lengths(state: str, first: str, second: str) -> tuple[int, int]:
    """How many calls each makes when it is alone."""
    return alone(state, first, 0), alone(state, second, 1)


def alone(state: str, operation: str, index: int) -> int:
    empty_table()
    world = STATES[state]()
    return interleaver.run(lambda: ALL[operation](world, index), lambda: None)[0]


def attempt(
    state: str, first: str, second: str, schedule: interleaver.Schedule = (), crash_at: int = 0
) -> list[str]:
    """One run; answers what is wrong afterwards."""
    empty_table()
    world = STATES[state]()
    interleaver.run(lambda: ALL[first](world, 0), lambda: ALL[second](world, 1), schedule, crash_at)
    return [f"{state} / {first} + {second}: {wrong}" for wrong in check(world)]
