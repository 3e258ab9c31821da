"""10,000 registrations from 64 threads for 400 seats, with everything that can go on among them."""

import itertools
from collections import Counter

import pytest

from chalicelib.registration.domain import is_congress
from tests.proofs.calls import observed
from tests.proofs.conftest import Figures
from tests.proofs.extent import extent
from tests.proofs.interleaving.account import Account, Contents
from tests.proofs.seats.invariants import Table, read, violations
from tests.proofs.seats.rush import Rush, congress_of
from tests.proofs.seats.threads import in_threads
from tests.proofs.seats.timeline import Timeline

ACCOUNT = Account(["REGISTRATION_TABLE"])
PEOPLE = extent(whole=10_000, bounded=500)
SEATS = PEOPLE // 25
THREADS = 64


@pytest.mark.usefixtures("embedded_dynamodb")
@pytest.mark.timeout(2400)
def test_a_rush_with_cancellations_swaps_and_crashes(figures: Figures) -> None:
    ACCOUNT.restore(Contents())
    timeline, rush = Timeline(), Rush(congress_of(SEATS), SEATS)
    with observed(timeline), observed(rush.trouble):  # the timeline sees a call before it kills
        seconds = in_threads(PEOPLE, THREADS, rush.person)
        wrong = violations(_table(), at_rest=False)
        rush.recover()
        wrong += violations(_table(), at_rest=True)
        rush.end_shares()
        rush.recover()
    table = _table()
    wrong += violations(table, at_rest=True) + _answers(rush, table) + timeline.overtaken()
    kinds = {line: is_congress(line) for line in table.lines}
    most = timeline.most_at_once([line for line in kinds if kinds[line]])
    if most > SEATS:
        wrong.append(f"{most} people on {SEATS} seats at once")
    figures("seats", _figures(rush, timeline, table, seconds, wrong))
    assert wrong == []
    assert rush.trouble.happened.keys() == {
        "died before a call", "died after a call", "conflicts"
    }  # fmt: skip
    assert len(timeline.promoted) > SEATS // 10


def _table() -> Table:
    return read(ACCOUNT.read())


def _answers(rush: Rush, table: Table) -> list[str]:
    """What people were answered: numbers that nobody else has, of a registration that is kept."""
    given = {  # who presses again gets the same answer
        (line.id, line.number, receipt.registration_id)
        for receipt in rush.receipts
        for line in receipt.lines
    }
    holders = Counter((line, number) for line, number, _ in given)
    found = [f"{line}: {number} given twice" for (line, number), n in holders.items() if n > 1]
    return found + [
        f"{receipt.registration_id} was answered and is lost"
        for receipt in rush.receipts
        if receipt.registration_id not in table.registrations
    ]


def _figures(rush: Rush, timeline: Timeline, table: Table, seconds: float, wrong: list[str]) -> str:
    happened = itertools.chain(sorted(rush.done.items()), sorted(rush.trouble.happened.items()))
    seated = sum(one["state"] == "seated" for one in table.registrations.values())
    issued = sum(line.issued for line in table.lines.values())
    dead = sum(len(line.dead) for line in table.lines.values())
    return (
        f"{PEOPLE} people for {SEATS} seats from {THREADS} threads in {seconds:.0f} s"
        f" ({', '.join(f'{times} x {what}' for what, times in happened)}); {issued} numbers,"
        f" {dead} dead, {len(timeline.promoted)} promotions, {seated} seated; {len(wrong)}"
        " violations: oversold, double numbers, idle seats, overtaken, lost"
    )
