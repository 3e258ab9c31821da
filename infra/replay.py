"""`make replay`: publish again what was published since a moment, for whoever did not hear it.

Nothing knows who heard what, so everything goes out again: consumers have a mark for each event
and each mail, and do nothing twice (docs/adr: replay).
"""

import argparse
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from infra import environment, stage
from infra.cloud import Cloud, connect
from infra.deploy import outputs
from infra.paths import SERVICES
from infra.problems import Problem, command

HERE = ZoneInfo("Europe/Amsterdam")


def replay(cloud: Cloud, service: str, topic: str, since: datetime) -> int:
    """Publish the service's events from `since` on, oldest first; answers how many. Raises Problem.

    Safe to repeat, and to break off and start anew.
    """
    from shared.relay import BATCH, publish_batch  # noqa: PLC0415 - reads the environment

    found = sorted(_published(cloud, service, since), key=lambda item: item.sk)
    for start in range(0, len(found), BATCH):
        refused = publish_batch(found[start : start + BATCH], topic)
        if refused:
            raise Problem(
                f"SNS refused an event after {start} were published; do it again, nothing is lost."
            )
    return len(found)


def read_moment(text: str, now: datetime) -> datetime:
    """The moment in "2026-11-22" or "2026-11-22 14:30", Dutch time. Raises Problem."""
    from shared.outbox import KEPT  # noqa: PLC0415 - reads the environment

    try:
        since = datetime.fromisoformat(text)
    except ValueError:
        raise Problem('Say since when: make replay … SINCE="2026-11-22 14:30".') from None
    since = since if since.tzinfo else since.replace(tzinfo=HERE)
    if since < now - KEPT - timedelta(hours=1):
        raise Problem(f"Published events are kept {KEPT.days} days, so not since {text}.")
    return since


def _published(cloud: Cloud, service: str, since: datetime) -> Iterator[Any]:
    from shared.ids import smallest_id_at  # noqa: PLC0415
    from shared.outbox import PUBLISHED_SHARDS  # noqa: PLC0415
    from shared.relay import Waiting  # noqa: PLC0415

    pages = cloud.client("dynamodb").get_paginator("query")
    for shard in PUBLISHED_SHARDS:
        found = pages.paginate(
            TableName=f"plekken-{cloud.stage.name}-{service}",
            KeyConditionExpression="pk = :shard AND sk >= :first",
            ExpressionAttributeValues={
                ":shard": {"S": shard},
                ":first": {"S": smallest_id_at(since)},
            },
            ConsistentRead=True,
        )
        for page in found:
            for item in page["Items"]:
                yield Waiting(pk=shard, sk=item["sk"]["S"], event=item["event"]["S"])


@command
def main() -> None:
    """Replay the service that was named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stage", required=True)
    parser.add_argument("--since", default="")
    parser.add_argument("service", nargs="?", default="")
    arguments = parser.parse_args()
    service = arguments.service
    if service not in SERVICES:
        known = ", ".join(SERVICES)
        raise Problem(f'Say whose and since when: SERVICE=… SINCE="2026-11-22 14:30" ({known}).')
    cloud = connect(stage.read(arguments.stage))
    values = outputs(cloud)
    environment.become(cloud, values)
    since = read_moment(arguments.since, datetime.now(UTC))
    count = replay(cloud, service, values[f"{service.capitalize()}TopicArn"], since)
    print(f"{count} events of {service} since {since:%d-%m-%Y %H:%M} went out again")


if __name__ == "__main__":
    main()
