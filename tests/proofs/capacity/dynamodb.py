"""The limits of DynamoDB, as a model: what is asked of which partition, and who holds an item.

The figures are AWS's own where it publishes them (developer guide: "Read/write capacity mode",
"Partitions and data distribution", "Transactions", "Global secondary indexes"):
1,000 write and 3,000 read units a second per partition, 4,000 and 12,000 for a new on-demand
table and for each of its indexes, two units per kilobyte in a transaction. Pessimistic where it
does not: no adaptive splitting, no burst beyond one second, and throttling of an index refuses
the write to its table.
"""

import hashlib
import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

WRITES, READS = 1000.0, 3000.0  # units a second per partition
NEW_TABLE = 4  # partitions of a new on-demand table: 4,000 writes and 12,000 reads a second
LISTINGS = ("REGISTRATIONS#", "CANCELLED#", "EVENTS")


@dataclass(frozen=True)
class Use:
    """Units that a call takes from one partition key of a table or index."""

    key: str
    units: float
    index: bool = False


@dataclass
class Bucket:
    """Tokens of one partition."""

    rate: float
    tokens: float = field(init=False)
    moment: float = 0.0

    def __post_init__(self) -> None:
        self.tokens = self.rate  # one second's worth at most

    def level(self, now: float) -> float:
        self.tokens = min(self.rate, self.tokens + (now - self.moment) * self.rate)
        self.moment = now
        return self.tokens


class Limits:
    """Who gets what at which virtual moment."""

    def __init__(self, partitions: int = NEW_TABLE) -> None:
        self._partitions = partitions
        self._writes: dict[tuple[bool, int], Bucket] = defaultdict(lambda: Bucket(WRITES))
        self._reads: dict[tuple[bool, int], Bucket] = defaultdict(lambda: Bucket(READS))
        self._held: dict[str, float] = {}
        self.throttles: Counter[str] = Counter()
        self.conflicts = 0
        self._spent: dict[str, Counter[tuple[str, int]]] = {"w": Counter(), "r": Counter()}

    def take_writes(self, uses: Iterable[Use], now: float) -> bool:
        """Take these write units, all or none; whether they were there."""
        uses = list(uses)
        for use in uses:
            if self._bucket(self._writes, use).level(now) < use.units:
                self.throttles[_name(use)] += 1
                return False
        for use in uses:
            self._bucket(self._writes, use).tokens -= use.units
            self._spent["w"][_name(use), int(now)] += math.ceil(use.units)
        return True

    def may_read(self, uses: Iterable[Use], now: float) -> bool:
        """Whether these partitions have any read units left."""
        for use in uses:
            if self._bucket(self._reads, use).level(now) <= 0:
                self.throttles[_name(use)] += 1
                return False
        return True

    def charge_reads(self, uses: Iterable[Use], now: float) -> None:
        """Take the units of what was read: known afterwards only, so it may leave a debt."""
        for use in uses:
            self._bucket(self._reads, use).level(now)
            self._bucket(self._reads, use).tokens -= use.units
            self._spent["r"][_name(use), int(now)] += math.ceil(use.units)

    def hold(self, items: Iterable[str], now: float, until: float) -> bool:
        """Hold these items for a transaction; False where another one holds any of them."""
        items = list(items)
        if not self.is_free(items, now):
            return False
        self._held.update(dict.fromkeys(items, until))
        return True

    def is_free(self, items: Iterable[str], now: float) -> bool:
        """Whether no transaction holds any of these items; counts a conflict."""
        if any(self._held.get(item, -1.0) > now for item in items):
            self.conflicts += 1
            return False
        return True

    def release(self, items: Iterable[str]) -> None:
        """Let go of them."""
        for item in items:
            self._held.pop(item, None)

    def hottest(self, most: int = 5) -> list[tuple[str, float]]:
        """The partition keys with the busiest second, as a part of what a partition gives."""
        peak: dict[str, float] = {}
        for kind, rate in (("w", WRITES), ("r", READS)):
            for (key, _), units in self._spent[kind].items():
                peak[key] = max(peak.get(key, 0), units / rate)
        return sorted(peak.items(), key=lambda one: -one[1])[:most]

    def busiest_second(self) -> int:
        """The most write units that the table took in one second."""
        seconds: Counter[int] = Counter()
        for (key, second), units in self._spent["w"].items():
            seconds[second] += 0 if key.startswith("index ") else int(units)
        return max(seconds.values(), default=0)

    def partition(self, key: str) -> int:
        """Where a partition key stands: spread by a hash, as DynamoDB does."""
        place = int.from_bytes(hashlib.md5(key.encode()).digest()[:4], "big")
        return place * self._partitions >> 32

    def _bucket(self, buckets: dict[tuple[bool, int], Bucket], use: Use) -> Bucket:
        return buckets[use.index, self.partition(use.key)]


