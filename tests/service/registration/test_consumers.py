"""What the workers do with events: each effect once, one mail per person and reason."""

import json
import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import boto3
import pytest
from moto.ses.models import ses_backends

from chalicelib.registration import consumers, usecases
from chalicelib.registration.domain import Receipt
from chalicelib.registration.repository import Repository
from shared import aws, fragments, handover
from shared.clock import FixedClock
from shared.events import decode
from shared.handovers import ProfileHandover
from tests.registration_support import EVENT, PROFILE
from tests.service.conftest import journal
from tests.service.registration.conftest import calls, outside

Register = Callable[..., Receipt]
Define = Callable[..., Any]


@pytest.fixture
def repository(mocked_aws: None, clock: FixedClock) -> Repository:
    """Mails, topics and buckets are needed here too."""
    return Repository(clock)


@pytest.fixture(autouse=True)
def same_clock(repository: Repository, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "clock", clock)
    monkeypatch.setattr(consumers, "_repository", lambda: repository)


def outbox() -> list[str]:
    return [item["event"]["S"] for item in outside() if item["pk"]["S"].startswith("OUTBOX#")]


def records(bodies: list[str]) -> dict[str, Any]:
    return {"Records": [{"messageId": str(i), "body": body} for i, body in enumerate(bodies)]}


def deliver(times: int = 1, seed: int = 0) -> None:
    """Bring what the outbox holds to both queues, `times` and shuffled, until nothing is new."""
    known: set[str] = set()
    while fresh := [body for body in outbox() if body not in known]:
        known |= set(fresh)
        bodies = fresh * times
        random.Random(seed).shuffle(bodies)
        for queue, handlers in (
            (consumers.inbox, consumers._INBOX),
            (consumers.mail, consumers._MAIL),
        ):
            heard = [body for body in bodies if type(decode(body).data) in handlers]
            assert queue(records(heard)) == {"batchItemFailures": []}


def mails() -> list[tuple[str, str]]:
    """Whom a mail went to, and its subject."""
    from email import message_from_string
    from email.header import decode_header, make_header

    sent = ses_backends["123456789012"]["eu-central-1"].sent_messages
    found = []
    for one in sent:
        message = message_from_string(one.raw_data)
        found.append((str(message["To"]), str(make_header(decode_header(message["Subject"])))))
    return sorted(found)


def test_a_registration_is_confirmed(define: Define, register: Register, organiser: Any) -> None:
    define()
    register("ada")
    deliver()
    assert mails() == [("ada@example.org", "Je bent aangemeld: Buurtdag")]


def test_ten_times_and_shuffled_sends_each_mail_once(
    define: Define, register: Register, repository: Repository, clock: FixedClock
) -> None:
    define(capacity=1)
    ada = register("ada", profile=PROFILE)
    register("bob", sessions=["a1"])
    register("ada")
    deliver()
    usecases.cancel(repository, clock, registration_id=ada.registration_id, link_version=1)
    usecases.request_link(
        repository, clock, event=EVENT, email="bob@example.org", visitor="visitor"
    )
    usecases.request_link(
        repository, clock, event=EVENT, email="stranger@example.org", visitor="visitor"
    )
    for seed in range(3):
        deliver(times=10, seed=seed)
    assert mails() == [
        ("ada@example.org", "Je bent aangemeld: Buurtdag"),
        ("ada@example.org", "Je bent afgemeld: Buurtdag"),
        ("ada@example.org", "Je was al aangemeld: Buurtdag"),
        ("bob@example.org", "De link naar je aanmelding: Buurtdag"),
        ("bob@example.org", "Je hebt een plek: Buurtdag"),
        ("bob@example.org", "Je staat op de wachtlijst: Buurtdag"),
    ]
    shared = [body for body in outbox() if "profile_shared" in body]
    assert len(shared) == 1


def test_what_is_erased_is_noted_outside_the_table(
    define: Define, register: Register, repository: Repository, clock: FixedClock
) -> None:
    define()
    ada, bob = register("ada").registration_id, register("bob").registration_id
    usecases.cancel(repository, clock, registration_id=ada, link_version=1)
    deliver()
    assert journal() == [f"answers/{ada}"]
    clock.advance(timedelta(days=3 * 365))
    assert usecases.erase_expired(repository, clock) == 2
    deliver()
    assert set(journal()) == {f"answers/{ada}", f"registration/{ada}", f"registration/{bob}"}


def test_who_was_seated_before_the_mail_went_gets_the_good_news_only(
    define: Define, register: Register, repository: Repository, clock: FixedClock
) -> None:
    define(capacity=1)
    ada = register("ada")
    register("bob")
    usecases.cancel(repository, clock, registration_id=ada.registration_id, link_version=1)
    usecases.settle_all(repository, clock, event=EVENT)
    deliver()
    assert ("bob@example.org", "Je hebt een plek: Buurtdag") in mails()
    assert ("bob@example.org", "Je staat op de wachtlijst: Buurtdag") not in mails()


