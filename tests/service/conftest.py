"""Service tests run against moto, in one thread: it is not atomic under several (DESIGN §5)."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer
from moto import mock_aws
from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data

from shared import aws, mail_texts, network, runs
from shared.access import OrganiserItem
from shared.clock import FixedClock

# What the default session has read about services stays too: reading it takes longer than a test.
ACCOUNT = mock_aws(config={"core": {"reset_boto3_session": False}})

KEYS = [("pk", "HASH"), ("sk", "RANGE")]
LISTING = [("listing", "HASH"), ("listing_key", "RANGE")]


@pytest.fixture(scope="package", autouse=True)
def _no_aws() -> Iterator[None]:
    """moto instead of AWS for all service tests: putting it there for each takes longer."""
    with ACCOUNT:
        yield


def empty_account() -> None:
    """Forget everything that earlier tests left in AWS, but not how requests get there."""
    BackendDict.reset()
    reset_model_data()


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


def stored(table: str, prefix: str) -> list[dict[str, Any]]:
    """Everything in the table whose pk has this prefix."""
    found = aws.client("dynamodb").scan(TableName=table)["Items"]
    plain = TypeDeserializer().deserialize
    items = [{name: plain(value) for name, value in item.items()} for item in found]
    return [item for item in items if str(item["pk"]).startswith(prefix)]


def journal() -> list[str]:
    """What the erasure journal names."""
    found = aws.client("s3").list_objects_v2(Bucket=os.environ["ERASURES_BUCKET"])
    return [entry["Key"] for entry in found.get("Contents", [])]


@pytest.fixture
def mocked_aws() -> Iterator[None]:
    """An empty AWS account with every table and bucket, topic and the mail sender."""
    # Clients stay from test to test: moto answers them by account, and making one takes longer
    # than most tests.
    empty_account()
    network.forget()
    mail_texts.forget()
    runs.forget()
    for service in ("ACCESS", "REGISTRATION", "DIRECTORY", "DOCUMENTS"):
        create_table(os.environ[f"{service}_TABLE"])
    for bucket in ("WEB", "HANDOVER", "ERASURES", "QUARANTINE", "LIBRARY"):
        create_bucket(os.environ[f"{bucket}_BUCKET"])
    for service in ("registration", "directory", "documents"):
        aws.client("sns").create_topic(Name=f"plekken-test-{service}-events")
    aws.client("sesv2").create_email_identity(EmailIdentity=os.environ["MAIL_FROM"])
    yield
    network.forget()
    mail_texts.forget()


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
