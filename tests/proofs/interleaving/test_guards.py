"""Without any one of the guards some race goes wrong; with it the same race goes well."""

import pytest

from tests.proofs.conftest import Figures
from tests.proofs.extent import extent
from tests.proofs.interleaving.conditions import conditions
from tests.proofs.interleaving.family import Case
from tests.proofs.interleaving.guard_list import GUARDS
from tests.proofs.interleaving.guards import Guard, covered
from tests.proofs.interleaving.race import Crash, Schedule, stopped_once

SCHEDULES = extent(whole=80, bounded=40)  # before a mutant counts as having survived


def test_every_condition_in_the_source_is_a_guard() -> None:
    assert conditions() == covered(GUARDS)


@pytest.mark.usefixtures("embedded")
@pytest.mark.timeout(900)
def test_every_guard_is_needed(figures: Figures) -> None:
    survivors = []
    for guard in GUARDS:
        found = kill(guard)
        print(f"without “{guard.name}”: {found or 'nothing goes wrong'}")
        if found is None:
            survivors.append(guard.name)
    figures(
        "mutants",
        f"{len(GUARDS)} guards, {len(GUARDS) - len(survivors)} killed, {len(survivors)} survive",
    )
    assert survivors == []


def kill(guard: Guard) -> str | None:
    """What goes wrong without the guard, in a race that goes well with it."""
    case = Case(guard.family, guard.state, guard.first, guard.second)
    for schedule, crash in races(case):
        with pytest.MonkeyPatch.context() as patch:
            guard.mutant(patch)
            found = case.attempt(schedule, crash)
        if found:
            assert case.attempt(schedule, crash) == []
            return found[0]
    return None


def races(case: Case) -> list[tuple[Schedule, Crash | None]]:
    """One stops once, then any order, then crashes of the first: alone, and after a stop."""
    calls = case.lengths
    orders = [*stopped_once(*calls), *case.schedules(SCHEDULES)]
    alone = (0,) * (calls[0] + 1)
    crashes: list[tuple[Schedule, Crash | None]] = [(alone, crash) for crash in case.crashes(20)]
    first, second = calls
    for call in range(first):
        order = (0,) * call + (1,) * second + (0,) * (first - call)
        crashes.append((order, Crash(call + 1, after=True)))
    return [(order, None) for order in dict.fromkeys(orders)] + crashes
