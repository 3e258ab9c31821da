"""The AsyncAPI document is valid, is what the code makes, and describes the events that travel."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker

from infra import asyncapi
from shared.clock import SystemClock
from shared.events import CATALOGUE, decode, encode, occurred

SPECIFICATION = Path(__file__).parent / "asyncapi" / "3.0.0.json"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(asyncapi.PATH.read_text())
    return found


def test_the_kept_file_is_what_the_code_makes() -> None:
    assert asyncapi.PATH.read_text() == asyncapi.text(), "run `make contracts`"


def test_it_is_asyncapi(document: dict[str, Any]) -> None:
    validator = Draft7Validator(json.loads(SPECIFICATION.read_text()))
    assert [error.message for error in validator.iter_errors(document)] == []


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for reference in _references(document):
        node: Any = document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]


@pytest.mark.parametrize("kind", CATALOGUE)
def test_an_event_and_its_example_are_what_the_schema_says(kind: str) -> None:
    checker = FormatChecker(["date-time"])
    validator = Draft202012Validator(asyncapi.payload_schema(kind), format_checker=checker)
    example = asyncapi.example(kind)
    validator.validate(example)
    read = decode(json.dumps(example))
    validator.validate(json.loads(encode(read)))
    validator.validate(json.loads(encode(occurred(read.data, SystemClock()))))
    assert not validator.is_valid({**example, "data": {}})
    assert not validator.is_valid({**example, "type": "nl.plekken.other.v1"})


def test_every_event_has_a_sender_and_those_who_hear_it_are_told(document: dict[str, Any]) -> None:
    sent = [
        message["$ref"].rpartition("/")[2]
        for name, operation in document["operations"].items()
        if operation["action"] == "send"
        for message in operation["messages"]
    ]
    assert sorted(sent) == sorted(data.NAME for data in CATALOGUE.values())
    heard = {name for name, one in document["operations"].items() if one["action"] == "receive"}
    assert {"directory-inbox-hears-registration", "documents-inbox-hears-directory"} <= heard
    assert {f"{service}-mail-hears-{service}" for service in document["channels"]} <= heard


def _references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [found for value in node.values() for found in _references(value)]
    if isinstance(node, list):
        return [found for value in node for found in _references(value)]
    return []
