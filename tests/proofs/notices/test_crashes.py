"""A process that ends at any call of `notices` or `notify` loses no notice and doubles none.

One window is left, as for every mail (DESIGN §4): SES took it, and the ledger was not written.
"""

import contextlib
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.platform import consumers, notice_mails
from chalicelib.platform.models import NoticeItem
from shared import auth, aws, desk, runs, settings
from shared.clock import FixedClock
from shared.dead_letters import QUEUES
from shared.events import Data, encode, occurred
from shared.events.directory import MemberDrafted
from shared.events.documents import UploadInspected
from shared.events.registration import Registered
from tests.flows.tools import Mailbox
from tests.proofs.calls import Call, observed
from tests.proofs.conftest import Figures
from tests.proofs.embedded import embedded_aws
from tests.proofs.extent import extent
from tests.service.conftest import create_bucket, create_table

OLGA = "olga@example.org"
MORNING = timedelta(hours=22, minutes=1)
EVERY = extent(whole=1, bounded=12)  # of the points at which the process ends
WINDOW = "sesv2:SendEmail"


class Ended(BaseException):
    """The process ends: nothing of ours may catch it."""


@dataclass
class Killer:
    """Ends the process before or after its `at`-th call; counts the calls without a number."""

    at: int = 0
    after: bool = False
    calls: list[str] = field(default_factory=list)

    def before(self, call: Call) -> None:
        self.calls.append(str(call))
        if len(self.calls) == self.at and not self.after:
            raise Ended

    def after_call(self, _call: Call) -> None:
        if len(self.calls) == self.at and self.after:
            raise Ended


class Observer:
    """`tests.proofs.calls` wants these two names."""

    def __init__(self, killer: Killer) -> None:
        self.before, self.after = killer.before, killer.after_call


