"""The relay, or all that publishes, is off for longer than the stream keeps what it shows."""

import json
from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest

from shared.sweeper import resend
from tests.proofs.extent import extent, seeds
from tests.proofs.outage.town import Town

pytestmark = pytest.mark.timeout(1200)  # on a busy machine

SEEDS = seeds(whole=5, bounded=1)
PEOPLE = extent(whole=30, bounded=8)
HOURS = 25


def test_the_relay_is_off_for_25_hours(town: Town, figures: Callable[[str, str], None]) -> None:
    people = 0
    for seed in SEEDS:
        town.start_over()
        draw = Random(seed)
        coming = sorted(draw.randrange(HOURS) for _ in range(PEOPLE))
        for hour in range(HOURS):
            town.register(coming.count(hour), wishing=draw.random() < 0.3)
            town.pump_without_relays()
            town.world.sweep()
            town.pump_without_relays()
            town.wait(timedelta(hours=1))
        while town.outbox():
            town.world.sweep()
            town.pump_without_relays()
        assert town.lost() == [], f"seed {seed}"
        people += len(town.people)
    figures(
        "outage relay off",
        f"{HOURS} hours, {len(SEEDS)} seeds, {people} people: the sweeper sent all, "
        "0 lost, 0 twice",
    )


def test_relay_and_sweeper_are_off_and_come_back_to_more_than_one_sweep_takes(
    town: Town,
    figures: Callable[[str, str], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    limit = extent(whole=3, bounded=1)
    assert resend.__kwdefaults__ is not None
    monkeypatch.setitem(resend.__kwdefaults__, "limit", limit)  # the real one is 500 a shard
    sweeps, behind = 0, []
    for seed in SEEDS:
        town.start_over()
        town.register(PEOPLE)
        town.register(PEOPLE // 3, wishing=Random(seed).random() < 0.9)
        town.wait(timedelta(hours=HOURS))
        town.pump_without_relays()
        assert town.world.mailbox.all() == []
        capsys.readouterr()
        while town.outbox():
            town.world.sweep()
            town.pump_without_relays()
            sweeps += 1
        behind += _behind(capsys.readouterr().out)
        town.settle()
        assert town.lost() == [], f"seed {seed}"
    assert sweeps > len(SEEDS), "one sweep could not take it all"
    assert max(behind) > 0, "OutboxBehind tells while it lasts"
    assert behind[-1] == 0, "and that it is over"
    figures(
        "outage relay and sweeper off",
        f"{HOURS} hours, {len(SEEDS)} seeds, at most {max(behind)} events behind in one look, "
        f"{sweeps} rounds of sweeps: 0 lost, 0 twice",
    )


def _behind(said: str) -> list[int]:
    lines = [json.loads(line) for line in said.splitlines() if '"OutboxBehind"' in line]
    return [int(line["OutboxBehind"]) for line in lines if "OutboxBehind" in line]
