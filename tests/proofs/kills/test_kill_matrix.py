"""A process may die at any moment: nothing is lost, no seat is wrong, and one mail may come twice
only where SES has it and our ledger does not know yet (DESIGN §4).
"""

import os
from pathlib import Path

import pytest

from tests.proofs.conftest import Figures
from tests.proofs.extent import extent, seeds
from tests.proofs.kills.matrix import Share, run_in_processes
from tests.proofs.kills.mutants import MUTANTS, notices

MOST_MISSED = 50  # one in so many points
PROCESSES = min(os.cpu_count() or 1, 8)


@pytest.mark.timeout(2400)
def test_a_process_may_die_before_and_after_every_call(tmp_path: Path, figures: Figures) -> None:
    runs = tuple(seeds(whole=5, bounded=1))
    sample = extent(whole=None, bounded=16)
    result = run_in_processes(
        [
            Share(tmp_path / str(number), runs, number, PROCESSES, sample=sample)
            for number in range(PROCESSES)
        ]
    )
    assert result.violations == []
    # SQS decides which messages come together, so that now and then a run takes another way.
    assert len(result.missed) <= 1 + result.points // MOST_MISSED, result.missed
    figures(
        "kill matrix",
        f"{result.calls} calls, {result.points:,} points with {len(runs)} seeds, 0 lost, "
        f"0 wrong seats, {result.second_mails} second mails, all of them at the "
        f"{result.in_window} points in the SES window; {len(result.missed)} points not come to",
    )


@pytest.mark.timeout(900)
def test_the_matrix_notices_a_missing_guard(tmp_path: Path, figures: Figures) -> None:
    found = notices(tmp_path)
    unnoticed = [name for name, violation in found.items() if not violation]
    assert unnoticed == []
    figures("kill matrix without a guard", f"{len(found)} of {len(MUTANTS)} missing guards noticed")
