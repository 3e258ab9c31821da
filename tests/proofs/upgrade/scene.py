"""Somebody and something in every place that a backup has, and what happens to them later."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from tests.flows import steps
from tests.flows.browser import Browser
from tests.flows.steps import Person
from tests.flows.tools import SCHEDULED, Backstage, Mailbox, wait_for


@dataclass
class People:
    """Who is there when the backup is made."""

    member: Person
    leaver: Person  # cancels later
    waiting: Person
    withdrawn: Person  # leaves the guide later
    erased: Person  # is forgotten later


@dataclass
class Scene:
    """What stood there when the backup was made."""

    congress: str
    other_congress: str
    people: People
    links: dict[str, str]  # from mails
    files: dict[str, bytes]  # what was published, by document
    taken_down: str  # one of these, later
    arriving: str  # an upload that nobody has looked into


@dataclass
class Director:
    """Fills a platform over HTTP alone."""

    platform: Any
    load_congress: Callable[..., str]
    staff: Any
    mailbox: Mailbox
    backstage: Backstage

    def fill(self) -> Scene:
        """Everything but the arriving upload has come to rest afterwards."""
        visitor, partner = Browser(self.platform.origin), Browser(self.platform.origin)
        congress, other = self.load_congress(3, sessions={"soep": 2}), self.load_congress(5)
        people = People(
            steps.wishing(),
            steps.somebody("Gaat", lunch="zonder noten"),
            steps.somebody("Wacht"),
            steps.wishing(),
            steps.wishing(),
        )
        links: dict[str, str] = {}
        for name in ("member", "withdrawn"):
            person = getattr(people, name)
            links[name], links[f"{name} uploads"] = steps.invite(
                visitor, self.staff.browser, self.mailbox, congress, person, self.staff.email
            )
        for name, subject in (("leaver", "Je bent aangemeld"), ("waiting", "wachtlijst")):
            person = getattr(people, name)
            steps.register(visitor, congress, person)
            links[name] = self._manage_link(person, subject)
        steps.register(visitor, other, people.erased)
        links["erased"] = self._manage_link(people.erased, "Je bent aangemeld")
        steps.open_invitation(partner, links["member uploads"])
        files = dict(self._publish(partner) for _ in range(2))
        self.backstage.wait_until_quiet()
        return Scene(congress, other, people, links, files, max(files), "")

    def _manage_link(self, person: Person, subject: str) -> str:
        return self.mailbox.wait(person.email, subject).link("/congres/aanmelding?")

    def _publish(self, partner: Browser) -> tuple[str, bytes]:
        title = f"Plan {uuid4().hex}"
        data = steps.small_pdf(title)
        document = steps.upload(partner, data, title)
        wait_for("inspection", lambda: self.state_of(document) == "inspected")
        steps.publish(self.staff.browser, document)
        return document, data

    def upload(self, scene: Scene) -> str:
        """Send a file that is not looked into yet, when inspection is paused."""
        partner = Browser(self.platform.origin)
        steps.open_invitation(partner, scene.links["member uploads"])
        return steps.upload(partner, steps.small_pdf("Onderweg"), f"Onderweg {uuid4().hex}")

    def state_of(self, document: str) -> str:
        """Where a document is on its way."""
        found = self.backstage.items("documents", f"DOCUMENT#{document}")
        return str(found[0]["state"]) if found else ""

    def erase(self, scene: Scene) -> None:
        """Cancel, withdraw, take down and forget; and publish one thing more."""
        visitor, desk = Browser(self.platform.origin), self.staff.browser
        steps.cancel(visitor, scene.links["leaver"])
        entry = steps.draft_of(desk, scene.people.withdrawn.fields["initiatief"])
        page = desk.get(entry).expect(200)
        desk.follow(desk.submit(page, "/intrekken")).expect(200)
        path = f"/documenten/beheer/{scene.taken_down}"
        desk.submit(desk.get(path).expect(200), "/intrekken", reden="Oud.").expect(303)
        self._let_time_pass(scene.other_congress)
        self.backstage.invoke("registration-nightly", SCHEDULED)
        partner = Browser(self.platform.origin)
        steps.open_invitation(partner, scene.links["member uploads"])
        self._publish(partner)
        self.backstage.wait_until_quiet()

    def _let_time_pass(self, event: str) -> None:
        """Put the congress in the past, and with it the day when its people must be forgotten."""
        client, table = self.backstage.client("dynamodb"), self.backstage.table("registration")
        place = {"TableName": table, "Key": {"pk": {"S": f"EVENT#{event}"}, "sk": {"S": "EVENT"}}}
        stored = client.get_item(**place, ConsistentRead=True)["Item"]
        definition = json.loads(stored["definition"]["S"])
        definition |= {"starts_at": "2020-01-01T08:00:00Z", "ends_at": "2020-01-01T15:00:00Z"}
        client.update_item(
            **place,
            UpdateExpression="SET #definition = :past",
            ExpressionAttributeNames={"#definition": "definition"},
            ExpressionAttributeValues={":past": {"S": json.dumps(definition)}},
        )
