"""Every function survives AWS on a bad day, and its own time-out in the middle of a batch.

Nothing is lost and no seat is wrong. A mail may come again only where SES took it without our
hearing so, or where its mark in the ledger failed: the runners count those as `excused`.
"""

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proofs.conftest import Figures
from tests.proofs.extent import seeds
from tests.proofs.kills.faults import Faults, TimeOuts
from tests.proofs.kills.promises import broken, mails
from tests.proofs.kills.scenes import COME_AT_ONCE, FLOW, Scene, Story
from tests.proofs.world.deliveries import Manner
from tests.proofs.world.world import World, run_here, world

RATE = 0.2


@pytest.fixture
def made(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as found:
        found.attended = True
        yield found


@pytest.mark.timeout(1200)
def test_a_fifth_of_all_calls_fails(made: World, figures: Figures) -> None:
    injected: Counter[str] = Counter()
    repeated = 0
    runs = seeds(whole=10, bounded=1)
    for scene, seed, prepared in _runs(made, runs, (*FLOW, COME_AT_ONCE)):
        made.runner = faults = Faults(random.Random(seed), RATE)
        story = scene.played(made, prepared)
        made.runner = run_here
        made.rest()
        repeated += _check(made, story, faults.excused, f"{scene.name}, seed {seed}")
        injected += faults.injected
    kinds = ", ".join(f"{number} {kind}" for kind, number in sorted(injected.items()))
    figures(
        "injected faults",
        f"{injected.total():,} of a fifth of all calls ({kinds}), 0 lost, 0 wrong seats, "
        f"{repeated} second mails, each explained, {made.redriven} messages redriven by hand",
    )


@pytest.mark.timeout(1200)
def test_functions_reach_their_time_out_in_the_middle_of_a_batch(
    made: World, figures: Figures
) -> None:
    ended: Counter[str] = Counter()
    repeated = 0
    for scene, seed, prepared in _runs(made, seeds(whole=20, bounded=2), (*FLOW, COME_AT_ONCE)):
        made.runner = time_outs = TimeOuts(random.Random(seed), rate=0.4)
        story = scene.played(made, prepared)
        made.runner = run_here
        made.rest()
        repeated += _check(made, story, time_outs.excused, f"{scene.name}, seed {seed}")
        ended += time_outs.ended
    figures(
        "time-outs",
        f"{ended.total()} of {len(ended)} functions, 0 lost, 0 wrong seats, {repeated} second "
        f"mails, all of them in the SES window, {made.redriven} messages redriven by hand",
    )


def _runs(
    made: World, seeds: range, scenes: tuple[Scene, ...]
) -> Iterator[tuple[Scene, int, Story]]:
    nothing = made.moment()
    for scene in scenes:
        made.runner = run_here
        made.put_back(nothing)
        prepared = scene.prepare(made)
        moment = made.moment()
        for seed in seeds:
            made.put_back(moment)
            made.platform.draw = random.Random(seed)
            made.platform.manner = Manner(duplicates=0.1)
            yield scene, seed, prepared


def _check(made: World, story: Story, excused: int, name: str) -> int:
    wrong, repeated = mails(made, story)
    wrong += broken(made, story)
    assert wrong == [], name
    assert repeated <= excused, f"{name}: {repeated} mails came again, {excused} may"
    return repeated
