"""Dead-letter queues that are full: of what can be mended, and of what can't."""

import json
from collections.abc import Callable
from datetime import timedelta
from random import Random
from uuid import uuid4

import pytest

from infra.problems import Problem
from infra.redrive import drop, look, redrive
from shared import handover
from tests.proofs.extent import extent, seeds
from tests.proofs.outage.town import Town, bodies, queue_url, send
from tests.proofs.world.cloud import client
from tests.proofs.world.state import depths

pytestmark = pytest.mark.timeout(1200)  # on a busy machine

SEEDS = seeds(whole=3, bounded=1)
STUCK = extent(whole=60, bounded=12)  # more than one batch of ten
POISON = 3
QUEUE = "directory-inbox"


class Down(Exception):
    """Something that a consumer needs is not there."""


def test_redrive_brings_back_exactly_what_was_stuck(
    town: Town, figures: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = 0
    for seed in SEEDS:
        town.start_over()
        draw = Random(seed)
        with monkeypatch.context() as outage:
            outage.setattr(handover, "take", _down)
            town.register(STUCK, wishing=True)
            for number in range(POISON):
                send(QUEUE, *draw.sample(_poison(number), 1))
            began = town.world.clock.now()
            town.world.rest()
            assert town.world.clock.now() - began >= timedelta(minutes=15), "five tries first"
            assert depths() == {f"{QUEUE}-dlq": STUCK + POISON}
            assert not town.members()
            _look(town, STUCK + POISON)
        assert redrive(town.operator, QUEUE) == STUCK + POISON
        assert depths() == {QUEUE: STUCK + POISON}, "exactly what was stuck is back"
        town.settle()
        assert town.lost(poison=POISON) == [], f"seed {seed}"
        assert depths() == {f"{QUEUE}-dlq": POISON}, "poison is back where it was"
        moved += STUCK + redrive(town.operator, QUEUE)
        town.settle()
        assert town.lost(poison=POISON) == [], "what is redriven again has no effect again"
        _drop_all(town, POISON)
        assert depths() == {}
    figures(
        "outage dead letters",
        f"{len(SEEDS)} seeds, {STUCK} messages and {POISON} poisonous stuck: {moved} came back "
        f"by redrive, each with one effect; poison came back to be dropped by id",
    )


def test_what_comes_while_redrive_works_is_left_for_the_next_time(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(f"{QUEUE}-dlq", "first", "second")
    real = client("sqs").send_message_batch

    def meanwhile(**arguments: object) -> object:
        send(f"{QUEUE}-dlq", "third")
        return real(**arguments)

    monkeypatch.setattr(client("sqs"), "send_message_batch", meanwhile)
    assert redrive(town.operator, QUEUE) == 2
    assert depths() == {QUEUE: 2, f"{QUEUE}-dlq": 1}


def test_what_sns_could_not_deliver_comes_back_without_its_envelope(town: Town) -> None:
    event = json.dumps({"type": "nl.plekken.registration.erased.v1", "id": "0" * 26})
    envelope = {"Type": "Notification", "TopicArn": "arn", "MessageId": "1", "Message": event}
    client("sqs").send_message(
        QueueUrl=queue_url(f"{QUEUE}-dlq"),
        MessageBody=json.dumps(envelope),
        MessageAttributes={"ErrorCode": {"DataType": "String", "StringValue": "AccessDenied"}},
    )
    [line] = look(town.operator, QUEUE)
    assert "nl.plekken.registration.erased.v1" in line
    assert "SNS could not deliver it: AccessDenied" in line
    assert redrive(town.operator, QUEUE) == 1
    assert bodies(QUEUE) == [event]


def test_looking_shows_no_words_of_a_message(town: Town) -> None:
    send(
        f"{QUEUE}-dlq",
        json.dumps({"type": "Ada Lovelace", "id": "ada@example.org"}),
        json.dumps({"type": "nl.plekken.registration.erased.v1", "id": "ada@example.org"}),
        "ada@example.org",
        "[1]",
    )
    lines = look(town.operator, QUEUE)
    assert len(lines) == 4
    assert not [line for line in lines if "ada" in line.lower()]
    assert depths() == {f"{QUEUE}-dlq": 4}, "looking moves nothing"
    assert len(look(town.operator, QUEUE)) == 4, "and hides nothing from who looks next"


def test_dropping_a_message_that_is_not_there_drops_nothing(town: Town) -> None:
    send(f"{QUEUE}-dlq", "first")
    with pytest.raises(Problem, match="LOOK=yes"):
        drop(town.operator, QUEUE, "nobody")
    assert depths() == {f"{QUEUE}-dlq": 1}


def _down(*_: object) -> None:
    raise Down


def _poison(number: int) -> list[str]:
    unknown = {"specversion": "1.0", "type": "nl.plekken.nobody.knows.v1", "id": uuid4().hex}
    return [f"not JSON {number}", json.dumps(unknown), json.dumps([number])]


def _look(town: Town, count: int) -> None:
    lines = look(town.operator, QUEUE)
    assert len(lines) == count
    assert sum("nl.plekken.registration.profile_shared.v1" in line for line in lines) == STUCK
    assert all("tried 5 times" in line for line in lines)
    assert depths() == {f"{QUEUE}-dlq": count}


def _drop_all(town: Town, count: int) -> None:
    for line in look(town.operator, QUEUE):
        drop(town.operator, QUEUE, line.split()[0])
        count -= 1
    assert count == 0
