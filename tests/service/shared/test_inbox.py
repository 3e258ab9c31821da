"""One effect per event, and a bad message stops nobody else's."""

import json
from typing import Any

import pytest

from shared.clock import FixedClock
from shared.events import Event, encode, occurred
from shared.events.registration import Cancelled, Seated
from shared.inbox import Once, receive
from shared.observability import correlated
from shared.transactions import Refused, Transaction


def _batch(*bodies: str) -> dict[str, Any]:
    return {"Records": [{"messageId": f"m{n}", "body": body} for n, body in enumerate(bodies)]}


def _event(clock: FixedClock, identifier: str = "r1") -> str:
    return encode(occurred(Cancelled(registration_id=identifier, event="congres"), clock))


@pytest.fixture
def effects(outbox: Any) -> Any:
    """A handler whose effect is one more item, joined to the mark."""

    class Effects:
        count = 0

        def handle(self, event: Event, once: Once) -> None:
            self.count += 1
            transaction = Transaction()
            transaction.insert(
                outbox("EFFECT", f"{event.subject}-{self.count}", event="{}"), name="effect"
            )
            once.join(transaction)
            transaction.commit()

        @property
        def written(self) -> list[str]:
            return [item.sk for item in outbox.query("EFFECT")]

    return Effects()


def test_ten_deliveries_of_one_event_have_one_effect(
    seen: Any, effects: Any, clock: FixedClock
) -> None:
    body = _event(clock)
    for _ in range(10):
        answer = receive(
            _batch(body),
            {Cancelled: effects.handle},
            seen=seen,
            consumer="test",
            clock=clock,
        )
        assert answer == {"batchItemFailures": []}
    assert effects.written == ["r1-1"]


def test_two_consumers_of_one_event_each_have_their_effect(
    seen: Any, effects: Any, clock: FixedClock
) -> None:
    body = _event(clock)
    for consumer in ("one", "two"):
        receive(
            _batch(body), {Cancelled: effects.handle}, seen=seen, consumer=consumer, clock=clock
        )
    assert len(effects.written) == 2


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "not json",
        "[]",
        "{}",
        '{"specversion": "1.0"}',
        "null",
        '{"type": "nl.plekken.registration.cancelled.v1"}',
        "\x00\ud83d",
    ],
)
def test_a_malformed_message_fails_alone(
    seen: Any, effects: Any, clock: FixedClock, bad: str
) -> None:
    answer = receive(
        _batch(_event(clock, "before"), bad, _event(clock, "after")),
        {Cancelled: effects.handle},
        seen=seen,
        consumer="test",
        clock=clock,
    )
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m1"}]}
    assert {item.partition("-")[0] for item in effects.written} == {"before", "after"}


def test_unknown_types_and_types_without_a_handler_end_in_the_dead_letter_queue(
    seen: Any, effects: Any, clock: FixedClock
) -> None:
    unknown = _event(clock).replace("cancelled.v1", "cancelled.v9")
    unhandled = encode(occurred(Seated(registration_id="r1", event="congres", pool="open"), clock))
    answer = receive(
        _batch(unknown, unhandled),
        {Cancelled: effects.handle},
        seen=seen,
        consumer="test",
        clock=clock,
    )
    assert [failure["itemIdentifier"] for failure in answer["batchItemFailures"]] == ["m0", "m1"]


def test_a_refusal_of_the_effect_itself_is_not_taken_for_a_duplicate(
    seen: Any, outbox: Any, clock: FixedClock
) -> None:
    def refused(event: Event, once: Once) -> None:
        raise Refused(frozenset({"effect"}))

    answer = receive(
        _batch(_event(clock)), {Cancelled: refused}, seen=seen, consumer="test", clock=clock
    )
    assert answer["batchItemFailures"]


def test_once_knows_whether_the_effect_was_written(
    seen: Any, effects: Any, clock: FixedClock
) -> None:
    known: list[bool] = []

    def handle(event: Event, once: Once) -> None:
        known.append(once.happened())
        effects.handle(event, once)

    body = _event(clock)
    for _ in range(2):
        receive(_batch(body), {Cancelled: handle}, seen=seen, consumer="test", clock=clock)
    assert known == [False, True]


def test_a_failure_is_logged_under_the_request_that_caused_it(
    seen: Any, clock: FixedClock, capsys: Any
) -> None:
    def fail(_event: Event, _once: Once) -> None:
        raise RuntimeError

    with correlated("the-request"):
        body = _event(clock)
    receive(_batch(body), {Cancelled: fail}, seen=seen, consumer="test", clock=clock)
    assert json.loads(capsys.readouterr().out)["correlation_id"] == "the-request"
