"""Counts what one request or one batch asks of AWS, in calls and in the units that AWS bills.

Capacity is computed from what was sent and answered by DynamoDB's published rules, because no
emulator can be trusted with it: writes per kB, reads per 4 kB (half when eventually consistent),
double inside a transaction, and a write of the index for each listed item that is written.
"""

import json
import math
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from shared import aws
from tests.proofs.world.cloud import client

T = TypeVar("T")
Item = dict[str, Any]
READ_BLOCK, WRITE_BLOCK = 4096, 1024  # bytes
INDEXED = "listing"  # an item with this attribute stands in the table's one index too


@dataclass(frozen=True)
class Answered:
    """One call to AWS and what came back, so that it can be answered again without AWS."""

    service: str
    operation: str
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Spent:
    """What one piece of work took."""

    calls: Counter[str] = field(default_factory=Counter)
    reads: float = 0.0
    writes: int = 0
    cpu: float = 0.0  # seconds of this process
    answered: list[Answered] = field(default_factory=list)

    def __str__(self) -> str:
        named = ", ".join(
            f"{number if number > 1 else ''} {name}".strip()
            for name, number in sorted(self.calls.items())
        )
        return named or "none"


class Meter:
    """Listens to every client of `shared.aws`."""

    def __init__(self) -> None:
        self._now = Spent()

    def measure(self, work: Callable[[], T]) -> tuple[T, Spent]:
        """Do the work; answers its result and what it took."""
        self._now = spent = Spent()
        started = time.process_time()
        result = work()
        spent.cpu = time.process_time() - started
        return result, spent

    def before_call(self, params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        context["bench_sent"] = params["body"]

    def after_call(
        self, http_response: Any, parsed: Any, model: Any, context: dict[str, Any], **_: Any
    ) -> None:
        service, spent = model.service_model.service_name, self._now
        spent.calls[f"{service}:{model.name}"] += 1
        streams = model.has_streaming_output
        body = b"" if streams else http_response.content
        spent.answered.append(
            Answered(
                service, model.name, http_response.status_code, dict(http_response.headers), body
            )
        )
        if service == "dynamodb":
            # What the meter itself does is not the work's.
            started = time.process_time()
            reads, writes = units(model.name, json.loads(context["bench_sent"]), parsed)
            spent.reads, spent.writes = spent.reads + reads, spent.writes + writes
            spent.cpu -= time.process_time() - started


@contextmanager
def metering() -> Iterator[Meter]:
    """A meter on every client that is made from now on, until the block ends."""
    aws.forget()
    meter, session = Meter(), aws.session()
    session.register("before-call", meter.before_call)
    session.register("after-call", meter.after_call)
    try:
        yield meter
    finally:
        aws.forget()


def units(operation: str, sent: Item, got: Item) -> tuple[float, int]:
    """The read and write units of one call to DynamoDB."""
    if operation in ("Query", "Scan"):
        return _read(got.get("Items", []), sent), 0
    if operation == "GetItem":
        return _read([got["Item"]] if "Item" in got else [], sent), 0
    if operation == "BatchGetItem":
        return _batch_read(sent, got), 0
    if operation == "TransactWriteItems":
        return 0, sum(_transacted(part) for part in sent["TransactItems"])
    if operation == "BatchWriteItem":
        requests = [one for many in sent["RequestItems"].values() for one in many]
        return 0, sum(_write(one.get("PutRequest", {}).get("Item", {})) for one in requests)
    return 0, _write(_written(sent))


def _transacted(part: Item) -> int:
    (write,) = part.values()
    item = _written(write)
    return 2 * _blocks(item) + _index(item)


def _write(item: Item) -> int:
    return _blocks(item) + _index(item)


def _blocks(item: Item) -> int:
    return max(1, math.ceil(size_of(item) / WRITE_BLOCK))


def _index(item: Item) -> int:
    return _blocks(item) if INDEXED in item else 0


def _written(write: Item) -> Item:
    """The item as it stands after the write: a change costs what the whole item does."""
    if "Item" in write:
        return dict(write["Item"])
    try:
        found = client("dynamodb").get_item(
            TableName=write["TableName"], Key=write["Key"], ConsistentRead=True
        )
    except ClientError:
        return {}
    return dict(found.get("Item", {}))


def _read(items: list[Item], sent: Item) -> float:
    blocks = max(1, math.ceil(sum(map(size_of, items)) / READ_BLOCK))
    return blocks if sent.get("ConsistentRead") else blocks / 2


def _batch_read(sent: Item, got: Item) -> float:
    total = 0.0
    for table, asked in sent["RequestItems"].items():
        found = got.get("Responses", {}).get(table, [])
        missing = len(asked["Keys"]) - len(found)
        total += sum(_read([item], asked) for item in found) + missing * _read([], asked)
    return total


def size_of(item: Item) -> int:
    """Bytes of an item by DynamoDB's rules, its names included."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(value: Any) -> int:
    (kind, content), *_ = value.items()
    if kind == "S":
        return len(content.encode())
    if kind == "N":
        return math.ceil(len(content.lstrip("-").replace(".", "")) / 2) + 1
    if kind == "B":
        return len(content)
    if kind == "M":
        return 3 + sum(1 + len(name) + _value_size(one) for name, one in content.items())
    if kind == "L":
        return 3 + sum(1 + _value_size(one) for one in content)
    if kind in ("SS", "NS", "BS"):
        return sum(map(len, content))
    return 1
