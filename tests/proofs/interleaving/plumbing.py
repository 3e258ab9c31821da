"""Families of what services share: mail, sessions, limits, fragments and the outbox."""

import contextlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

from botocore.exceptions import ClientError

from chalicelib.registration.models import Ledger, Limit, Outbox
from shared import auth, aws, fragments, limits
from shared.access import NetworkItem, OrganiserItem, SessionItem
from shared.clock import FixedClock
from shared.errors import TooManyRequests
from shared.events import occurred
from shared.events.registration import Erased
from shared.mail import LEASE, InFlight, Mail, send_once
from shared.outbox import message
from shared.relay import relay
from shared.sweeper import PATIENCE, resend
from tests.proofs.interleaving.account import Account
from tests.proofs.interleaving.family import Family
from tests.proofs.interleaving.race import Ran, race

TABLE = Account(["REGISTRATION_TABLE"])


def _clock() -> FixedClock:
    return FixedClock(datetime(2027, 4, 14, 9, 30, tzinfo=UTC))


# Mail


@dataclass
class Letter:
    """One mail to one person, asked for by a message that may come any number of times."""

    clock: FixedClock = field(default_factory=_clock)
    late: bool = False  # somebody took a claim over after its lease

    def send(self, *, refused: bool = False) -> None:
        def compose() -> Mail:
            if refused:
                answer = {"Error": {}, "ResponseMetadata": {"HTTPStatusCode": 400}}
                raise ClientError(answer, "SendEmail")  # type: ignore[arg-type]
            return Mail("ada@example.org", "Aangemeld", "Dag.", "<p>Dag.</p>", "nl")

        # The queue delivers the message again: `_one_mail` does.
        with contextlib.suppress(InFlight, ClientError):
            send_once(Ledger, person="ada", reason="once", compose=compose, clock=self.clock)

    def send_late(self, *, refused: bool = False) -> None:
        self.late = True
        self.clock.advance(LEASE + timedelta(seconds=1))
        self.send(refused=refused)


def _one_mail(letter: Letter, ran: Ran) -> list[str]:
    """One mail, whatever is delivered again; one more after a crash or where a worker takes longer
    than its lease."""
    sent = sum(_sends(ran, index) for index in (0, 1))
    found = []
    if sent > 1 and not letter.late and not ran.crashed:
        found.append(f"{sent} mails")
    more = 0
    for _ in range(2):
        letter.clock.advance(LEASE + timedelta(seconds=1))
        more += _sends(race(letter.send), 0)
    if more != (0 if sent else 1) and not (ran.crashed and more <= 1):
        found.append(f"{more} mails more after {sent}")
    return found


def _sends(ran: Ran, index: int) -> int:
    return sum(str(call) == "sesv2:SendEmail" for call in ran.calls[index])


MAIL: Family[Letter] = Family(
    name="a mail",
    account=TABLE,
    states={"to be sent": Letter},
    operations={
        "send": lambda letter, _: letter.send(),
        "send, refused": lambda letter, _: letter.send(refused=True),
        "send after the lease": lambda letter, _: letter.send_late(),
        "send after the lease, refused": lambda letter, _: letter.send_late(refused=True),
    },
    check=_one_mail,
)


# A session of an organiser


@dataclass
class Desk:
    """Somebody who is signed in."""

    clock: FixedClock = field(default_factory=_clock)
    session: auth.Session | None = None
    ended: bool = False
    used_after: bool = False

    def use(self) -> None:
        ended = self.ended
        self.used_after |= auth.session_of("token", self.clock) is not None and ended

    def sign_out(self) -> None:
        if self.session:
            auth.sign_out(self.session)
            self.ended = True


def _signed_in() -> Desk:
    desk = Desk()
    OrganiserItem("ORGANISERS", "o", email="o@example.org", name="O", roles={}).save()
    now = desk.clock.now()
    SessionItem(
        f"SESSION#{auth.hash_of('token')}",
        "SESSION",
        organiser_id="o",
        started_at=now,
        expires_at=now + auth.SESSION_LIFE,
    ).save()
    desk.session = auth.session_of("token", desk.clock)
    return desk


def _ended(desk: Desk, _: Ran) -> list[str]:
    desk.use()
    return ["a session that was ended is used"] if desk.used_after else []


