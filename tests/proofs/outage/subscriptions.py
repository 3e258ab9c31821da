"""Subscriptions that somebody deletes, and that are put back as they were."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from tests.proofs.world.cloud import client

KEPT = ("FilterPolicy", "RawMessageDelivery", "RedrivePolicy")


@dataclass(frozen=True)
class Subscription:
    """Which queue hears which topic."""

    topic: str
    queue: str
    arn: str

    @property
    def service(self) -> str:
        """Whose topic it is."""
        return self.topic.rpartition(":")[2].split("-")[2]

    def __str__(self) -> str:
        return f"{self.queue.rpartition(':')[2].partition('-')[2]} hears {self.service}"


def subscriptions() -> list[Subscription]:
    """Every subscription to events, in a fixed order; SES publishes none."""
    pages = client("sns").get_paginator("list_subscriptions").paginate()
    found = [
        Subscription(one["TopicArn"], one["Endpoint"], one["SubscriptionArn"])
        for page in pages
        for one in page["Subscriptions"]
        if one["TopicArn"].endswith("-events") and not one["Endpoint"].endswith(":tap")
    ]
    return sorted(found, key=str)


@contextlib.contextmanager
def deleted(subscription: Subscription) -> Iterator[None]:
    """Delete it, and put it back afterwards."""
    sns = client("sns")
    answer = sns.get_subscription_attributes(SubscriptionArn=subscription.arn)
    attributes = {name: answer["Attributes"][name] for name in KEPT}
    sns.unsubscribe(SubscriptionArn=subscription.arn)
    try:
        yield
    finally:
        sns.subscribe(
            TopicArn=subscription.topic,
            Protocol="sqs",
            Endpoint=subscription.queue,
            Attributes=attributes,
        )
