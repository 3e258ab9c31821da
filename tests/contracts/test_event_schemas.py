"""Every event's schema is snapshotted: a version may only grow, and old readers keep reading.

A new event or a new optional field changes a snapshot on purpose: run with UPDATE_SNAPSHOTS=1.
"""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from shared.clock import FixedClock
from shared.events import CATALOGUE, Data, MalformedEvent, decode, encode, occurred

SNAPSHOTS = Path(__file__).parent / "events"
CLOCK = FixedClock(datetime(2027, 4, 14, 9, 30, tzinfo=UTC))


def _schema(data: type[Data]) -> dict[str, Any]:
    """The data's JSON schema, its own definition inlined."""
    schema = msgspec.json.schema(data)
    return dict(schema["$defs"][data.__name__]) if "$defs" in schema else schema


def _example(data: type[Data]) -> Data:
    values = {}
    for name, property_ in _schema(data)["properties"].items():
        values[name] = property_["enum"][0] if "enum" in property_ else _value(property_["type"])
    return msgspec.convert(values, data)


def _value(kind: str) -> Any:
    return {"string": "01J00000000000000000000000", "integer": 1, "boolean": True}[kind]


EVENTS = [pytest.param(kind, data, id=data.NAME) for kind, data in CATALOGUE.items()]


@pytest.mark.parametrize(("kind", "data"), EVENTS)
def test_the_schema_is_the_one_that_was_agreed(kind: str, data: type[Data]) -> None:
    snapshot = SNAPSHOTS / f"{data.NAME}.json"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        example = json.loads(encode(occurred(_example(data), CLOCK)))
        content = {"schema": _schema(data), "example": example["data"]}
        snapshot.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n")
    agreed = json.loads(snapshot.read_text())["schema"]
    current = _schema(data)
    assert set(agreed["required"]) == set(current["required"]), "a version's required fields stay"
    for name, agreed_property in agreed["properties"].items():
        assert current["properties"][name] == agreed_property, f"{name} may not change"
    assert current == agreed, "new optional fields: agree on a new snapshot"


@pytest.mark.parametrize(("kind", "data"), EVENTS)
def test_todays_reader_reads_yesterdays_events(kind: str, data: type[Data]) -> None:
    stored = json.loads((SNAPSHOTS / f"{data.NAME}.json").read_text())["example"]
    event = json.loads(encode(occurred(_example(data), CLOCK)))
    assert decode(json.dumps({**event, "data": stored})).data == msgspec.convert(stored, data)


@pytest.mark.parametrize(("kind", "data"), EVENTS)
def test_todays_reader_reads_tomorrows_events(kind: str, data: type[Data]) -> None:
    event = json.loads(encode(occurred(_example(data), CLOCK)))
    grown = {**event, "traceparent": "later", "data": {**event["data"], "later": 1}}
    assert decode(json.dumps(grown)).data == _example(data)


@pytest.mark.parametrize(("kind", "data"), EVENTS)
def test_an_event_is_a_cloudevent_about_its_subject(kind: str, data: type[Data]) -> None:
    event = json.loads(encode(occurred(_example(data), CLOCK)))
    assert event["specversion"] == "1.0"
    assert event["type"] == kind
    assert event["source"] == "nl.plekken." + data.NAME.partition(".")[0]
    assert event["subject"] == event["data"][data.SUBJECT]
    assert event["time"].startswith("2027-04-14T09:30:00")


@pytest.mark.parametrize(("kind", "data"), EVENTS)
def test_events_hold_ids_and_codes_only(kind: str, data: type[Data]) -> None:
    personal = {"name", "email", "phone", "address", "about", "text", "title", "answers"}
    assert personal.isdisjoint(_schema(data)["properties"])


def test_no_snapshot_is_left_of_an_event_that_went_away() -> None:
    names = {data.NAME for data in CATALOGUE.values()}
    assert {path.stem for path in SNAPSHOTS.glob("*.json")} == names


def test_a_field_of_the_wrong_type_is_malformed() -> None:
    data = next(iter(CATALOGUE.values()))
    event = json.loads(encode(occurred(_example(data), CLOCK)))
    event["data"][data.SUBJECT] = 7
    with pytest.raises(MalformedEvent):
        decode(json.dumps(event))
