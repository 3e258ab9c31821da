"""What the pieces of work need: people, things to work on, and events that nobody has seen."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import msgspec

from shared.clock import FixedClock, SystemClock
from shared.events import Data, encode, occurred
from shared.outbox import SHARDS
from tests.flows import partners, steps
from tests.flows.browser import Browser
from tests.flows.tools import SCHEDULED, Backstage, Item, Mailbox, wait_for

Work = Callable[[], object]
LONG_AGO = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass
class Office:
    """Everybody and everything that the work needs."""

    platform: Any
    staff: Any  # tests.flows.conftest.Staff
    mailbox: Mailbox
    backstage: Backstage
    load_congress: Callable[..., str]
    prepared: dict[str, Any] = field(default_factory=dict)

    def browser(self) -> Browser:
        return Browser(self.platform.origin)

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """What `make` made the first time since it was last spent."""
        if name not in self.prepared:
            self.prepared[name] = make()
        return self.prepared[name]

    def spend(self, name: str) -> None:
        """The next piece of work needs a fresh one."""
        self.prepared.pop(name, None)

    # things to work on

    def congress(self) -> str:
        return str(self.once("congress", lambda: self.load_congress(5000)))

    def registered(self, event: str, person: steps.Person | None = None) -> str:
        """The id of a new registration."""
        person = person or steps.somebody()
        steps.register(self.browser(), event, person)
        mine = self.find("registration", "REGISTRATION#", email=person.email, event=event)
        return str(mine["pk"].removeprefix("REGISTRATION#"))

    def partner(self) -> Browser:
        """A browser with a new invitation; each partner may send a limited number of files."""
        browser = self.browser()
        steps.open_invitation(browser, partners.invite(self.platform, self.mailbox))
        return browser

    def inspected(self) -> str:
        """A document that waits for a person."""
        title = f"Plan {uuid4().hex[:10]}"
        document = steps.upload(self.once("partner", self.partner), steps.small_pdf(title), title)

        def look() -> bool:
            return self.find("documents", f"DOCUMENT#{document}")["state"] == "inspected"

        wait_for("inspection", look)
        return document

    def published(self) -> str:
        document = self.inspected()
        steps.publish(self.staff.browser, document)
        return document

    def find(self, service: str, prefix: str, **wanted: str) -> Item:
        [found] = [
            item
            for item in self.backstage.items(service, prefix)
            if all(item.get(name) == value for name, value in wanted.items())
        ]
        return found

    # what happens to functions

    def handle(self, function: str, data: Data, *, version: int = 1) -> str:
        """Give a consumer an event that it has never seen; answers the event."""
        event = encode(occurred(data, SystemClock(), version=version))
        self.take(function, event)
        return event

    def take(self, function: str, *events: str) -> None:
        assert self.backstage.run(function, *events) == [], f"{function} failed"

    def on_schedule(self, function: str) -> None:
        assert self.backstage.succeeds(function, SCHEDULED), f"{function} failed"

    def put_handover(self, key: str, payload: msgspec.Struct) -> None:
        self.client("s3").put_object(
            Bucket=self.platform.values["HandoverBucket"],
            Key=key,
            Body=msgspec.json.encode(payload),
        )

    def there(self, bucket: str, key: str) -> bool:
        """Whether an object is there."""
        found = self.client("s3").list_objects_v2(Bucket=self.platform.values[bucket], Prefix=key)
        return bool(found.get("Contents"))

    def shown(self, service: str) -> str:
        """What the service tells the desk; "" before the first time."""
        return self._fragment(f"{service}/desk.json")

    def library(self) -> str:
        """What the library tells those who name its documents; "" before the first time."""
        return self._fragment("documents/published.json")

    def _fragment(self, name: str) -> str:
        bucket, key = self.platform.values["WebBucket"], f"fragments/{name}"
        if not self.there("WebBucket", key):
            return ""
        text: str = self.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()
        return text

    def client(self, name: str) -> Any:
        return self.backstage.client(name)

    def change(self, service: str, item: Item, **values: str) -> None:
        """Write attributes of an item, all of them texts."""
        self.client("dynamodb").update_item(
            TableName=self.backstage.table(service),
            Key={name: {"S": item[name]} for name in ("pk", "sk")},
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in values),
            ExpressionAttributeNames={f"#{name}": name for name in values},
            ExpressionAttributeValues={f":{name}": {"S": value} for name, value in values.items()},
        )


def relaying(office: Office, service: str, data: Data) -> Sequence[Work]:
    """The relay publishes what the stream shows; the sweeper what the relay missed."""

    def relay() -> None:
        event = encode(occurred(data, SystemClock()))
        image = {
            "pk": {"S": SHARDS[0]},
            "sk": {"S": json.loads(event)["id"]},
            "event": {"S": event},
        }
        record = {"Keys": {"pk": image["pk"], "sk": image["sk"]}, "NewImage": image}
        dynamodb = {**record, "SequenceNumber": "1", "StreamViewType": "NEW_IMAGE"}
        records = {"Records": [{"eventID": "1", "eventName": "INSERT", "dynamodb": dynamodb}]}
        assert office.backstage.succeeds(f"{service}-relay", records), "the relay failed"

    return [relay]


def sweeping(office: Office, service: str, data: Data) -> Sequence[Work]:
    """The sweeper publishes what the relay missed."""

    def sweep() -> None:
        event = encode(occurred(data, FixedClock(LONG_AGO)))
        key = {"pk": {"S": SHARDS[1]}, "sk": {"S": json.loads(event)["id"]}}
        table = office.backstage.table(service)
        # The relay hears of it too, so it is paused while this runs (tests/proofs/privileges).
        office.client("dynamodb").put_item(TableName=table, Item={**key, "event": {"S": event}})
        try:
            office.on_schedule(f"{service}-sweep")
        finally:
            office.client("dynamodb").delete_item(TableName=table, Key=key)

    return [sweep]
