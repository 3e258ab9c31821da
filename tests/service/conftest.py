"""Service tests run against moto, in one thread: it is not atomic under several (DESIGN §5)."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from moto import mock_aws

from shared import aws, network
from shared.access import OrganiserItem
from shared.clock import FixedClock

KEYS = [("pk", "HASH"), ("sk", "RANGE")]
LISTING = [("listing", "HASH"), ("listing_key", "RANGE")]


def _schema(keys: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"AttributeName": name, "KeyType": kind} for name, kind in keys]


def create_table(name: str) -> None:
    """A table with the keys and index that resources.yaml gives every service's table."""
    aws.client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=_schema(KEYS),
        AttributeDefinitions=[
            {"AttributeName": key, "AttributeType": "S"} for key, _ in (*KEYS, *LISTING)
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "listing",
                "KeySchema": _schema(LISTING),
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )


def create_bucket(name: str) -> None:
    """A bucket in the region that the tests run in."""
    aws.client("s3").create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": aws.region()}
    )


def journal() -> list[str]:
    """What the erasure journal names."""
    found = aws.client("s3").list_objects_v2(Bucket=os.environ["ERASURES_BUCKET"])
    return [entry["Key"] for entry in found.get("Contents", [])]


@pytest.fixture
def mocked_aws() -> Iterator[None]:
    """An empty AWS account with every table and bucket, topic and the mail sender."""
    # Clients stay from test to test: moto answers them by account and forgets between mocks, and
    # making one takes longer than most tests.
    with mock_aws():
        network.forget()
        for service in ("ACCESS", "REGISTRATION", "DIRECTORY", "DOCUMENTS"):
            create_table(os.environ[f"{service}_TABLE"])
        for bucket in ("WEB", "HANDOVER", "ERASURES", "QUARANTINE", "LIBRARY"):
            create_bucket(os.environ[f"{bucket}_BUCKET"])
        for service in ("registration", "directory", "documents"):
            aws.client("sns").create_topic(Name=f"plekken-test-{service}-events")
        aws.client("sesv2").create_email_identity(EmailIdentity=os.environ["MAIL_FROM"])
        yield
    network.forget()


@pytest.fixture
def listen(mocked_aws: None) -> Iterator[Callable[..., None]]:
    """`listen("dynamodb", "before-call.dynamodb.Query", handler)`, until the test ends."""
    heard: list[tuple[str, str, Any]] = []

    def register(service: str, event: str, handler: Any) -> None:
        aws.client(service).meta.events.register(event, handler)
        heard.append((service, event, handler))

    yield register
    for service, event, handler in heard:
        aws.client(service).meta.events.unregister(event, handler)


@pytest.fixture
def clock() -> FixedClock:
    """A Wednesday in spring, long before the sample congress."""
    return FixedClock(datetime(2027, 4, 14, 9, 30, tzinfo=UTC))


@pytest.fixture
def organiser(mocked_aws: None) -> Any:
    """An owner of every service, as the access table knows one."""
    item = OrganiserItem(
        "ORGANISERS",
        "organiser-1",
        email="organisator@example.org",
        name="Organisator",
        roles={"registration": "owner", "directory": "owner", "documents": "owner"},
    )
    item.save()
    return item
