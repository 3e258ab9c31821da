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
    unsettled: set[str] = field(default_factory=set)  # services whose sweeper has work
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
        self.unsettled |= self.platform.given_up
        self.platform.given_up.clear()

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
        """Let everything come to rest: what a request or a relay left behind takes the sweeper."""
        self.pump()
        for _ in range(MOST_ROUNDS):
            moved = self.redrive() if self.attended else 0
            unsettled, self.unsettled = sorted(self.unsettled), set()
            if not unsettled and not moved:
                return
            for service in unsettled:
                self.sweep(service)
                self.sweep(service)  # a gap in a line is noted first and buried a minute later
            self.pump()
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
        self.unsettled.clear()
        self.platform.given_up.clear()
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

        service = service_of(path)
        for _ in range(SENT_BY_PERSON):
            try:
                answer: tuple[int, dict[str, Any], bytes] = self.run(
                    f"{service}-api",
                    lambda: self.functions.request(method, path, headers, body),
                )
            except Died:
                answer = (502, {}, b"the function died")
            if answer[0] < 500:
                if getattr(self.runner, "disturbed", False):
                    self.unsettled.add(service)  # AWS may have done what the service asked again
                return answer
            self.unsettled.add(service)
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
