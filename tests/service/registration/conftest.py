"""A small congress, people who register for it, and a look into the table."""

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from email import message_from_string
from email.policy import default
from typing import Any

import pytest
from moto.ses.models import ses_backends

from chalicelib.registration import usecases
from chalicelib.registration.domain import Receipt
from chalicelib.registration.repository import Repository
from shared import aws
from shared.clock import FixedClock
from tests.registration_support import congress, register_person
from tests.service.conftest import create_table, empty_account


@pytest.fixture
def repository(clock: FixedClock) -> Repository:
    """The repository of an empty table, with nothing else of AWS: quicker than `mocked_aws`."""
    empty_account()
    create_table(os.environ["REGISTRATION_TABLE"])
    return Repository(clock)


@pytest.fixture
def define(repository: Repository, clock: FixedClock) -> Callable[..., Any]:
    """Define the congress, with changes."""
    return lambda **changes: usecases.define_event(
        repository, clock, definition=congress(**changes)
    )


@pytest.fixture
def register(repository: Repository, clock: FixedClock) -> Callable[..., Receipt]:
    """Register somebody: `register("ada", sessions=["a1"])`."""
    return lambda name, **options: register_person(repository, clock, name, **options)


def outside() -> list[dict[str, Any]]:
    """Every item of the table, as DynamoDB has it."""
    table = os.environ["REGISTRATION_TABLE"]
    return list(aws.client("dynamodb").scan(TableName=table)["Items"])


def events(name: str) -> list[dict[str, Any]]:
    """The events of this kind that stand in the outbox."""
    found = (item for item in outside() if item["pk"]["S"].startswith("OUTBOX#"))
    decoded = sorted((json.loads(item["event"]["S"]) for item in found), key=lambda one: one["id"])
    return [event for event in decoded if event["type"] == f"nl.plekken.{name}"]


def sent() -> list[Any]:
    """Every mail that SES took, oldest first."""
    backend = ses_backends["123456789012"]["eu-central-1"]
    return [message_from_string(one.raw_data, policy=default) for one in backend.sent_messages]


@contextlib.contextmanager
def calls() -> Iterator[list[str]]:
    """The names of the AWS operations made inside, whichever client made them."""
    made: list[str] = []
    from botocore.client import BaseClient

    original = BaseClient._make_api_call

    def counted(self: Any, operation: str, arguments: Any) -> Any:
        made.append(operation)
        return original(self, operation, arguments)

    BaseClient._make_api_call = counted
    try:
        yield made
    finally:
        BaseClient._make_api_call = original
