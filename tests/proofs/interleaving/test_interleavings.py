"""Every pair of use cases that write the same items, in many orders and with crashes."""

import pytest

from tests.proofs.conftest import Figures
from tests.proofs.extent import SEED, extent
from tests.proofs.interleaving.families import FAMILIES
from tests.proofs.interleaving.family import Case, Family

SCHEDULES = extent(whole=4, bounded=2)  # per pair and state
CRASHES = extent(whole=2, bounded=1)
STATES = extent(whole=2, bounded=1)  # per pair, moving on with each pair


@pytest.mark.usefixtures("embedded")
@pytest.mark.timeout(1200)
def test_every_pair_of_every_family(figures: Figures) -> None:
    runs = pairs = 0
    found: list[str] = []
    for family in FAMILIES:
        for number, pair in enumerate(family.pairs):
            pairs += 1
            for case in cases(family, pair, number + SEED):
                tried, wrong = explore(case)
                runs += tried
                found += wrong
    figures(
        "interleavings",
        f"{pairs} pairs in {len(FAMILIES)} families, {runs} schedules and crashes,"
        f" {len(found)} violations",
    )
    assert found == []


def cases(family: Family[object], pair: tuple[str, str], start: int) -> list[Case]:
    """The pair in each state, or in some of them where time is short."""
    states = list(family.states)
    chosen = {states[(start + n) % len(states)] for n in range(min(STATES, len(states)))}
    return [Case(family, state, *pair) for state in sorted(chosen)]


def explore(case: Case) -> tuple[int, list[str]]:
    """How many runs, and what was wrong after them."""
    found: list[str] = []
    runs = 0
    for schedule in case.schedules(SCHEDULES):
        found += case.attempt(schedule)
        runs += 1
    for crash in case.crashes(CRASHES):
        found += case.attempt(crash=crash)
        runs += 1
    return runs, found