SESSION: Family[Desk] = Family(
    name="a session",
    account=Account(["ACCESS_TABLE"]),
    states={"signed in": _signed_in},
    operations={
        "sign out": lambda desk, _: desk.sign_out(),
        "use": lambda desk, _: desk.use(),
    },
    check=_ended,
)


# A limit


@dataclass
class Counter:
    """Somebody who may do a thing twice, and did it once."""

    clock: FixedClock = field(default_factory=_clock)
    times: int = 0

    def spend(self) -> None:
        twice = limits.Limit("proof", most=2, per=timedelta(hours=1))
        try:
            limits.spend(Limit, twice, "visitor", self.clock)
        except TooManyRequests:
            return
        self.times += 1


def _one_left() -> Counter:
    counter = Counter()
    counter.spend()
    return counter


LIMIT: Family[Counter] = Family(
    name="a limit",
    account=TABLE,
    states={"one left": _one_left},
    operations={"spend": lambda counter, _: counter.spend()},
    check=lambda counter, _: [] if counter.times <= 2 else [f"{counter.times} times of 2"],
)


# What a service publishes for the front page


@dataclass
class Front:
    """A figure, and the fragment that shows it."""

    def change(self, figure: int) -> None:
        NetworkItem("FIGURE", "FIGURE", settings={"figure": figure}).save()
        self.publish()

    def publish(self) -> None:
        fragments.publish_current(_figure, _show)


def _figure() -> str:
    return str(NetworkItem.get("FIGURE", "FIGURE", consistent_read=True).settings["figure"])


def _show(figure: str) -> None:
    for language in fragments.LANGUAGES:
        fragments.publish("directory", "front", language, figure)


def _front() -> Front:
    front = Front()
    front.change(0)
    return front


def _newest(_: Front, ran: Ran) -> list[str]:
    shown = {fragments.read("directory", "front", language) for language in fragments.LANGUAGES}
    return [] if shown == {_figure()} else [f"{sorted(shown)} is shown, {_figure()} is true"]


FRAGMENT: Family[Front] = Family(
    name="a fragment",
    account=Account(["ACCESS_TABLE"], ["WEB_BUCKET"]),
    states={"shown": _front},
    operations={
        "change": lambda front, index: front.change(index + 1),
        "publish": lambda front, _: front.publish(),
    },
    check=_newest,
    again=frozenset({"change", "publish"}),
)


# The outbox


@dataclass
class Post:
    """Three events that wait, long enough for the sweeper to look."""

    topic: str
    clock: FixedClock = field(default_factory=_clock)
    ids: list[str] = field(default_factory=list)
    records: list[dict[str, object]] = field(default_factory=list)

    def relay(self) -> None:
        """The stream shows the items as they were written, whatever became of them."""
        relay({"Records": self.records}, Outbox, self.topic)

    def sweep(self) -> None:
        resend(Outbox, self.topic, self.clock)


def _waiting() -> Post:
    post = Post(aws.client("sns").create_topic(Name="proof-events")["TopicArn"])
    for number in range(3):
        event = occurred(Erased(registration_id=f"r{number}"), post.clock)
        item = message(Outbox, event)
        item.save()
        post.ids.append(event.id)
        image = {"SequenceNumber": str(number), "NewImage": item.to_dynamodb_dict()}
        post.records.append({"eventName": "INSERT", "dynamodb": image})
    post.clock.advance(PATIENCE * 2)
    return post


def _published(post: Post, ran: Ran) -> list[str]:
    calls = [*ran.calls[0], *ran.calls[1], *race(post.sweep).calls[0]]
    told = {
        json.loads(text)["id"]
        for call in calls
        if str(call) == "sns:PublishBatch" and call.request
        for name, (text, *_) in parse_qs(_text(call.request.body)).items()
        if name.endswith(".Message")
    }
    found = [f"{id_} was never published" for id_ in post.ids if id_ not in told]
    if TABLE.read().of("OUTBOX#"):
        found.append("something is left in the outbox")
    return found


def _text(body: bytes | str) -> str:
    return body.decode() if isinstance(body, bytes) else body


OUTBOX: Family[Post] = Family(
    name="the outbox",
    account=TABLE,
    states={"three wait": _waiting},
    operations={
        "relay": lambda post, _: post.relay(),
        "sweep": lambda post, _: post.sweep(),
    },
    check=_published,
    again=frozenset({"relay", "sweep"}),
)
