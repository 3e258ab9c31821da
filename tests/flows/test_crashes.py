"""Every row of the crash table (docs/architecture.md), on the platform as it is deployed.

A crash is made by forbidding a function one call: it stops exactly there, like a process that
dies. "Never sent" is the mail that does not come, so those tests wait until all is quiet first.
"""

import socket
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import pytest

from tests.flows import steps
from tests.flows.browser import FORM, Answer, Browser
from tests.flows.tools import SCHEDULED, Backstage, Item, Mailbox, wait_for

pytestmark = pytest.mark.embedded_aws

Load = Callable[..., str]
Browsers = Callable[[], Browser]
# A sweeper looks at what is a minute old; ids sort by time, so this one is as old as can be.
LONG_AGO = "00000000000000000000000000"


def _mine(backstage: Backstage, event: str) -> list[Item]:
    known = backstage.items("registration", "REGISTRATION#")
    return [item for item in known if item.get("event") == event]


def _post(browser: Browser, event: str, person: steps.Person, key: str) -> Answer:
    data = {
        "name": person.name,
        "email": person.email,
        "audience": "resident",
        "consent": True,
        "consent_version": _consent(browser, event),
    }
    url = f"/congres/api/v1/events/{event}/registrations"
    return browser.post_json(url, data, Idempotency_Key=key)


def _consent(browser: Browser, event: str) -> str:
    return str(browser.get(f"/congres/api/v1/events/{event}").json()["consent_version"])


def test_a_crash_before_the_transaction_leaves_nothing_and_the_retry_succeeds(
    load_congress: Load, visitor: Browser, mailbox: Mailbox, backstage: Backstage
) -> None:
    event, person, key = load_congress(1), steps.somebody(), uuid4().hex
    with backstage.denied("registration-api", "dynamodb:PutItem"):
        assert _post(visitor, event, person, key).status == 500
    assert _mine(backstage, event) == []
    receipt = _post(visitor, event, person, key).expect(201).json()
    again = _post(visitor, event, person, key).expect(201).json()
    assert again == receipt, "the same request has one answer"
    [registration] = _mine(backstage, event)
    assert registration["email"] == person.email
    backstage.wait_until_quiet()
    assert len(mailbox.to(person.email)) == 1
    # The number that the crash left behind is buried after a minute; then the seat goes to
    # whoever has the next number.
    _sweep_twice(backstage, event)
    mailbox.wait(person.email, "Je hebt een plek")
    [registration] = _mine(backstage, event)
    assert registration["state"] == "seated"


def _sweep_twice(backstage: Backstage, event: str) -> None:
    """The sweeper notes the numbers, and buries the gaps when a minute has passed."""
    backstage.invoke("registration-sweep", SCHEDULED)
    backstage.client("dynamodb").update_item(
        TableName=backstage.table("registration"),
        Key={"pk": {"S": f"POOL#{event}#congress"}, "sk": {"S": "POOL"}},
        UpdateExpression="SET noted_at = noted_at - :minute",
        ExpressionAttributeValues={":minute": {"N": "61"}},
    )
    backstage.invoke("registration-sweep", SCHEDULED)


def test_who_never_saw_the_answer_gets_the_same_one_again(
    load_congress: Load, visitor: Browser, mailbox: Mailbox, backstage: Backstage
) -> None:
    event, person = load_congress(5), steps.somebody()
    action, typed = steps.fill_in(visitor, event, person)
    _send_and_hang_up(visitor, action, typed)
    wait_for("registration", lambda: _mine(backstage, event))
    first = visitor.post(action, typed).expect(303)
    second = visitor.post(action, typed).expect(303)
    assert first.location == second.location
    assert "Bedankt voor je aanmelding" in visitor.follow(second).words
    backstage.wait_until_quiet()
    assert len(_mine(backstage, event)) == 1
    assert mailbox.subjects(person.email) == ["Je bent aangemeld"]