def test_a_number_passed_while_it_was_being_written_is_told_by_its_own_event(
    define: Define,
    register: Register,
    repository: Repository,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    define(capacity=1)
    ada = register("ada")
    enrol = repository.registrations.enrol

    def slow(*arguments: Any) -> None:
        usecases.cancel(repository, clock, registration_id=ada.registration_id, link_version=1)
        usecases.settle_all(repository, clock, event=EVENT)
        enrol(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(repository.registrations, "enrol", slow)
        assert register("bob").state == "waiting"
    own = [body for body in _registered() if '"waiting"' in body]
    consumers.inbox(records(own))
    (bob,) = repository.lists.page(EVENT, None, 10)[0]
    assert bob.state == "seated"


def test_a_profile_is_handed_over_with_consent_only(
    define: Define, register: Register, repository: Repository
) -> None:
    define()
    ada = register("ada", profile=PROFILE)
    bob = register("bob")
    deliver()
    given = handover.take(f"registration/{ada.registration_id}.json", ProfileHandover)
    assert (given.name, given.email) == ("De Voedseltuin", "ada@example.org")
    assert given.consent == PROFILE.consent
    with pytest.raises(handover.HandoverGone):
        handover.take(f"registration/{bob.registration_id}.json", ProfileHandover)


def test_a_profile_that_was_taken_is_not_written_again(define: Define, register: Register) -> None:
    define()
    ada = register("ada", profile=PROFILE)
    deliver()
    handover.discard(f"registration/{ada.registration_id}.json")
    deliver(times=2)
    with pytest.raises(handover.HandoverGone):
        handover.take(f"registration/{ada.registration_id}.json", ProfileHandover)


def test_the_front_page_part_is_published(define: Define, register: Register) -> None:
    define()
    register("ada")
    deliver()
    assert "Buurtdag" in fragments.read("registration", "front", "nl")
    assert "Neighbourhood day" in fragments.read("registration", "front", "en")


def test_a_batch_shows_its_figures_once_and_looks_at_each_line_once(
    define: Define, register: Register
) -> None:
    define(capacity=1)
    for name in ("ada", "bob", "cas"):
        register(name)
    told = _registered()
    fragments_of_all = Counter(PutObject=3, Query=2, BatchGetItem=2)
    week = Counter(Query=1 + 1 + 8, BatchGetItem=1)  # the newest, eight lists of cancelled
    week += Counter(Query=1)  # the addresses that fail
    with calls() as made:
        assert consumers.inbox(records(told)) == {"batchItemFailures": []}
    # Two wait where the watermark has not come: one look at their line, whatever died in it.
    assert Counter(made) - fragments_of_all - week == Counter(GetItem=2 * 3, BatchGetItem=2)


def test_a_batch_whose_figures_cannot_be_shown_comes_again(
    define: Define, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    define()
    register("ada")

    def fail(*_: Any) -> None:
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(consumers.fragments, "publish_fragments", fail)
        answer = consumers.inbox(records(["{", *_registered()]))
        assert answer == {"batchItemFailures": [{"itemIdentifier": "0"}, {"itemIdentifier": "1"}]}
        assert consumers.inbox(records(["{"])) == {"batchItemFailures": [{"itemIdentifier": "0"}]}
    assert fragments.read("registration", "front", "nl") == ""
    assert consumers.inbox(records(_registered())) == {"batchItemFailures": []}
    assert "Buurtdag" in fragments.read("registration", "front", "nl")


def test_malformed_and_unknown_messages_fail_and_the_others_go_on(
    define: Define, register: Register
) -> None:
    define()
    register("ada")
    unknown = json.loads(outbox()[0]) | {"type": "nl.plekken.registration.other.v1"}
    answer = consumers.mail(records(["{", json.dumps(unknown), *_registered()]))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "0"}, {"itemIdentifier": "1"}]}
    assert mails() == [("ada@example.org", "Je bent aangemeld: Buurtdag")]


def _registered() -> list[str]:
    return [body for body in outbox() if "registered.v1" in body]


def test_sweep_and_nightly(
    define: Define, register: Register, repository: Repository, clock: FixedClock
) -> None:
    define(capacity=1)
    ada, bob = register("ada"), register("bob")
    usecases.cancel(repository, clock, registration_id=ada.registration_id, link_version=1)
    clock.advance(timedelta(minutes=2))
    assert consumers.sweep()["resent"] == 4
    found = repository.registrations.get(bob.registration_id)
    assert found is not None
    assert found.state == "seated"
    clock.advance(timedelta(days=31))
    assert consumers.nightly() == {"removed": 1}


def test_relay_publishes_what_the_stream_shows(define: Define, register: Register) -> None:
    define()
    queue = boto3.client("sqs").create_queue(QueueName="watch")["QueueUrl"]
    import os

    boto3.client("sns").subscribe(
        TopicArn=os.environ["REGISTRATION_TOPIC_ARN"],
        Protocol="sqs",
        Endpoint="arn:aws:sqs:eu-central-1:123456789012:watch",
        Attributes={"RawMessageDelivery": "true"},
    )
    register("ada")
    items = [item for item in outside() if item["pk"]["S"].startswith("OUTBOX#")]
    stream = {
        "Records": [
            {"eventName": "INSERT", "dynamodb": {"NewImage": item, "SequenceNumber": str(index)}}
            for index, item in enumerate(items)
        ]
    }
    assert consumers.relay(stream) == {"batchItemFailures": []}
    found = aws.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    assert len(found) == len(items)
    assert outbox() == []
