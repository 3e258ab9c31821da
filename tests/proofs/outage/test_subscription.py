"""Somebody deletes a subscription: SNS takes every event and tells nobody that nobody hears it."""

import json
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from infra.replay import replay
from tests.flows import steps
from tests.proofs.extent import SEED, extent
from tests.proofs.outage.subscriptions import Subscription, deleted, subscriptions
from tests.proofs.outage.town import Town

pytestmark = pytest.mark.timeout(1200)  # on a busy machine

TRIED = extent(whole=8, bounded=3)
PEOPLE = extent(whole=6, bounded=3)
SUBSCRIPTIONS = {"registration": 4, "directory": 4, "documents": 3}


def test_a_deleted_subscription_loses_nothing_once_its_events_are_replayed(
    town: Town,
    figures: Callable[[str, str], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert len(subscriptions()) == sum(SUBSCRIPTIONS.values())
    chosen = Random(SEED).sample(subscriptions(), TRIED)
    sent = 0
    for one in chosen:
        town.start_over()
        before = town.world.clock.now()
        with deleted(one):
            _use_everything(town)
            _expect_alarm(town, one, monkeypatch, capsys)
        sent += _replay(town, one, before)
        _finish(town)
        everything = _everything(town)
        assert town.lost() == [], str(one)
        assert everything == [], str(one)
        quiet = _state(town)
        sent += _replay(town, one, before)  # once more changes nothing
        town.settle()
        assert _state(town) == quiet
        assert town.lost() == [], f"{one}, replayed twice"
    figures(
        "outage deleted subscription",
        f"{len(chosen)} of {len(subscriptions())} subscriptions deleted, alarmed, put back, "
        f"{sent} events replayed (each twice): 0 lost, 0 effects twice",
    )


def _use_everything(town: Town) -> None:
    """As far as people get while something is out: each of them does what they can."""
    town.register(PEOPLE)
    town.register(2, wishing=True)
    town.world.rest()
    _decide(town)
    town.wait(timedelta(hours=3))


def _finish(town: Town) -> None:
    """Now that all is heard, organisers see what waits, and partners get their invitations."""
    town.settle()
    _decide(town)
    town.settle()


def _decide(town: Town) -> None:
    for one in town.members():
        member = json.loads(one["member"]["S"])
        if one["state"]["S"] == "draft":
            steps.approve(town.staff, f"/leden/beheer/{member['id']}")
            town.world.rest()


def _everything(town: Town) -> list[str]:
    """What those who wished to be in the guide lack of their mails."""
    wrong = []
    for person in town.people:
        initiative = person.fields.get("initiatief")
        if initiative:
            found = sorted(
                subject.split(" van ")[0] for subject in town.world.mailbox.subjects(person.email)
            )
            wanted = sorted(
                ["Je bent aangemeld", f"{initiative} staat in de ledengids", "Deel je documenten"]
            )
            if found != wanted:
                wrong.append(f"{initiative}: {found}")
    return wrong


def _replay(town: Town, one: Subscription, since: Any) -> int:
    count = replay(town.operator, one.service, one.topic, since)
    town.world.rest()
    return count


def _state(town: Town) -> Any:
    """All that tables hold, but for what the sweepers note."""
    return {
        (table, *key): {name: value for name, value in item.items() if name not in NOTES}
        for table, items in town.world.tables.read().items()
        for key, item in items.items()
        if not key[0].startswith(("SEEN#", "MAIL#", "RUNS"))
    }


NOTES = {"checked", "noted", "noted_at", "settled"}


def _expect_alarm(
    town: Town,
    one: Subscription,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from shared import settings

    with monkeypatch.context() as patch:
        # The tap of this world hears too.
        patch.setenv("SUBSCRIPTIONS", str(SUBSCRIPTIONS[one.service] + 1))
        settings.forget()
        capsys.readouterr()
        town.world.sweep(one.service)
        assert '"SubscriptionsMissing": 1' in capsys.readouterr().out, str(one)
    settings.forget()
