"""People who use the platform while a part of it is out, and what each must have in the end."""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from infra import stage
from infra.cloud import Cloud
from infra.paths import SERVICES
from tests.flows import steps
from tests.proofs.world import cloud
from tests.proofs.world.cloud import client
from tests.proofs.world.state import depths
from tests.proofs.world.world import World

RELAYS = tuple(f"{service}-relay" for service in SERVICES)
SEATS = 1000


class Operator(Cloud):
    """The operator's connection to the world's AWS."""

    def client(self, service: str) -> Any:
        return client(service)


@dataclass
class Town:
    """`world` with one congress, and the people who came to it."""

    world: World
    event: str = ""
    people: list[steps.Person] = field(default_factory=list)
    moment: Any = None

    def prepare(self) -> None:
        self.event = self.world.define(steps.congress(SEATS))
        self.staff = self.world.organiser()
        self.world.rest()
        self.moment = self.world.moment()

    def start_over(self) -> None:
        self.world.put_back(self.moment)
        self.people.clear()

    @property
    def operator(self) -> Cloud:
        return Operator(stage.read(cloud.STAGE), None)

    # what people do

    def register(self, count: int, *, wishing: bool = False) -> None:
        for _ in range(count):
            person = steps.wishing() if wishing else steps.somebody()
            steps.register(self.world.browser(), self.event, person)
            self.people.append(person)

    # what is out

    def pump_without_relays(self) -> None:
        """Time passes without a relay; what its streams showed is past their 24 hours."""
        self.world.pump(without=RELAYS)
        for name in RELAYS:
            lane = self.world.lane(name)
            lane.collect()
            lane.waiting.clear()

    def wait(self, period: timedelta) -> None:
        self.world.clock.advance(period)

    def outbox(self) -> int:
        return sum(len(self.world.tables.find(service, "OUTBOX#")) for service in SERVICES)

    # in the end

    def settle(self) -> None:
        """Let everything come to rest, and the sweepers run a few times."""
        self.world.rest()
        for _ in range(2):
            self.world.sweep()
            self.world.pump()

    def lost(self, *, poison: int = 0) -> list[str]:
        """What lacks or is there twice; nothing, when all is well."""
        wrong = [f"{self.outbox()} events were never published"] if self.outbox() else []
        stuck = sum(depths().values())
        if stuck != poison:
            wrong.append(f"{depths()} wait")
        drafts = Counter(
            json.loads(one["member"]["S"])["profile"]["name"] for one in self.members()
        )
        for person in self.people:
            mails = Counter(
                mail.subject.partition(":")[0] for mail in self.world.mailbox.to(person.email)
            )
            if mails["Je bent aangemeld"] != 1 or max(mails.values()) > 1:
                wrong.append(f"{person.name} had {dict(mails)}")
            initiative = person.fields.get("initiatief")
            if initiative and drafts[initiative] != 1:
                wrong.append(f"{person.name} has {drafts[initiative]} drafts")
        noticed = [
            one["item"]["S"]
            for one in self.world.tables.find("access", "NOTICE#organisator@example.org")
            if one["sk"]["S"].startswith("registration/")
        ]
        if len(noticed) != len(self.people) or len(set(noticed)) != len(noticed):
            wrong.append(f"the organiser hears {len(noticed)} times of {len(self.people)} people")
        return wrong

    def members(self) -> list[dict[str, Any]]:
        found = self.world.tables.find("directory", "MEMBER#")
        return [one for one in found if "member" in one]


def queue_url(name: str) -> str:
    """The address of a queue such as "directory-inbox-dlq"."""
    return str(client("sqs").get_queue_url(QueueName=f"plekken-{cloud.STAGE}-{name}")["QueueUrl"])


def send(name: str, *texts: str) -> None:
    """Put messages in a queue."""
    for text in texts:
        client("sqs").send_message(QueueUrl=queue_url(name), MessageBody=text)


def bodies(name: str) -> list[str]:
    """Take every message out of a queue."""
    found = []
    url = queue_url(name)
    while messages := client("sqs").receive_message(QueueUrl=url).get("Messages"):
        for message in messages:
            found.append(message["Body"])
            client("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found
