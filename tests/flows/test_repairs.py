"""What the runbook tells an operator to type, on the deployed platform."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.clock import SystemClock
from shared.events import encode, occurred
from shared.events.directory import MemberWithdrawn
from tests.flows import steps
from tests.flows.browser import Browser
from tests.flows.tools import Backstage, Mailbox, wait_for

pytestmark = pytest.mark.embedded_aws

Load = Callable[..., str]
QUEUE = "documents-inbox"


@pytest.mark.parametrize(
    ("queue", "topic", "stack", "name"),
    [
        ("registration-mail", "registration", "registration", "MailSubscription"),
        ("directory-inbox", "registration", "wiring", "DirectoryHearsRegistration"),
    ],
)
def test_a_deleted_subscription_is_mended_and_replayed(
    platform: Any,
    load_congress: Load,
    visitor: Browser,
    mailbox: Mailbox,
    backstage: Backstage,
    queue: str,
    topic: str,
    stack: str,
    name: str,
) -> None:
    event, person = load_congress(5), steps.wishing()
    since = datetime.now(UTC) - timedelta(minutes=1)
    backstage.wait_until_quiet()
    _unsubscribe(backstage, queue, topic)
    steps.register(visitor, event, person)
    backstage.wait_until_quiet()

    def arrived() -> bool:
        if queue != "directory-inbox":
            return bool(mailbox.to(person.email, "Je bent aangemeld"))
        initiative = person.fields["initiatief"]
        return any(initiative in str(item) for item in backstage.items("directory", "MEMBER#"))

    assert not arrived()
    assert f"{stack}: put back {name}" in steps.run_infra(platform, "infra.mend")
    assert "No subscription is missing" in steps.run_infra(platform, "infra.mend")
    arguments = ("--since", since.isoformat(), topic)
    assert "went out again" in steps.run_infra(platform, "infra.replay", *arguments)
    wait_for("what was missed", arrived)
    backstage.wait_until_quiet()
    before = len(steps.mails_to_people(backstage, mailbox))
    steps.run_infra(platform, "infra.replay", *arguments)
    backstage.wait_until_quiet()
    after = len(steps.mails_to_people(backstage, mailbox))
    assert after == before, "who heard it does nothing the second time"


def test_a_full_dead_letter_queue_is_looked_at_brought_back_and_emptied(
    platform: Any, backstage: Backstage
) -> None:
    known = [_harmless() for _ in range(12)]
    with backstage.impatient(QUEUE):
        backstage.send(f"{QUEUE}-dlq", [*known, "not an event"])
        said = steps.run_infra(platform, "infra.redrive", "--look", QUEUE)
        assert said.count("directory.member_withdrawn.v1") == 12
        assert "13 messages are stuck" in said
        said = steps.run_infra(platform, "infra.redrive", QUEUE)
        assert f"13 messages are back in {QUEUE}" in said
        wait_for("poison where it was", lambda: backstage.depth(f"{QUEUE}-dlq") == 1)
        backstage.wait_until_quiet()
    seen = {item["pk"].rpartition("#")[2] for item in backstage.items("documents", "SEEN#")}
    assert {json.loads(event)["id"] for event in known} <= seen, "each had its effect"
    said = steps.run_infra(platform, "infra.redrive", "--look", QUEUE)
    assert "MalformedEvent" in said, "the log says why"
    [message, *_] = said.split()
    said = steps.run_infra(platform, "infra.redrive", "--drop", message, QUEUE)
    assert "dropped not an event" in said
    assert backstage.depth(f"{QUEUE}-dlq") == 0


def _harmless() -> str:
    return encode(occurred(MemberWithdrawn(member_id=f"nobody-{uuid4().hex}"), SystemClock()))


def _unsubscribe(backstage: Backstage, queue: str, topic: str) -> None:
    sns = backstage.client("sns")
    [arn] = [
        one["SubscriptionArn"]
        for page in sns.get_paginator("list_subscriptions").paginate()
        for one in page["Subscriptions"]
        if one["Endpoint"].endswith(f"-{queue}") and one["TopicArn"].endswith(f"{topic}-events")
    ]
    sns.unsubscribe(SubscriptionArn=arn)
