"""The registration service as it is deployed, in virtual time, with a crowd in front of it."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from chalicelib.registration import consumers, routes, usecases
from chalicelib.registration.repository import Repository
from infra.paths import ROOT
from shared import observability, outbox, proof
from shared.clock import SystemClock
from tests.apps import app_module
from tests.proofs.calls import observed
from tests.proofs.capacity.cloud import Cloud, Environment, Function
from tests.proofs.capacity.crowd import EVENT, Crowd
from tests.proofs.capacity.dynamodb import NEW_TABLE, Limits
from tests.proofs.capacity.queues import Message, Queue, Stream
from tests.proofs.capacity.virtual_time import Simulation, TimedOut, virtual
from tests.proofs.interleaving.account import Account
from tests.proofs.seats.invariants import Table, read
from tests.registration_support import congress

RESOURCES = ROOT / "services" / "registration" / "resources.yaml"
SEATS = 400
SESSIONS = {"a1": 60, "a2": 60, "b1": 200}
SWEEP_EVERY = 60.0
WARMED = 12  # partitions: the WarmThroughput of resources.yaml with warm_writes: 12000
WELL_WARMED = 24  # with warm_writes: 24000


@dataclass(frozen=True)
class Profile:
    """How many people come in how many seconds."""

    name: str
    people: int
    seconds: float

    def moments(self, seed: int) -> list[float]:
        """When each of them presses."""
        chance = random.Random(seed)
        return sorted(chance.uniform(0, self.seconds) for _ in range(self.people))


class Scene:
    """All functions and queues around one table."""

    def __init__(
        self, seed: int, name: str, partitions: int = NEW_TABLE, concurrency: int = 1000
    ) -> None:
        # The name keeps the tokens of different scenes apart: the table knows them for minutes.
        self.simulation = Simulation(f"{seed} {name}")
        self.clock = SystemClock()
        self.limits = Limits(partitions)
        self.cloud = Cloud(self.simulation, self.limits, lambda: Repository(self.clock))
        self.cloud.concurrency = concurrency
        functions = _functions()
        self.api = functions["APIHandler"]
        inbox, mail = _source("Inbox"), _source("Mail")
        self.inbox = Queue(
            self.cloud, functions["Inbox"], consumers.inbox,
            batch=inbox.get("BatchSize", 10), window=inbox.get("MaximumBatchingWindowInSeconds", 0),
            concurrency=inbox["ScalingConfig"]["MaximumConcurrency"],
        )  # fmt: skip
        self.mail = Queue(
            self.cloud, functions["Mail"], consumers.mail,
            batch=mail.get("BatchSize", 10),
            concurrency=mail["ScalingConfig"]["MaximumConcurrency"],
        )  # fmt: skip
        relay = _source("Relay")
        self.stream = Stream(
            self.cloud, functions["Relay"], consumers.relay, batch=relay.get("BatchSize", 25)
        )
        self.sweep_function = functions["Sweep"]
        self.cloud.on_stream = self.stream.put
        self.cloud.deliver = self._deliver
        self.crowd = Crowd(self.cloud, _app(), self.api, self._registration_of)
        self.said: Counter[str] = Counter()
        self.resent = 0
        self.failed_sweeps = 0
        self._sweeping = True

    @contextmanager
    def set_up(self) -> Iterator[None]:
        """A congress that is open, and our code in virtual time."""
        with virtual(self.simulation), pytest.MonkeyPatch.context() as patch:
            patch.setattr(routes, "repository", self._repository)
            patch.setattr(consumers, "_repository", self._repository)
            # Checking a puzzle is computing alone, which is a figure of the model here.
            patch.setattr(proof, "solution_id", lambda payload, _: payload)
            patch.setattr(observability, "_write", self._note)
            usecases.define_event(Repository(self.clock), self.clock, definition=_congress())
            for shard in outbox.SHARDS:  # nobody needs to hear of the congress itself
                for item in consumers.Outbox.query(shard):
                    item.delete()
            with observed(self.cloud):
                yield

    def run(self, profile: Profile, seed: int, *, mails: bool = False) -> None:
        """Let everybody come, and go on until all is quiet."""
        self.mail.open = mails
        self.crowd.come(profile.moments(seed), list(SESSIONS), seed)
        self.simulation.at(SWEEP_EVERY, self._start_sweep)
        self.simulation.run(profile.seconds + 1)
        self.simulation.run(7200, lambda: self._is_quiet(mails=mails))
        self._sweeping = False

    def rest(self) -> None:
        """Two more rounds of the sweeper, for what crashes and give-backs left."""
        self._sweeping = True
        end = self.simulation.now + 4 * SWEEP_EVERY
        self.simulation.after(0, self._start_sweep)
        self.simulation.run(end)

    def table(self) -> Table:
        """The congress as it is, with every event that was published, once."""
        found = read(Account(["REGISTRATION_TABLE"]).read())
        for event in self.cloud.published.values():
            name = event["type"].removeprefix("nl.plekken.registration.").removesuffix(".v1")
            data = event["data"]
            found.events[name, data.get("registration_id", ""), data.get("pool", "")] += 1
        return found

    def mail_text(self) -> str:
        """The line of figures about mails."""
        sent = self.cloud.mails
        pace = (len(sent) - 1) / (sent[-1] - sent[0])
        return (
            f"{len(sent)} sent at {pace:.1f} a second, {self.cloud.mails_refused} refused by SES, "
            f"{len(self.mail.dead)} dead letters; 10,000 take {10_000 / pace / 60:.0f} minutes"
        )

    def _is_quiet(self, *, mails: bool) -> bool:
        answered = all(one.answers and one.answers[-1][1] == 201 for one in self.crowd.people)
        quiet = self.inbox.empty and self.stream.is_idle and (self.mail.empty or not mails)
        return answered and quiet

    def _start_sweep(self) -> None:
        def work(_: Any) -> None:
            self.resent += consumers.sweep()["resent"]

        def perform() -> None:
            try:
                self.cloud.invoke(self.sweep_function, work)
            except (Exception, TimedOut):  # noqa: BLE001 - the next minute's sweep tries again
                self.failed_sweeps += 1

        if self._sweeping:
            self.simulation.start(perform)
            self.simulation.after(SWEEP_EVERY, self._start_sweep)

    def _deliver(self, body: str) -> None:
        kind = json.loads(body)["type"]
        for logical, queue in (("Inbox", self.inbox), ("Mail", self.mail)):
            if kind in _resource(f"{logical}Subscription")["Properties"]["FilterPolicy"]["type"]:
                queue.put(Message(body))

    def _repository(self) -> Repository:
        task = self.simulation.task
        assert task is not None
        assert isinstance(task.place, Environment)
        found = task.place.memory
        assert isinstance(found, Repository)
        return found

    def _registration_of(self, event: str, email: str) -> str | None:
        """Looked up beside the simulation: the mail would bring the link."""
        with self.simulation.outside():
            return Repository(self.clock).registrations.holder(event, email)

    def _note(self, line: dict[str, Any]) -> None:
        self.said[str(line.get("happened", ""))] += 1


@cache
def _app() -> Callable[..., dict[str, Any]]:
    app: Callable[..., dict[str, Any]] = app_module("registration").app
    return app


def _congress() -> dict[str, Any]:
    rounds = [
        {
            "id": id_,
            "title": {"nl": id_},
            "starts": f"2027-09-17 {starts}",
            "ends": f"2027-09-17 {ends}",
            "sessions": [
                {"id": one, "title": {"nl": one}, "capacity": seats}
                for one, seats in SESSIONS.items()
                if one.startswith(id_)
            ],
        }
        for id_, starts, ends in (("a", "11:00", "12:00"), ("b", "13:00", "14:00"))
    ]
    return congress(id=EVENT, capacity=SEATS, rounds=rounds)


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms as the plain values behind them."""


_Loader.add_multi_constructor("!", lambda loader, _, node: str(node.value))
_template: dict[Path, dict[str, Any]] = {}


def _resource(name: str) -> dict[str, Any]:
    """A resource as the template has it."""
    if RESOURCES not in _template:
        _template[RESOURCES] = yaml.load(RESOURCES.read_text(), _Loader)
    found: dict[str, Any] = _template[RESOURCES]["Resources"][name]
    return found


def _functions() -> dict[str, Function]:
    found = {}
    for name in ("APIHandler", "Relay", "Inbox", "Mail", "Sweep"):
        properties = _resource(name)["Properties"]
        found[name] = Function(name, properties["MemorySize"], properties["Timeout"])
    return found


def _source(name: str) -> dict[str, Any]:
    (source,) = _resource(name)["Properties"]["Events"].values()
    found: dict[str, Any] = source["Properties"]
    return found
