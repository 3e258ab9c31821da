"""What 1,000 registrations cost, computed from the calls that one registration makes.

The calls are counted, the prices are list prices (us-east-1, as published in November 2026, without
any free tier); Frankfurt is up to a quarter dearer, which MARGIN adds. Function time is assumed,
because only real AWS can show it: ASSUMED_SECONDS.
"""

import json
import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.platform import consumers as platform
from chalicelib.registration import consumers, usecases
from chalicelib.registration.repository import Repository
from shared.clock import SystemClock
from shared.events import decode
from tests.proofs.conftest import Figures
from tests.registration_support import PROFILE, congress, register_person
from tests.service.conftest import (
    ACCOUNT,
    listen,  # noqa: F401 - a fixture
    mocked_aws,  # noqa: F401 - a fixture
    organiser,  # noqa: F401 - a fixture
)

pytestmark = pytest.mark.bench


@pytest.fixture(scope="module", autouse=True)
def moto() -> Iterator[None]:
    """moto instead of AWS, as the service tests have it for their whole package."""
    with ACCOUNT:
        yield


MARGIN = 1.25
DOLLARS = {
    "write unit": 0.625e-6,
    "read unit": 0.125e-6,
    "SNS publish": 0.5e-6,
    "SQS request": 0.4e-6,
    "S3 write": 5e-6,
    "mail": 0.1e-3,
    "API request": 3.5e-6,
    "function call": 0.2e-6,
    "GB second": 16.6667e-6,
}
PAGES = 3  # the form, the post, the thanks page
ASSUMED_SECONDS = {
    "api": 0.15,
    "relay": 0.1,
    "inbox": 0.05,
    "mail": 0.4,
    "notices": 0.05,
}  # warm, our estimate
GIGABYTES = {
    "api": 1.0,
    "relay": 0.25,
    "inbox": 1.0,
    "mail": 0.5,
    "notices": 0.25,
}  # as in resources.yaml
COUNTED = ("dynamodb", "s3", "sesv2", "sns")


class Counting:
    """Counts what each client is asked, in the units that AWS bills."""

    def __init__(self) -> None:
        self.units: Counter[str] = Counter()

    def before_call(self, model: Any, params: dict[str, Any], **_: Any) -> None:
        operation = model.name
        if operation == "TransactWriteItems":
            for part in json.loads(params["body"])["TransactItems"]:
                (write,) = part.values()
                self.units["write unit"] += 2 * _write_units(write.get("Item", {}))
        elif operation in ("PutItem", "UpdateItem", "DeleteItem"):
            self.units["write unit"] += _write_units(json.loads(params["body"]).get("Item", {}))
        elif operation == "BatchWriteItem":
            (requests,) = json.loads(params["body"])["RequestItems"].values()
            self.units["write unit"] += len(requests)
        elif operation in ("GetItem", "Query"):
            self.units["read unit"] += 1
        elif operation == "BatchGetItem":
            (request,) = json.loads(params["body"])["RequestItems"].values()
            self.units["read unit"] += len(request["Keys"])
        elif operation == "PutObject":
            self.units["S3 write"] += 1
        elif operation == "SendEmail":
            self.units["mail"] += 1


def _write_units(item: dict[str, Any]) -> int:
    size = sum(len(name) + len(str(next(iter(value.values())))) for name, value in item.items())
    return max(1, math.ceil(size / 1024))


@pytest.fixture
def counting(listen: Any) -> Counting:  # noqa: F811 - the fixture
    counter = Counting()
    for service in COUNTED:
        listen(service, "before-call", counter.before_call)
    return counter


def _outbox() -> list[Any]:
    return [item for item in consumers.Outbox.scan() if item.pk.startswith("OUTBOX#")]


def _follow_up() -> Counter[str]:
    """Relay and consume everything that the registration caused; answers calls of functions."""
    calls: Counter[str] = Counter()
    while items := _outbox():
        bodies = [item.event for item in items]
        stream = [
            {
                "eventName": "INSERT",
                "dynamodb": {"SequenceNumber": str(n), "NewImage": item.to_dynamodb_dict()},
            }
            for n, item in enumerate(items)
        ]
        calls["relay"] += 1
        consumers.relay({"Records": stream})
        for body in bodies:
            records = {"Records": [{"messageId": "1", "body": body}]}
            kind = type(decode(body).data)
            calls["published"] += 1
            # The subscriptions' filters let each queue have what its function handles.
            if kind in consumers._INBOX:
                calls["inbox"] += 1
                assert consumers.inbox(records) == {"batchItemFailures": []}
            if kind in consumers._MAIL:
                calls["mail"] += 1
                assert consumers.mail(records) == {"batchItemFailures": []}
            if kind in platform.NOTICES:
                calls["notices"] += 1
                assert platform.hear(records) == {"batchItemFailures": []}
    return calls


def test_bench_cost_of_a_thousand_registrations(
    counting: Counting,
    organiser: Any,  # noqa: F811
    figures: Figures,
) -> None:
    clock = SystemClock()
    repository = Repository(clock)
    opened = {"opens": "2020-01-01 09:00", "closes": "2090-01-01 09:00"}
    days = {"starts": "2090-02-01 09:30", "ends": "2090-02-01 17:00"}
    usecases.define_event(
        repository, clock, definition=congress(registration=opened, rounds=[], capacity=50, **days)
    )
    _follow_up()
    counting.units.clear()
    register_person(repository, clock, "ada", profile=PROFILE)
    calls = _follow_up()

    units = Counter(counting.units)
    deliveries = calls["inbox"] + calls["mail"] + calls["notices"]
    units["SNS publish"] = calls.pop("published")
    units["SQS request"] = 3 * deliveries  # sent, received, deleted
    units["API request"] = PAGES
    calls["api"] = PAGES
    units["function call"] = sum(calls.values())
    seconds = sum(ASSUMED_SECONDS[name] * GIGABYTES[name] * n for name, n in calls.items())
    cents = 100 * (
        sum(DOLLARS[unit] * number for unit, number in units.items())
        + DOLLARS["GB second"] * seconds
    )
    counted = ", ".join(f"{number} {unit}" for unit, number in sorted(units.items()))
    dollars = cents * MARGIN * 10
    figures(
        "cost", f"${dollars:.2f} per 1,000 registrations ({counted}; {seconds:.2f} GB s assumed)"
    )
    assert units["mail"] == 1, "the confirmation; the organiser's is one mail a day"
