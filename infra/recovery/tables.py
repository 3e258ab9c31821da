"""The tables as raw items: read at one moment, and written in an order that is safe half-way."""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from infra.cloud import Cloud
from infra.paths import SERVICES
from infra.problems import Problem

Item = dict[str, Any]  # as DynamoDB writes it: {"pk": {"S": "…"}, …}
Key = tuple[str, str]
Contents = dict[str, dict[Key, Item]]  # by table, without the stage

TABLES = ("access", *SERVICES)
# Counts, used proofs of work and sessions end by themselves within hours; nobody wants them back.
PASSING = ("LIMIT#", "PROOF#", "SESSION#", "RESTORING")
# A line takes missing numbers for lost, so its numbers come first; a congress without its
# definition is closed; and what waits to be sent finds everything in its place.
LATER = {"POOL#": 1, "PUBLIC": 1, "EVENT#": 2, "OUTBOX#": 3}
TURNS = range(4)
MOST_LOOKS, MOST_LOOKS_AT_OUTBOX = 60, 30
PAUSE = 2.0  # seconds
BATCH = 25  # items; BatchWriteItem's own limit


def name_of(cloud: Cloud, table: str) -> str:
    """A table's full name."""
    return f"plekken-{cloud.stage.name}-{table}"


def key_of(item: Item) -> Key:
    """An item's key."""
    return item["pk"]["S"], item["sk"]["S"]


def scan(cloud: Cloud, table: str, copies: str = "") -> dict[Key, Item]:
    """Everything in a table that is worth keeping; `copies` ends the name of a restored copy."""
    pages = cloud.client("dynamodb").get_paginator("scan")
    found = pages.paginate(TableName=name_of(cloud, table) + copies, ConsistentRead=True)
    items = (_as_text(item) for page in found for item in page["Items"])
    return {key_of(item): item for item in items if not item["pk"]["S"].startswith(PASSING)}


def _as_text(item: Item) -> Item:
    """The item without binary values, which no table has. Raises Problem."""
    try:
        json.dumps(item)
    except TypeError as error:
        raise Problem(f"An item holds bytes, which a backup cannot: {item['pk']}") from error
    return item


def at_one_moment(
    cloud: Cloud, between: Callable[[], None] = lambda: None, copies: str = ""
) -> Contents:
    """Everything in all tables as it was at one moment. Raises Problem when they never rest.

    A scan is no snapshot: a transaction may fall between its pages. But two equal readings, one
    after the other, are what stood there in between, as versions and ids never come back.
    `between` is called at that moment.
    """
    before = {table: scan(cloud, table, copies) for table in TABLES}
    for look in range(MOST_LOOKS):
        between()
        after = {table: scan(cloud, table, copies) for table in TABLES}
        if before == after and (look > MOST_LOOKS_AT_OUTBOX or not _any_unsent(after)):
            return after
        before = after
        time.sleep(PAUSE)
    raise Problem(
        "People keep changing things, so there is no moment to copy; try again when it is quieter, "
        "or copy a point-in-time restore (docs/operations.md)."
    )


def _any_unsent(contents: Contents) -> bool:
    return any(pk.startswith("OUTBOX#") for items in contents.values() for pk, _ in items)


def make_equal(
    cloud: Cloud, table: str, wanted: Iterable[Item], present: Mapping[Key, Item], turn: int
) -> int:
    """Make the table's items of this turn what is wanted; answers how many were written.

    What is right already is left alone, so it can be done again after a crash.
    """
    client, name = cloud.client("dynamodb"), name_of(cloud, table)
    ours = {key_of(item): item for item in wanted if turn_of(item["pk"]["S"]) == turn}
    requests: list[dict[str, Any]] = [
        {"DeleteRequest": {"Key": {"pk": {"S": pk}, "sk": {"S": sk}}}}
        for pk, sk in present
        if (pk, sk) not in ours and turn_of(pk) == turn
    ]
    changed = [item for key, item in sorted(ours.items()) if present.get(key) != item]
    requests += [{"PutRequest": {"Item": item}} for item in changed]
    for start in range(0, len(requests), BATCH):
        _write(client, {name: requests[start : start + BATCH]})
    return len(changed)


def close(cloud: Cloud, table: str, present: Mapping[Key, Item]) -> dict[Key, Item]:
    """Take away what makes the first turn's items work; answers what is left.

    Nobody registers and no sweeper mends lines while they change.
    """
    requests = [
        {"DeleteRequest": {"Key": {"pk": {"S": pk}, "sk": {"S": sk}}}}
        for pk, sk in sorted(present, key=lambda key: -turn_of(key[0]))
        if turn_of(pk)
    ]
    for start in range(0, len(requests), BATCH):
        _write(cloud.client("dynamodb"), {name_of(cloud, table): requests[start : start + BATCH]})
    return {key: item for key, item in present.items() if not turn_of(key[0])}


def turn_of(pk: str) -> int:
    """In which turn an item is written."""
    return next((turn for prefix, turn in LATER.items() if pk.startswith(prefix)), 0)


def _write(client: Any, requests: dict[str, Any]) -> None:
    pause = 0.05
    while requests:
        requests = client.batch_write_item(RequestItems=requests).get("UnprocessedItems", {})
        if requests:
            time.sleep(pause)
            pause = min(pause * 2, 5.0)
