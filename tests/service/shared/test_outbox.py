"""The way of an event from the outbox to the topic, and what a crash does to it."""

import json
import os
from datetime import timedelta
from typing import Any

import boto3
import pytest

from shared import aws
from shared.clock import FixedClock
from shared.events import decode, occurred
from shared.events.registration import Cancelled
from shared.inbox import REMEMBERED
from shared.outbox import KEPT, PUBLISHED_SHARDS, message
from shared.relay import relay
from shared.sweeper import resend, watch_subscriptions

TOPIC = os.environ["REGISTRATION_TOPIC_ARN"]


@pytest.fixture
def queue(mocked_aws: None) -> Any:
    """A queue that sees everything the topic publishes."""
    queue = boto3.resource("sqs").create_queue(QueueName="watch")
    boto3.client("sns").subscribe(
        TopicArn=TOPIC,
        Protocol="sqs",
        Endpoint=queue.attributes["QueueArn"],
        Attributes={"RawMessageDelivery": "true"},
    )
    return queue


def _waiting(outbox: Any, clock: FixedClock, count: int) -> list[Any]:
    events = [
        occurred(Cancelled(registration_id=f"r{n}", event="congres"), clock) for n in range(count)
    ]
    items = [message(outbox, event) for event in events]
    for item in items:
        item.save()
    return items


def _stream(items: list[Any]) -> dict[str, Any]:
    return {
        "Records": [
            {
                "eventName": "INSERT",
                "dynamodb": {"SequenceNumber": str(number), "NewImage": item.to_dynamodb_dict()},
            }
            for number, item in enumerate(items)
        ]
    }


def _published(queue: Any) -> list[str]:
    ids = []
    while found := queue.receive_messages(MaxNumberOfMessages=10):
        ids += [decode(each.body).id for each in found]
        for each in found:
            each.delete()
    return ids


def _left(outbox: Any) -> int:
    return len([item for item in outbox.scan() if item.pk.startswith("OUTBOX#")])


def test_the_relay_publishes_each_event_and_takes_it_away(
    outbox: Any, queue: Any, clock: FixedClock
) -> None:
    items = _waiting(outbox, clock, 23)
    assert relay(_stream(items), outbox, TOPIC) == {"batchItemFailures": []}
    assert sorted(_published(queue)) == sorted(item.sk for item in items)
    assert _left(outbox) == 0


def test_what_was_published_stays_two_weeks_without_any_personal_data_to_be_replayed(
    outbox: Any, queue: Any, clock: FixedClock
) -> None:
    items = _waiting(outbox, clock, 3)
    relay(_stream(items), outbox, TOPIC)
    kept = [item for item in outbox.scan() if item.pk in PUBLISHED_SHARDS]
    assert sorted((item.sk, item.event) for item in kept) == sorted(
        (item.sk, item.event) for item in items
    )
    assert {item.expires_at - clock.now() for item in kept} == {KEPT}
    shards = [{(one.sk, one.pk[-1]) for one in found} for found in (kept, items)]
    assert shards[0] == shards[1]
    assert REMEMBERED > KEPT, "a consumer must know what a replay brings back"


def test_a_crash_between_the_copy_and_the_removal_loses_neither(
    outbox: Any, queue: Any, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    [item] = _waiting(outbox, clock, 1)
    batches: list[Any] = []
    real = outbox.batch_write

    def dies_at_the_second() -> Any:
        batches.append(None)
        if len(batches) > 1:
            raise SystemExit
        return real()

    with monkeypatch.context() as crash:
        crash.setattr(outbox, "batch_write", dies_at_the_second)
        with pytest.raises(SystemExit):
            relay(_stream([item]), outbox, TOPIC)
    assert sorted(kept.pk for kept in outbox.scan()) == [item.pk, f"PUBLISHED#{item.pk[-1]}"]


def test_a_topic_that_fewer_queues_hear_than_there_are_is_told(
    mocked_aws: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = {"Attributes": {"SubscriptionsConfirmed": "1"}}  # moto does not count
    monkeypatch.setattr(aws.client("sns"), "get_topic_attributes", lambda **_: answer)
    assert watch_subscriptions(TOPIC, 1) == 0
    assert "SubscriptionsMissing" not in capsys.readouterr().out
    assert watch_subscriptions(TOPIC, 3) == 2
    assert '"SubscriptionsMissing": 2' in capsys.readouterr().out


def test_removals_and_other_items_of_the_stream_are_left_alone(
    outbox: Any, queue: Any, clock: FixedClock
) -> None:
    event = _stream(_waiting(outbox, clock, 2))
    event["Records"][0]["eventName"] = "REMOVE"
    event["Records"][1]["dynamodb"]["NewImage"]["pk"] = {"S": "REGISTRATION#1"}
    relay(event, outbox, TOPIC)
    assert _published(queue) == []


def test_a_message_that_sns_refuses_is_retried_from_there_and_kept(
    outbox: Any, queue: Any, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = _waiting(outbox, clock, 3)
    sns = aws.client("sns")
    real = sns.publish_batch

    def partly(**arguments: Any) -> Any:
        entries = arguments.pop("PublishBatchRequestEntries")
        answer = real(PublishBatchRequestEntries=entries[:1] + entries[2:], **arguments)
        return {**answer, "Failed": [{"Id": "1", "Code": "InternalError", "SenderFault": False}]}

    monkeypatch.setattr(sns, "publish_batch", partly)
    answer = relay(_stream(items), outbox, TOPIC)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert _left(outbox) == 1


def test_the_sweeper_publishes_what_the_relay_missed_once_its_patience_is_over(
    outbox: Any, queue: Any, clock: FixedClock
) -> None:
    items = _waiting(outbox, clock, 5)
    assert resend(outbox, TOPIC, clock)["behind"] == 0
    clock.advance(timedelta(hours=25))
    assert resend(outbox, TOPIC, clock) == {"behind": 5, "resent": 5, "missing": 0}
    assert sorted(_published(queue)) == sorted(item.sk for item in items)
    assert _left(outbox) == 0


def test_a_crash_between_publishing_and_marking_gives_a_duplicate_and_no_loss(
    outbox: Any, queue: Any, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = _waiting(outbox, clock, 1)
    with monkeypatch.context() as crash:
        crash.setattr("shared.relay._mark", lambda *_: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            relay(_stream(items), outbox, TOPIC)
    clock.advance(timedelta(minutes=2))
    resend(outbox, TOPIC, clock)
    assert _published(queue) == [items[0].sk] * 2
    assert _left(outbox) == 0


def test_events_carry_their_type_for_filter_policies(
    outbox: Any, clock: FixedClock, mocked_aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(
        aws.client("sns"), "publish_batch", lambda **arguments: sent.append(arguments) or {}
    )
    relay(_stream(_waiting(outbox, clock, 1)), outbox, TOPIC)
    entry = sent[0]["PublishBatchRequestEntries"][0]
    kind = entry["MessageAttributes"]["type"]["StringValue"]
    assert kind == json.loads(entry["Message"])["type"] == "nl.plekken.registration.cancelled.v1"
