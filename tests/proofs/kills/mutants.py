"""Guards against crashes, each taken away in turn: the matrix must notice, or it proves nothing."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared import inbox, mail, outbox, relay, sweeper
from shared.transactions import Transaction
from tests.proofs.kills.matrix import Result, Share, run_scenes
from tests.proofs.world.world import World, world

Patch = pytest.MonkeyPatch
SEED = 3  # the stream gives up at once, so nothing but the sweeper mends what a relay broke


@dataclass(frozen=True)
class Mutant:
    """What is taken away, and the scene and the points (a part of their names) that miss it."""

    take_away: Callable[[Patch], None]
    scene: str
    points: str


def _no_claim(patch: Patch) -> None:
    """Send without asking the ledger whether somebody had this mail."""

    def claim(model: Any, person: str, reason: str, clock: Any) -> Any:
        item = model(f"MAIL#{person}", reason, state="sending", claim="x", lease_until=0)
        item.save()
        return item

    patch.setattr(mail, "_claim", claim)


def _no_lease(patch: Patch) -> None:
    """Let a claim last for ever: who died before SES keeps it."""
    patch.setattr(mail, "LEASE", timedelta(days=30))


def _outbox_apart(patch: Patch) -> None:
    """Write the event after the transaction of the change instead of in it."""
    insert, commit = Transaction.insert, Transaction.commit
    later: dict[int, list[outbox.OutboxItem]] = {}

    def insert_all_but_events(self: Transaction, item: Any, *, name: str) -> None:
        if isinstance(item, outbox.OutboxItem):
            later.setdefault(id(self), []).append(item)
        else:
            insert(self, item, name=name)

    def commit_then_save(self: Transaction) -> None:
        events = later.pop(id(self), [])
        commit(self)
        for item in events:
            item.save()

    patch.setattr(Transaction, "insert", insert_all_but_events)
    patch.setattr(Transaction, "commit", commit_then_save)


def _mark_first(patch: Patch) -> None:
    """Take events out of the outbox before SNS has them."""
    publish_batch, mark = relay.publish_batch, relay._mark

    def publish(waiting: Sequence[relay.Waiting], table: Any, topic: str) -> list[relay.Waiting]:
        mark(waiting, table)
        return publish_batch(waiting, topic) if waiting else []

    patch.setattr(relay, "publish", publish)
    patch.setattr(sweeper, "publish", publish)


def _no_sweeper(patch: Patch) -> None:
    """Send nothing that the relay missed."""
    for consumer in ("registration", "directory"):
        patch.setattr(f"chalicelib.{consumer}.consumers.resend", lambda *_: 0)
    patch.setattr(sweeper, "resend", lambda *_: 0)


def _no_seen(patch: Patch) -> None:
    """Forget which events were handled."""
    patch.setattr(inbox.Once, "join", lambda *_: None)
    patch.setattr(inbox.Once, "happened", lambda _: False)


def _no_gaps_buried(patch: Patch) -> None:
    """Leave numbers that a crash took where they are."""
    # The package's function of the same name hides the module.
    module = sys.modules["chalicelib.registration.usecases.sweep"]
    patch.setattr(module, "_close_gaps", lambda *_: None)


def _no_advance(patch: Patch) -> None:
    """Let only the request that frees a seat give it away: its consumer does nothing."""
    for name in ("settle_event_of", "sweep"):
        patch.setattr(f"chalicelib.registration.consumers.usecases.{name}", lambda *_, **__: None)


MUTANTS = {
    "the ledger's claim": Mutant(
        _no_claim, "register", "registration-mail after dynamodb:UpdateItem"
    ),
    "the lease of a claim": Mutant(
        _no_lease, "register", "registration-mail after dynamodb:PutItem"
    ),
    "the outbox inside the transaction": Mutant(
        _outbox_apart, "register", "api after dynamodb:Trans"
    ),
    "publish before mark": Mutant(_mark_first, "register", "relay after dynamodb:BatchWriteItem"),
    "the sweeper of the outbox": Mutant(_no_sweeper, "wait", "none: the relay misses one anyway"),
    "the mark SEEN": Mutant(_no_seen, "register", "inbox after dynamodb:Trans"),
    "burying gaps": Mutant(_no_gaps_buried, "register", "api after dynamodb:UpdateItem"),
    "moving up after a cancellation": Mutant(_no_advance, "cancel", "none: nobody moves up"),
}


def notices(folder: Path) -> dict[str, str]:
    """The first violation that shows each mutant; empty for one that nothing shows."""
    found = {}
    with world(folder) as made:
        nothing = made.moment()
        for name, mutant in MUTANTS.items():
            made.put_back(nothing)
            with pytest.MonkeyPatch.context() as patch:
                mutant.take_away(patch)
                found[name] = _first_violation(made, folder, mutant)
    return found


def _first_violation(made: World, folder: Path, mutant: Mutant) -> str:
    share = Share(folder, (SEED,), stop_at=1, scenes=(mutant.scene,), named=mutant.points)
    result = Result()
    try:
        run_scenes(made, share, result)
    except AssertionError as error:  # not even undisturbed does it do what it promises
        return str(error) or "an assertion"
    return "".join(result.violations)
