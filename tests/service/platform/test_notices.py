"""Notices: who gets one, when it is mailed, and what becomes of it when things change."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import boto3
import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sesv2.models import sesv2_backends

from chalicelib.platform import consumers, notice_mails
from chalicelib.platform.domain.notices import TEAM, Group, Preferences
from chalicelib.platform.models import NoticeItem
from chalicelib.platform.repository import notices as repository
from chalicelib.platform.usecases import failures, notices
from shared import auth, aws, desk, settings
from shared.clock import FixedClock
from shared.dead_letters import QUEUES
from shared.events import Data, encode, occurred
from shared.events.directory import MemberDrafted
from shared.events.documents import UploadInspected
from shared.events.registration import AddressFailed, Registered
from shared.ids import new_id

CONGRESS = "plekken-2027"
DRAFTED = Group("directory", "", "application")
SEATED = Group("registration", CONGRESS, "registration")
MORNING = timedelta(hours=22, minutes=1)  # from the clock's start to just past the day's mail


@pytest.fixture(autouse=True)
def platform(mocked_aws: None, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> FixedClock:
    """The platform's clock is the test's, and its topic and queues are there."""
    for module in (consumers, notice_mails):
        monkeypatch.setattr(module, "clock", clock)
    topic = aws.client("sns").create_topic(Name="plekken-test-organiser-notifications")
    monkeypatch.setenv("ORGANISER_TOPIC_ARN", topic["TopicArn"])
    settings.forget()
    sqs = boto3.client("sqs")
    for name in QUEUES:
        sqs.create_queue(QueueName=f"plekken-test-{name}-dlq")
    return clock


@pytest.fixture
def olga() -> auth.Organiser:
    """An owner of everything."""
    return organiser("olga", **dict.fromkeys((*auth.SERVICES, auth.PLATFORM), "owner"))


def organiser(name: str, **roles: Any) -> auth.Organiser:
    made = auth.Organiser(name, f"{name}@example.org", name, roles)
    auth.save_organiser(made)
    return made


def hear(clock: FixedClock, *happened: Data) -> dict[str, Any]:
    """What the function `notices` answers for these events, in one batch."""
    bodies = [encode(occurred(data, clock)) for data in happened]
    return deliver(*bodies)


def deliver(*bodies: str) -> dict[str, Any]:
    records = [{"messageId": str(n), "body": body} for n, body in enumerate(bodies)]
    return consumers.hear({"Records": records})


def registered(number: int = 1, state: Any = "seated", event: str = CONGRESS) -> Registered:
    return Registered(registration_id=f"registration-{number}", event=event, state=state)


def mails(to: str) -> list[Any]:
    sent = sesv2_backends[DEFAULT_ACCOUNT_ID][aws.region()].core_backend.sent_messages
    return [mail for mail in sent if f"{to}@example.org" in str(mail.destinations)]


def pending(who: str) -> int:
    return sum(1 for _ in NoticeItem.query(f"NOTICE#{who}"))


def choose(who: str, **changes: Any) -> None:
    current = repository.preferences().get(who, Preferences())
    values = {"choices": {}, **changes, "version": current.version}
    repository.save(who, Preferences(**values), [])


def test_an_application_is_mailed_at_once_and_once(olga: auth.Organiser, clock: FixedClock) -> None:
    body = encode(occurred(MemberDrafted(member_id="lid-1"), clock))
    assert deliver(body) == {"batchItemFailures": []}
    assert deliver(body) == {"batchItemFailures": []}  # SQS brings it again
    consumers.notify()
    [mail] = mails("olga")
    assert "1 aanmelding voor de ledengids" in mail.raw_data
    assert "/leden/beheer/lid-1" in mail.raw_data
    deliver(body)
    consumers.notify()
    assert len(mails("olga")) == 1
    assert pending("olga") == 0


def test_an_address_that_fails_is_mailed_at_once_to_who_may_read_that_congress(
    olga: auth.Organiser, clock: FixedClock
) -> None:
    data = AddressFailed(registration_id="registration-1", event=CONGRESS, cause="bounce")
    body = encode(occurred(data, clock))
    for _ in range(2):
        deliver(body)
    consumers.notify()
    [mail] = mails("olga")
    assert "1 e-mailadres dat niet klopt" in mail.raw_data
    assert f"/congres/beheer/{CONGRESS}/deelnemer/registration-1" in mail.raw_data


def test_many_addresses_that_fail_lead_to_the_list_of_them(
    olga: auth.Organiser, clock: FixedClock
) -> None:
    for number in range(60):
        data = AddressFailed(registration_id=f"r{number}", event=CONGRESS, cause="bounce")
        deliver(encode(occurred(data, clock)))
    consumers.notify()
    [mail] = mails("olga")
    assert f"/congres/beheer/{CONGRESS}?stand=3Dadres" in mail.raw_data.replace("=\n", "")


def test_registrations_wait_for_the_mail_of_the_day(
    olga: auth.Organiser, clock: FixedClock
) -> None:
    titles = {CONGRESS: {"nl": "Plekken 2027", "en": "Places 2027"}}
    desk.publish_part("registration", desk.DeskPart(titles=titles))
    hear(clock, *(registered(number) for number in range(7)), registered(8, "waiting"))
    consumers.notify()
    assert mails("olga") == []
    clock.advance(MORNING)
    consumers.notify()
    [mail] = mails("olga")
    for words in ("7 aanmeldingen", "1 aanmelding op de wachtlijst", "Plekken 2027"):
        assert words in mail.raw_data
    assert f"/congres/beheer/{CONGRESS}" in mail.raw_data
    assert "registration-" not in mail.raw_data.partition("\n\n")[2]


def test_ten_thousand_registrations_are_a_handful_of_mails(
    olga: auth.Organiser, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "MOST_IN_BUNDLE", 50)
    hear(clock, *(registered(number) for number in range(100)))
    clock.advance(MORNING)
    consumers.notify()
    assert len(mails("olga")) == 2
    assert pending("olga") == 0


def test_who_may_not_see_it_hears_nothing(clock: FixedClock) -> None:
    organiser("other", **{"registration/andere": "owner"})
    organiser("door", **{f"registration/{CONGRESS}": "helper"})
    organiser("own", **{f"registration/{CONGRESS}": "reader"})
    hear(clock, registered(), MemberDrafted(member_id="lid"))
    assert [pending(who) for who in ("other", "door", "own")] == [0, 0, 1]


def test_the_team_gets_everything_in_its_own_mail_of_the_day(
    olga: auth.Organiser, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(notice_mails, "publish", lambda _who, bundle: told.append(bundle.id))
    hear(clock, MemberDrafted(member_id="lid"), UploadInspected(document_id="d", verdict="clean"))
    consumers.notify()
    assert told == []
    clock.advance(MORNING)
    consumers.notify()
    consumers.notify()
    assert len(told) == 1
    assert pending(TEAM) == 0


def test_the_team_is_told_in_plain_text(clock: FixedClock) -> None:
    heard = boto3.client("sqs").create_queue(QueueName="team")["QueueUrl"]
    arn = boto3.client("sqs").get_queue_attributes(QueueUrl=heard, AttributeNames=["QueueArn"])
    topic = settings.load(settings.Settings).organiser_topic_arn
    boto3.client("sns").subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=arn["Attributes"]["QueueArn"],
        Attributes={"RawMessageDelivery": "true"},
    )
    hear(clock, MemberDrafted(member_id="lid"))
    clock.advance(MORNING)
    assert consumers.notify()["sent"] == 1
    [message] = boto3.client("sqs").receive_message(QueueUrl=heard)["Messages"]
    assert "/leden/beheer/lid" in message["Body"]
    assert "<" not in message["Body"]


def test_a_changed_choice_counts_for_what_waits(olga: auth.Organiser, clock: FixedClock) -> None:
    hear(clock, registered(1), registered(2))
    choose("olga", choices={"registration": {"registration": "at_once"}})
    consumers.notify()
    assert len(mails("olga")) == 1
    hear(clock, MemberDrafted(member_id="lid"))
    choose("olga", choices={"directory": {"application": "nothing"}})
    consumers.notify()
    assert (len(mails("olga")), pending("olga")) == (1, 0)
    hear(clock, MemberDrafted(member_id="lid-2"))
    assert pending("olga") == 0


def test_an_event_can_be_chosen_apart(olga: auth.Organiser, clock: FixedClock) -> None:
    choices = {"registration": {"registration": "nothing"}}
    choices[f"registration/{CONGRESS}"] = {"registration": "at_once"}
    choose("olga", choices=choices)
    hear(clock, registered(1), registered(2, event="andere"))
    consumers.notify()
    assert (len(mails("olga")), pending("olga")) == (1, 0)


def test_a_lost_role_drops_what_waits(olga: auth.Organiser, clock: FixedClock) -> None:
    hear(clock, MemberDrafted(member_id="lid"))
    auth.save_organiser(auth.Organiser("olga", olga.email, "Olga", {"documents": "owner"}))
    consumers.notify()
    assert (mails("olga"), pending("olga")) == ([], 0)


def test_quiet_hours_keep_everything_until_they_end(
    olga: auth.Organiser, clock: FixedClock
) -> None:
    choose("olga", quiet_from=time(11), quiet_until=time(12))  # it is 11:30 in Amsterdam
    hear(clock, MemberDrafted(member_id="lid"))
    consumers.notify()
    assert mails("olga") == []
    clock.advance(timedelta(minutes=30))
    consumers.notify()
    assert len(mails("olga")) == 1


@pytest.mark.parametrize(
    ("now", "quiet"),
    [
        (datetime(2027, 3, 27, 21, 30, tzinfo=UTC), True),  # 22:30
        (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), True),  # 01:30, the clock is about to jump
        (datetime(2027, 3, 28, 5, 1, tzinfo=UTC), False),  # 07:01, an hour less of sleep
        (datetime(2027, 10, 31, 5, 59, tzinfo=UTC), True),  # 06:59, an hour more
        (datetime(2027, 10, 31, 6, 0, tzinfo=UTC), False),
    ],
)
def test_quiet_hours_follow_the_wall_clock(now: datetime, quiet: bool) -> None:  # noqa: FBT001 - a case
    assert Preferences(quiet_from=time(22), quiet_until=time(7)).is_quiet(now) is quiet


@pytest.mark.parametrize(
    "day", [datetime(2027, 3, 27, tzinfo=UTC), datetime(2027, 10, 30, tzinfo=UTC)]
)
@pytest.mark.parametrize("at", [time(7, 30), time(2, 30), time(0)])
def test_there_is_one_digest_a_day_also_when_clocks_change(day: datetime, at: time) -> None:
    chosen = Preferences(digest_at=at)
    moments = {chosen.last_digest(day + timedelta(minutes=n)) for n in range(1440, 4320, 10)}
    assert len(moments) in (2, 3)
    assert all(found <= day + timedelta(minutes=4320) for found in moments)


def test_one_recipients_failure_keeps_nothing_from_the_others(
    olga: auth.Organiser, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    organiser("anna", directory="owner")
    hear(clock, MemberDrafted(member_id="lid"))
    send = notice_mails.send

    def fail(recipient: Any, bundle: Any) -> None:
        if recipient.id == "anna":
            raise RuntimeError
        send(recipient, bundle)

    monkeypatch.setattr(notice_mails, "send", fail)
    found = consumers.notify()
    assert (found["sent"], found["unsent"]) == (1, 1)
    monkeypatch.undo()


def test_a_kind_of_a_newer_version_waits_for_it(olga: auth.Organiser, clock: FixedClock) -> None:
    item = NoticeItem("NOTICE#olga", f"registration/x#from_2031#{new_id(clock)}")
    item.item, item.at = "x", clock.now()
    item.save()
    consumers.notify()
    assert pending("olga") == 1


def test_more_recipients_than_a_transaction_takes(clock: FixedClock) -> None:
    names = [f"organiser-{number}" for number in range(120)]
    for name in names:
        organiser(name, directory="reader")
    body = encode(occurred(MemberDrafted(member_id="lid"), clock))
    deliver(body)
    assert {pending(name) for name in names} == {1}
    found = next(repository.groups(names[0]))
    repository.remove(names[0], found.group, [found.id])
    assert deliver(body) == {"batchItemFailures": []}
    assert pending(names[0]) == 0, "it was sent, and does not come back"


def test_owners_hear_once_of_a_queue_with_failures(olga: auth.Organiser, clock: FixedClock) -> None:
    organiser("anna", directory="owner")
    sqs = boto3.client("sqs")
    stuck = sqs.get_queue_url(QueueName="plekken-test-documents-mail-dlq")["QueueUrl"]
    sqs.send_message(QueueUrl=stuck, MessageBody="{}")
    for _ in range(4):
        consumers.notify()
        clock.advance(failures.OFTEN)
    [mail] = mails("olga")
    assert "documents-mail" in mail.raw_data
    assert mails("anna") == []
    sqs.purge_queue(QueueUrl=stuck)
    consumers.notify()
    assert repository.troubles().keys() == {repository.LOOKED}


def test_queues_are_looked_at_every_ten_minutes(
    olga: auth.Organiser, clock: FixedClock, listen: Callable[..., None]
) -> None:
    asked: list[str] = []
    listen("sqs", "before-call.sqs.GetQueueAttributes", lambda **_: asked.append("asked"))
    for _ in range(10):
        consumers.notify()
        clock.advance(timedelta(minutes=1))
    assert len(asked) == len(QUEUES)
