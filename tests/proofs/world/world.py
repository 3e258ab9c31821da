"""The whole platform in this process: the functions, what AWS does between them, and time.

`with world(folder) as made:` gives a `World`. People use it through `made.browser()` and
the steps of tests/flows. Nothing happens by itself: `pump` delivers, `sweep` and `nightly` run, and
`clock` moves.
"""

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest

from chalicelib.registration import usecases
from chalicelib.registration.repository import Repository
from infra.paths import SERVICES
from infra.redrive import redrive
from shared import aws, settings
from shared.access import OrganiserItem
from shared.clock import FixedClock
from tests.proofs.embedded import embedded_aws
from tests.proofs.world import cloud
from tests.proofs.world.browser import InProcessBrowser, signed_in
from tests.proofs.world.deliveries import Died, Lane, Manner, Platform, Queue, Stream
from tests.proofs.world.functions import Functions
from tests.proofs.world.state import Mails, Moment, Tables, Tap, depths, empty_queues

T = TypeVar("T")
Runner = Callable[[str, Callable[[], Any]], Any]
START = datetime(2027, 4, 14, 9, 30, tzinfo=UTC)
MINUTE = timedelta(seconds=61)  # a little more than any patience of the sweeper
MOST_ROUNDS = 12  # of the sweepers
SENT_BY_PERSON = 12  # how often somebody presses the button again
AWS_SERVICES = ("cloudformation", "dynamodb", "dynamodbstreams", "s3", "ses", "sns", "sqs")


def run_here(_function: str, work: Callable[[], T]) -> T:
    """Run a function in this process, undisturbed."""
    return work()