@dataclass
class World:
    """An organiser and a mailbox."""

    mailbox: Mailbox
    clock: FixedClock
    number: int = 0

    def events(self) -> list[str]:
        """Of every kind one that nobody has heard of; the first is told by ids of this round."""
        self.number += 1
        round_ = f"r{self.number}x"
        happened: list[Data] = [
            MemberDrafted(member_id=f"{round_}lid"),
            UploadInspected(document_id=f"{round_}document", verdict="clean"),
            Registered(registration_id=f"{round_}a", event=f"{round_}congres", state="seated"),
            Registered(registration_id=f"{round_}b", event=f"{round_}congres", state="waiting"),
        ]
        return [encode(occurred(data, self.clock)) for data in happened]

    def hear(self, bodies: list[str]) -> None:
        records = [{"messageId": str(n), "body": body} for n, body in enumerate(bodies)]
        assert consumers.hear({"Records": records}) == {"batchItemFailures": []}

    def notify(self) -> None:
        consumers.notify()

    def settle(self) -> None:
        """Days go by."""
        for _ in range(2):
            self.clock.advance(MORNING)  # longer than a claim of the ledger
            self.notify()

    def mailed(self) -> Counter[str]:
        """How often each thing of this round was mailed to Olga."""
        words = [word for mail in self.mailbox.to(OLGA) for word in mail.text.split()]
        origin = os.environ["ORIGIN"]
        round_ = f"r{self.number}x"
        return Counter(
            {
                what: words.count(f"{origin}{path}{round_}{end}")
                for what, path, end in (
                    ("application", "/leden/beheer/", "lid"),
                    ("upload", "/documenten/beheer/", "document"),
                    ("registration", "/congres/beheer/", "congres"),
                    ("waiting list", "/congres/beheer/", "congres?stand=waiting"),
                )
            }
        )

    def pending(self) -> int:
        return sum(1 for _ in NoticeItem.scan(NoticeItem.pk == "NOTICE#olga"))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The access table, the mail sender, the topic and the queues on the embedded AWS."""
    folder: Path = tmp_path_factory.mktemp("notices")
    clock = FixedClock(datetime(2027, 4, 14, 9, 30, tzinfo=UTC))
    services = ("dynamodb", "s3", "ses", "sns", "sqs")
    with embedded_aws(folder, *services), pytest.MonkeyPatch.context() as patch:
        create_table(os.environ["ACCESS_TABLE"])
        create_bucket(os.environ["WEB_BUCKET"])
        aws.client("sesv2").create_email_identity(EmailIdentity=os.environ["MAIL_FROM"])
        topic = aws.session().create_client("sns", region_name=aws.region())
        made = topic.create_topic(Name="plekken-test-organiser-notifications")
        patch.setenv("ORGANISER_TOPIC_ARN", made["TopicArn"])
        for name in QUEUES:
            sqs = aws.session().create_client("sqs", region_name=aws.region())
            sqs.create_queue(QueueName=f"plekken-test-{name}-dlq")
        for module in (consumers, notice_mails):
            patch.setattr(module, "clock", clock)
        patch.setenv("LOG_LEVEL", "ERROR")
        settings.forget()
        runs.forget()
        roles: dict[str, Any] = dict.fromkeys(auth.SERVICES, "owner")
        auth.save_organiser(auth.Organiser("olga", OLGA, "Olga", roles))
        desk.publish_part("registration", desk.DeskPart())
        yield World(Mailbox(folder / "mail"), clock)
    settings.forget()


def ended_at(point: int, work: Callable[[], None], *, after: bool) -> Killer:
    """Run the work until the process ends at this call, if it comes so far."""
    killer = Killer(point, after)
    with observed(Observer(killer)), contextlib.suppress(Ended):
        work()
    return killer


def count(work: Callable[[], None]) -> int:
    return len(ended_at(0, work, after=False).calls)


@pytest.mark.timeout(1800)
def test_a_crash_at_any_call_loses_no_notice_and_doubles_none(
    world: World, figures: Figures
) -> None:
    ends, twice, wrong = Counter[str](), 0, list[str]()
    bodies = world.events()
    hearing = count(lambda: world.hear(bodies))
    world.clock.advance(MORNING)
    mailing = count(world.notify)
    for function, calls in (("notices", hearing), ("notify", mailing)):
        for point in range(1, calls + 1, EVERY):
            for after in (False, True):
                killer = _crash(world, function, point, after=after)
                ends[function] += 1
                wrong_now, doubled = _verdict(world, killer, after=after)
                twice += doubled
                wrong += [f"{function} {point} {after}: {one}" for one in wrong_now]
    assert wrong == []
    figures(
        "notices",
        f"the process ended at {ends['notices']} points of notices and {ends['notify']} of notify: "
        f"none lost, none twice but {twice} in SES's own window",
    )


def _crash(world: World, function: str, point: int, *, after: bool) -> Killer:
    bodies = world.events()
    if function == "notices":
        killer = ended_at(point, lambda: world.hear(bodies), after=after)
        world.hear(bodies)  # SQS brings them again
    else:
        world.hear(bodies)
        world.clock.advance(MORNING)
        killer = ended_at(point, world.notify, after=after)
    world.settle()
    world.hear(bodies)  # and again, after they were mailed
    world.settle()
    return killer


def _verdict(world: World, killer: Killer, *, after: bool) -> tuple[list[str], int]:
    """What is wrong; how many things came twice because the process ended in SES's window."""
    found = world.mailed()
    wrong = [f"{what} {times} times" for what, times in found.items() if times not in (1, 2)]
    doubled = [what for what, times in found.items() if times == 2]
    last = killer.calls[-1] if killer.calls else ""
    before = killer.calls[-2] if len(killer.calls) > 1 else ""
    in_window = (last == WINDOW and after) or (before == WINDOW and not after)
    if doubled and not in_window:
        wrong.append(f"{doubled} twice")
    if left := world.pending():
        wrong.append(f"{left} notices left")
    return wrong, len(doubled)
