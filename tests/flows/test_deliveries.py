"""Messages come twice, late, in any order, or make no sense at all; SQS promises no better."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from infra import redrive
from tests.flows import steps
from tests.flows.browser import Browser
from tests.flows.tools import (
    SERVICES,
    Backstage,
    Contents,
    Item,
    Mailbox,
    copies,
    differences,
    wait_for,
)

pytestmark = pytest.mark.embedded_aws

Load = Callable[..., str]
Browsers = Callable[[], Browser]
SEED = 20261122
CONSUMERS = [f"{service}-{kind}" for service in SERVICES for kind in ("inbox", "mail")]
UPLOADS = "documents-uploads"  # hears of S3, not of events


def _filters(backstage: Backstage) -> Iterator[tuple[str, set[str]]]:
    """What each queue hears, over all topics."""
    sns = backstage.client("sns")
    heard: dict[str, set[str]] = {}
    for page in sns.get_paginator("list_subscriptions").paginate():
        for one in page["Subscriptions"]:
            name = one["Endpoint"].rpartition(":")[2].removeprefix(f"plekken-{backstage.stage}-")
            found = sns.get_subscription_attributes(SubscriptionArn=one["SubscriptionArn"])
            # Without a filter (what SES tells of mail) the embedded AWS gives an empty text.
            policy = json.loads(found["Attributes"].get("FilterPolicy") or "{}")
            heard.setdefault(name, set()).update(policy.get("type", []))
    yield from ((name, heard[name]) for name in CONSUMERS)


def test_every_message_ten_times_and_shuffled_changes_nothing(
    journey: steps.Journey, mailbox: Mailbox, backstage: Backstage
) -> None:
    before, mails = _told(backstage, mailbox)
    sent = 0
    with backstage.tapped() as taps:
        for name, wanted in _filters(backstage):
            messages = journey.for_queue(wanted)
            assert messages, f"the journey has nothing for {name}"
            again = copies(messages, times=10, seed=SEED)
            backstage.send(name, again)
            sent += len(again)
        backstage.wait_until_quiet()
        news = taps.take()
    assert sent > 200
    after, mails_after = _told(backstage, mailbox)
    assert differences(before, after) == []
    assert mails_after == mails
    assert news == [], "no event may follow from a repeated one"
    assert _dead(backstage) == {}


def _told(backstage: Backstage, mailbox: Mailbox) -> tuple[Contents, int]:
    """All tables, and how many mails people got, but what `notify` does by the clock."""
    contents = backstage.contents()
    contents["access"] = {
        key: item
        for key, item in contents["access"].items()
        if not key[0].startswith(("NOTICE#", "BUNDLE#", "MAIL#", "FAILURES"))
    }
    return contents, len(steps.mails_to_people(backstage, mailbox))


def _dead(backstage: Backstage) -> dict[str, int]:
    depths = {name: backstage.depth(name) for name in backstage.queues(dead=True)}
    return {name: depth for name, depth in depths.items() if depth}


def test_everybody_gets_one_mail_per_reason(journey: steps.Journey, mailbox: Mailbox) -> None:
    member, leaver, waiting, last = journey.people
    assert sorted(mailbox.subjects(leaver.email)) == [
        "Je bent aangemeld",
        "Je bent afgemeld",
        "Je was al aangemeld",
    ]
    assert mailbox.subjects(waiting.email) == ["Je staat op de wachtlijst", "Je hebt een plek"]
    assert mailbox.subjects(last.email) == ["Je staat op de wachtlijst"]
    assert len(mailbox.subjects(member.email)) == 4


def test_messages_that_arrive_late_and_shuffled_tell_how_things_stand_now(
    load_congress: Load, browsers: Browsers, staff: Any, mailbox: Mailbox, backstage: Backstage
) -> None:
    event = load_congress(1)
    first, second, third = (steps.somebody() for _ in range(3))
    with backstage.paused("registration-mail"):
        for person in (first, second, third):
            steps.register(browsers(), event, person)
        wait_for("three messages", lambda: backstage.depth("registration-mail") == 3)
        steps.cancel_at_desk(staff.browser, event, _find(backstage, event, first)["pk"])
        wait_for("promotion", lambda: _find(backstage, event, second)["state"] == "seated")
        wait_for("five messages", lambda: backstage.depth("registration-mail") == 5)
        late = backstage.take("registration-mail")
        backstage.send("registration-mail", copies(late, times=10, seed=SEED))
    backstage.wait_until_quiet()
    assert mailbox.subjects(first.email) == ["Je bent afgemeld"], "no seat that is gone already"
    assert mailbox.subjects(second.email) == ["Je hebt een plek"]
    assert mailbox.subjects(third.email) == ["Je staat op de wachtlijst"]


def _find(backstage: Backstage, event: str, person: steps.Person) -> Item:
    known = backstage.items("registration", "REGISTRATION#")
    [mine] = [one for one in known if one.get("event") == event and one["email"] == person.email]
    return mine


MALFORMED = '{"specversion": "1.0", "id": '
NOT_OURS = json.dumps({"specversion": "1.0", "type": "nl.plekken.nobody.knows.v1", "data": {}})


def _unknown(event: str) -> str:
    return json.dumps({**json.loads(event), "id": uuid4().hex, "type": "nl.plekken.unknown.v9"})


@pytest.mark.parametrize("name", CONSUMERS)
def test_a_message_that_makes_no_sense_stops_no_other(
    name: str, journey: steps.Journey, backstage: Backstage
) -> None:
    [wanted] = [types for queue, types in _filters(backstage) if queue == name]
    known = journey.for_queue(wanted)[0]
    assert backstage.run(name, MALFORMED, known, _unknown(known), NOT_OURS) == [0, 2, 3]


def test_poison_ends_in_the_dead_letter_queue_and_redrive_brings_back_what_can_be_mended(
    load_congress: Load,
    platform: Any,
    visitor: Browser,
    mailbox: Mailbox,
    journey: steps.Journey,
    backstage: Backstage,
) -> None:
    event, person = load_congress(5), steps.wishing()
    initiative = person.fields["initiatief"]
    marker = uuid4().hex
    poison = [MALFORMED + marker, replace_id(_unknown(journey.events[0]), marker)]
    expected = {f"{name}-dlq": 2 for name in (*CONSUMERS, UPLOADS)} | {"directory-inbox-dlq": 3}
    with backstage.impatient(*CONSUMERS, UPLOADS):
        for name in (*CONSUMERS, UPLOADS):
            backstage.send(name, poison)
        with backstage.denied("directory-inbox", "s3:GetObject"):
            steps.register(visitor, event, person)
            mailbox.wait(person.email, "Je bent aangemeld")
            wait_for("poison in every dead-letter queue", lambda: _dead(backstage) == expected)
        assert not _drafted(backstage, initiative)
        assert redrive.redrive(platform.cloud, "directory-inbox") == 3
        wait_for("draft", lambda: _drafted(backstage, initiative))
        back = {**expected, "directory-inbox-dlq": 2}
        wait_for("poison back where it was", lambda: _dead(backstage) == back)
    for name in back:
        assert all(marker in body for body in backstage.take(name)), "nothing else died"


def _drafted(backstage: Backstage, initiative: str) -> bool:
    return any(initiative in str(item) for item in backstage.items("directory", "MEMBER#"))


def replace_id(event: str, identifier: str) -> str:
    return json.dumps({**json.loads(event), "id": identifier})