@dataclass
class World:
    """One platform. `runner` runs each call of a function: a proof may put its own there."""

    clock: FixedClock
    functions: Functions
    mailbox: Mails
    lanes: list[Lane]
    platform: Platform
    tables: Tables
    tap: Tap
    runner: Runner = run_here
    disturbed: bool = False  # since the last rest something died, failed or was given up
    attended: bool = False  # an operator redrives what lies in a dead-letter queue
    redriven: int = 0  # messages
    died: list[str] = field(default_factory=list)
    written: set[str] = field(default_factory=set)  # services whose stream may have news

    def __post_init__(self) -> None:
        self.platform.run = self.run

    # what AWS and time do

    def run(self, function: str, work: Callable[[], T]) -> T:
        """Run one call of a function such as "registration-mail"."""
        self.written.add(function.partition("-")[0])
        try:
            return self.runner(function, work)  # type: ignore[no-any-return]
        except Exception:
            self.disturbed = True
            self.died.append(function)
            raise

    def lane(self, function: str) -> Lane:
        """The queue or stream in front of a function such as "directory-inbox"."""
        [found] = [
            lane
            for lane in self.lanes
            if f"{lane.trigger.service}-{lane.trigger.function}" == function
        ]
        return found

    def pump(self, *, without: tuple[str, ...] = ()) -> None:
        """Deliver until nothing is on its way; the functions `without` stand still."""
        lanes = [
            lane
            for lane in self.lanes
            if f"{lane.trigger.service}-{lane.trigger.function}" not in without
        ]
        self.written.update(SERVICES)
        while self._collect(lanes):
            while ready := [lane for lane in lanes if lane.waiting]:
                self.platform.draw.choice(ready).deliver()
        self.disturbed |= self.platform.given_up > 0

    def _collect(self, lanes: list[Lane]) -> bool:
        """Fetch what has arrived, asking only where something can be."""
        queued, written = depths(visible=True), self.written
        self.written = set()
        for lane in lanes:
            trigger = lane.trigger
            if trigger.prefix:
                if trigger.service in written:
                    lane.collect()
            elif trigger.source.rpartition(f"-{cloud.STAGE}-")[2] in queued:
                lane.collect()
        return any(lane.waiting for lane in lanes)

    def sweep(self, *services: str) -> None:
        """A minute passes and the sweepers run; one that dies runs again a minute later."""
        for service in services or SERVICES:
            self.clock.advance(MINUTE)
            self._run_scheduled(service, "sweep")

    def nightly(self) -> None:
        """Every service's nightly work."""
        for service in SERVICES:
            self._run_scheduled(service, "nightly")

    def _run_scheduled(self, service: str, function: str) -> None:
        for _ in range(SENT_BY_PERSON):
            try:
                self.run(
                    f"{service}-{function}",
                    lambda: self.functions.run_scheduled(service, function),
                )
            except Exception:  # noqa: BLE001 - the next schedule tries again
                self.clock.advance(MINUTE)
            else:
                return

    def rest(self) -> None:
        """Let everything come to rest; after a disturbance that takes the sweepers."""
        self.pump()
        self.disturbed |= self.attended and any(name.endswith("-dlq") for name in depths())
        for _ in range(MOST_ROUNDS):
            if not self.disturbed:
                return
            self.disturbed, self.platform.given_up = False, 0
            for _ in range(2):  # a gap is noted first and buried a minute later
                self.sweep()
                self.pump()
            self.disturbed |= self.attended and self.redrive() > 0
        raise AssertionError("the platform does not come to rest")

    def redrive(self) -> int:
        """`make redrive` for every dead-letter queue; answers how many messages that moved."""
        there = SimpleNamespace(client=cloud.client, stage=SimpleNamespace(name=cloud.STAGE))
        dead = [name.removesuffix("-dlq") for name in depths() if name.endswith("-dlq")]
        moved = sum(redrive(there, name) for name in dead)
        self.redriven += moved
        return moved

    # starting over

    def moment(self) -> Moment:
        """How everything stands now, at rest, for `put_back`."""
        return self.tables.moment()

    def put_back(self, moment: Moment) -> None:
        """Make tables and clock as they were, and forget everything that happened since.

        Buckets keep what they hold: their keys are never used twice.
        """
        self.tables.put_back(moment)
        if depths():
            empty_queues()
        self.tap.take()
        for lane in self.lanes:
            if lane.trigger.prefix:
                lane.collect()
            lane.waiting.clear()
        self.disturbed, self.platform.given_up = False, 0
        self.died.clear()
        self.mailbox.empty()
        self.functions.start_cold()

    # what people do

    def browser(self) -> InProcessBrowser:
        """A browser that has never been here."""
        return InProcessBrowser(os.environ["ORIGIN"], self.request)

    def organiser(self, email: str = "organisator@example.org") -> InProcessBrowser:
        """The browser of an organiser of every service, signed in."""
        roles = dict.fromkeys(SERVICES, "owner")
        item = OrganiserItem("ORGANISERS", email, email=email, name="Organisator", roles=roles)
        item.save()
        return signed_in(self.browser(), item.sk)

    def request(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, Any], bytes]:
        """Ask, and ask again as a person does who sees an error or nothing at all."""
        from tests.proofs.world.functions import service_of

        for _ in range(SENT_BY_PERSON):
            try:
                answer: tuple[int, dict[str, Any], bytes] = self.run(
                    f"{service_of(path)}-api",
                    lambda: self.functions.request(method, path, headers, body),
                )
            except Died:
                answer = (502, {}, b"the function died")
            if answer[0] < 500:
                return answer
            self.disturbed = True
            self.clock.advance(timedelta(seconds=5))
            if self.platform.draw.random() < 0.5:
                self.pump()  # meanwhile the rest of the world goes on
        return answer

    def define(self, congress: dict[str, Any]) -> str:
        """Define a congress, as `make load` does; answers its id."""
        repository = Repository(self.clock)
        usecases.define_event(repository, self.clock, definition=congress)
        return str(congress["id"])


@contextmanager
def world(folder: Path, seed: int = 0, manner: Manner | None = None) -> Iterator[World]:
    """An empty platform on an embedded AWS of its own, until the block ends."""
    with embedded_aws(folder, *AWS_SERVICES) as endpoint, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", cloud.ACCOUNT)
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")  # the one that presigned addresses need here
        patch.setenv("UPLOAD_ORIGIN", "")
        patch.setenv("LIBRARY_ORIGIN", endpoint)
        patch.setenv("LIMIT_FACTOR", "1000")
        patch.setenv("LOG_LEVEL", "ERROR")
        patch.setattr("time.sleep", lambda _seconds: None)
        _forget()
        try:
            yield _make(folder, seed, manner or Manner(), patch)
        finally:
            _forget()


def _forget() -> None:
    cloud.client.cache_clear()
    settings.forget()
    aws.forget()


def _make(folder: Path, seed: int, manner: Manner, patch: pytest.MonkeyPatch) -> World:
    triggers = cloud.build()
    clock = FixedClock(START)
    functions = Functions(clock, patch)
    functions.start_cold()
    platform = Platform(functions, clock, run_here, random.Random(seed), manner)
    lanes: list[Lane] = [
        (Stream if trigger.prefix else Queue)(trigger, platform) for trigger in triggers
    ]
    return World(clock, functions, Mails(folder / "mail"), lanes, platform, Tables(clock), Tap())