def _name(use: Use) -> str:
    return ("index " if use.index else "") + use.key


def size(item: dict[str, Any]) -> int:
    """About how many bytes an item has."""
    return sum(len(name) + len(str(next(iter(value.values())))) for name, value in item.items())


def item_writes(kind: str, write: dict[str, Any], factor: int) -> list[Use]:
    """What one write takes from the table, and from the index when the item stands in it."""
    values = write.get("Item") or write.get("ExpressionAttributeValues", {})
    key = write.get("Key", values)
    units = max(1, math.ceil(size(values) / 1024))
    uses = [Use(key["pk"]["S"], factor * units)]
    listing = _listing(values)
    if listing and kind != "ConditionCheck":
        moved = not listing.startswith("REGISTRATIONS#")  # its old place goes as well
        uses.append(Use(listing, units + moved, index=True))
    return uses


def _listing(values: dict[str, Any]) -> str:
    """The index's partition key among the written values, whatever they are called there."""
    texts = (value.get("S", "") for value in values.values())
    return next((text for text in texts if text.startswith(LISTINGS)), "")


def written_items(operation: str, body: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The single writes of a request: what kind, and to which item."""
    if operation == "TransactWriteItems":
        return [next(iter(part.items())) for part in body["TransactItems"]]
    if operation == "BatchWriteItem":
        (requests,) = body["RequestItems"].values()
        return [
            (kind.removesuffix("Request"), write)
            for request in requests
            for kind, write in request.items()
        ]
    return [(operation.removesuffix("Item"), body)]


def item_name(write: dict[str, Any]) -> str:
    """The key of a written item."""
    key = write["Key"] if "Key" in write else write["Item"]
    return f"{key['pk']['S']}/{key['sk']['S']}"


def read_uses(operation: str, body: dict[str, Any], answer: bytes = b"") -> list[Use]:
    """What a read takes; a query by the size of its answer."""
    if operation == "GetItem":
        return [Use(body["Key"]["pk"]["S"], _half(body))]
    if operation == "BatchGetItem":
        (request,) = body["RequestItems"].values()
        return [Use(key["pk"]["S"], _half(request)) for key in request["Keys"]]
    (key,) = (
        value["S"]
        for name, value in body["ExpressionAttributeValues"].items()
        if f"= {name}" in body["KeyConditionExpression"]
    )
    units = max(1, math.ceil(len(answer) / 4096)) * _half(body)
    return [Use(key, units, index="IndexName" in body)]


def _half(request: dict[str, Any]) -> float:
    return 1.0 if request.get("ConsistentRead") else 0.5


def is_write(operation: str) -> bool:
    """Whether the operation changes anything."""
    return operation in (
        "TransactWriteItems", "BatchWriteItem", "PutItem", "UpdateItem", "DeleteItem",
    )  # fmt: skip


def parsed(body: bytes | str) -> dict[str, Any]:
    """A request's body."""
    found: dict[str, Any] = json.loads(body)
    return found