def _send_and_hang_up(browser: Browser, action: str, typed: dict[str, str]) -> None:
    parts = urlsplit(browser.origin)
    body = urlencode(typed).encode()
    head = (
        f"POST {action} HTTP/1.1\r\nHost: {parts.netloc}\r\nOrigin: {browser.origin}\r\n"
        f"Content-Type: {FORM}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((parts.hostname or "", parts.port or 80)) as connection:
        connection.sendall(head.encode() + body)


def test_the_same_key_for_another_request_is_refused(load_congress: Load, visitor: Browser) -> None:
    event, person, key = load_congress(5), steps.somebody(), uuid4().hex
    _post(visitor, event, person, key).expect(201)
    other = replace(person, name="Iemand anders")
    answer = _post(visitor, event, other, key).expect(422)
    assert answer.json()["code"] == "idempotency_mismatch"


def test_the_stream_is_retried_when_publishing_fails(
    load_congress: Load, visitor: Browser, mailbox: Mailbox, backstage: Backstage
) -> None:
    event, person = load_congress(5), steps.somebody()
    backstage.wait_until_quiet()
    with backstage.denied("registration-relay", "sns:Publish"):
        steps.register(visitor, event, person)
        [_waiting] = wait_for("outbox item", lambda: backstage.items("registration", "OUTBOX#"))
        assert mailbox.to(person.email) == []
    mailbox.wait(person.email, "Je bent aangemeld")
    backstage.wait_until_quiet()
    assert len(mailbox.to(person.email)) == 1


def test_the_sweeper_sends_what_the_relay_never_got(
    load_congress: Load, visitor: Browser, mailbox: Mailbox, backstage: Backstage
) -> None:
    event, person = load_congress(5), steps.somebody()
    backstage.wait_until_quiet()
    with backstage.paused("registration-relay"):
        steps.register(visitor, event, person)
        [waiting] = backstage.items("registration", "OUTBOX#")
        backstage.invoke("registration-sweep", SCHEDULED)
        assert backstage.items("registration", "OUTBOX#"), "the relay gets a minute first"
        _move_back_in_time(backstage, waiting)
        backstage.invoke("registration-sweep", SCHEDULED)
        assert backstage.items("registration", f"OUTBOX#{waiting['pk'][-1]}") == []
        mailbox.wait(person.email, "Je bent aangemeld")
    # The stream still has the item, so the relay now publishes the same event once more.
    backstage.wait_until_quiet()
    assert len(mailbox.to(person.email)) == 1


def _move_back_in_time(backstage: Backstage, waiting: Item) -> None:
    client, table = backstage.client("dynamodb"), backstage.table("registration")
    key = {"pk": {"S": waiting["pk"]}, "sk": {"S": waiting["sk"]}}
    client.delete_item(TableName=table, Key=key)
    older = {**waiting, "sk": LONG_AGO}
    client.put_item(TableName=table, Item={name: {"S": text} for name, text in older.items()})


def test_an_event_that_was_published_but_not_marked_has_one_effect(
    load_congress: Load, visitor: Browser, mailbox: Mailbox, backstage: Backstage
) -> None:
    event, person = load_congress(5), steps.wishing()
    backstage.wait_until_quiet()
    heard: list[str] = []

    def is_repeated() -> bool:
        heard.extend(taps.take())
        return len(heard) > len(set(heard))

    with backstage.tapped() as taps:
        with backstage.denied("registration-relay", "dynamodb:BatchWriteItem"):
            steps.register(visitor, event, person)
            wait_for("event published twice", is_repeated)
        backstage.wait_until_quiet()
    mailbox.wait(person.email, "Je bent aangemeld")
    backstage.wait_until_quiet()
    assert len(mailbox.to(person.email)) == 1
    assert len(_drafts(backstage, person.fields["initiatief"])) == 1


def test_a_consumer_that_dies_before_its_effect_gets_the_event_again(
    load_congress: Load, visitor: Browser, mailbox: Mailbox, backstage: Backstage
) -> None:
    event, person = load_congress(5), steps.wishing()
    initiative = person.fields["initiatief"]
    backstage.wait_until_quiet()
    failures = backstage.failures("directory")
    with backstage.denied("directory-inbox", "dynamodb:PutItem"):
        steps.register(visitor, event, person)
        mailbox.wait(person.email, "Je bent aangemeld")
        wait_for("failure", lambda: backstage.failures("directory") > failures)
        assert not _drafts(backstage, initiative)
    wait_for("draft", lambda: _drafts(backstage, initiative))
    backstage.wait_until_quiet()
    assert len(_drafts(backstage, initiative)) == 1


def _drafts(backstage: Backstage, words: str) -> list[Item]:
    drafts = backstage.items("directory", "MEMBER#")
    return [item for item in drafts if words in str(item) and item["sk"] == "MEMBER"]


def test_the_one_place_where_a_second_mail_is_possible(
    load_congress: Load, visitor: Browser, mailbox: Mailbox, backstage: Backstage
) -> None:
    event, person = load_congress(5), steps.somebody()
    backstage.wait_until_quiet()
    with backstage.paused("registration-mail"):
        steps.register(visitor, event, person)
        [body] = wait_for("message", lambda: backstage.peek("registration-mail"))
        [registration] = _mine(backstage, event)
        with backstage.denied("registration-mail", "dynamodb:UpdateItem"):
            # SES takes the mail; then the function dies before it can write that down.
            assert backstage.run("registration-mail", body) == [0]
        assert len(mailbox.to(person.email)) == 1
        assert backstage.run("registration-mail", body) == [0], "the lease holds"
        assert len(mailbox.to(person.email)) == 1
        _end_leases(backstage, registration["pk"].removeprefix("REGISTRATION#"))
        assert backstage.run("registration-mail", body) == []
        assert len(mailbox.to(person.email)) == 2, "here, and nowhere else"
        assert backstage.run("registration-mail", body) == []
        assert len(mailbox.to(person.email)) == 2
    backstage.wait_until_quiet()
    assert len(mailbox.to(person.email)) == 2


def _end_leases(backstage: Backstage, person: str) -> None:
    for claim in backstage.items("registration", f"MAIL#{person}"):
        backstage.client("dynamodb").update_item(
            TableName=backstage.table("registration"),
            Key={"pk": {"S": claim["pk"]}, "sk": {"S": claim["sk"]}},
            UpdateExpression="SET lease_until = :past",
            ExpressionAttributeValues={":past": {"N": "1"}},
        )
