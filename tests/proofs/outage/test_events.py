"""Events that are malformed, old, foreign or about somebody who is gone: each lands where the
runbook says, and a redrive after a repair brings through what can be mended.
"""

import json
from collections.abc import Callable
from typing import Any, ClassVar
from uuid import uuid4

import msgspec
import pytest

from chalicelib.directory import consumers
from infra.redrive import look, redrive
from shared import events
from shared.clock import FixedClock
from shared.events import Data, encode, occurred
from shared.events.registration import Erased, ProfileShared
from tests.proofs.outage.town import Town, send
from tests.proofs.world.state import depths

pytestmark = pytest.mark.timeout(1200)  # on a busy machine

QUEUE = "directory-inbox"
Change = Callable[[dict[str, Any]], object]


def _with(**more: Any) -> Change:
    return lambda event: {**event, **more}


def _without(name: str) -> Change:
    return lambda event: {key: value for key, value in event.items() if key != name}


DEAD: dict[str, Change] = {
    "unknown type": _with(type="nl.plekken.nobody.knows.v1"),
    "unknown version": _with(type="nl.plekken.registration.erased.v9"),
    "missing field": _without("subject"),
    "missing data": _with(data={}),
    "wrong kind of value": _with(aggregateversion="first"),
    "another specification": _with(specversion="0.3"),
    "a list": lambda event: [event],
    "not for this consumer": _with(
        type="nl.plekken.documents.document_published.v1", data={"document_id": "1"}
    ),
}
TAKEN: dict[str, Change] = {
    "as it should be": lambda event: event,
    "extra fields": lambda event: {**event, "more": 1, "data": {**event["data"], "more": [1]}},
    "another source": _with(source="nl.plekken.somebody"),
    "an old version of its subject": _with(aggregateversion=0),
    "somebody who never was": _with(subject="nobody", data={"registration_id": "nobody"}),
}


def _erased(clock: FixedClock) -> dict[str, Any]:
    event = occurred(Erased(registration_id=uuid4().hex[:26]), clock)
    found: dict[str, Any] = msgspec.json.decode(encode(event))
    return found


@pytest.mark.parametrize("kind", DEAD)
def test_what_makes_no_sense_ends_in_the_dead_letter_queue(town: Town, kind: str) -> None:
    send(QUEUE, json.dumps(DEAD[kind](_erased(town.world.clock))))
    town.world.rest()
    assert depths() == {f"{QUEUE}-dlq": 1}
    assert redrive(town.operator, QUEUE) == 1
    town.world.rest()
    assert depths() == {f"{QUEUE}-dlq": 1}, "redrive without a repair brings it back here"


@pytest.mark.parametrize("text", ["not JSON", "", "{", "null", "ÿ" * 10_000, "[" * 5_000])
def test_what_is_not_even_json_ends_there_too(town: Town, text: str) -> None:
    send(QUEUE, text or " ")
    town.world.rest()
    assert depths() == {f"{QUEUE}-dlq": 1}
    assert len(look(town.operator, QUEUE)) == 1


@pytest.mark.parametrize("kind", TAKEN)
def test_what_is_only_unusual_is_taken(town: Town, kind: str) -> None:
    event = TAKEN[kind](_erased(town.world.clock))
    send(QUEUE, json.dumps(event), json.dumps(event))
    town.world.rest()
    assert depths() == {}


def test_an_id_that_comes_twice_has_the_effect_of_the_first(town: Town) -> None:
    first, second = _erased(town.world.clock), _erased(town.world.clock)
    send(QUEUE, json.dumps(first))
    town.world.rest()
    send(QUEUE, json.dumps({**second, "id": first["id"]}))
    town.world.rest()
    erased = [item["pk"]["S"] for item in town.world.tables.find("directory", "ERASED#")]
    assert erased == [f"ERASED#{first['subject']}"]
    assert depths() == {}


def test_an_event_about_somebody_who_was_erased_makes_nothing(town: Town) -> None:
    town.register(1, wishing=True)
    town.world.pump(without=(QUEUE,))
    [one] = [
        item
        for item in town.world.tables.find("registration", "REGISTRATION#")
        if item["sk"]["S"] == "REGISTRATION"
    ]
    registration = one["pk"]["S"].removeprefix("REGISTRATION#")
    send(QUEUE, encode(occurred(Erased(registration_id=registration), town.world.clock)))
    town.world.rest()
    town.register(0)
    late = ProfileShared(registration_id=registration, handover_key="registration/gone")
    send(QUEUE, encode(occurred(late, town.world.clock)))
    town.world.rest()
    assert not town.members()


def test_a_version_that_we_learn_later_comes_through_by_redrive(
    town: Town, figures: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    class ErasedAgain(Data, frozen=True, kw_only=True):
        NAME: ClassVar[str] = "registration.erased.v9"
        SUBJECT: ClassVar[str] = "registration_id"

        registration_id: str

    count = 12
    for _ in range(count):
        event = occurred(ErasedAgain(registration_id=uuid4().hex[:26]), town.world.clock)
        send(QUEUE, encode(event))
    send(QUEUE, "poison")
    town.world.rest()
    assert depths() == {f"{QUEUE}-dlq": count + 1}
    monkeypatch.setitem(events.CATALOGUE, "nl.plekken.registration.erased.v9", ErasedAgain)
    monkeypatch.setitem(consumers.INBOX, ErasedAgain, consumers._on_erased)
    assert redrive(town.operator, QUEUE) == count + 1
    town.world.rest()
    assert depths() == {f"{QUEUE}-dlq": 1}
    assert len(town.world.tables.find("directory", "ERASED#")) == count
    figures(
        "outage malformed and old events",
        f"{len(DEAD) + 6} kinds end as dead letters, {len(TAKEN)} are taken; {count} of an unknown "
        f"version came through after the repair, the poison did not",
    )
