"""Families of the documents service: a partner, an upload that is announced, and a document."""

import hashlib
import os
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from chalicelib.documents import usecases
from chalicelib.documents.domain import UNPUBLISHED_KEPT, Scan, Wish, quarantine_key
from chalicelib.documents.models import SeenItem
from chalicelib.documents.repository import Repository
from chalicelib.documents.storage import Missing, Storage
from shared import aws, handover
from shared.clock import FixedClock
from shared.errors import PlekkenError
from shared.events import Event, occurred
from shared.events.directory import ContactShared, MemberWithdrawn
from shared.handovers import ContactHandover
from shared.inbox import Once
from tests.proofs.interleaving.account import Account, Contents
from tests.proofs.interleaving.deliveries import Queue
from tests.proofs.interleaving.family import Family
from tests.proofs.interleaving.race import Ran

MEMBER = "member-1"
TEXT = b"Samen tuinieren.\n"
CONTACT, CORRECTION, WITHDRAWAL = range(2, 5)  # versions of the member that events tell of
TOLD = {  # by state: what was told, each once
    "announced": set(),
    "received": set(),
    "inspected": {"upload_inspected"},
    "published": {"upload_inspected", "document_published"},
    "declined": {"upload_inspected", "document_declined"},
    "withdrawn": {"upload_inspected", "document_published", "document_withdrawn"},
}  # fmt: skip


def storage() -> Storage:
    """The two buckets."""
    return Storage(os.environ["QUARANTINE_BUCKET"], os.environ["LIBRARY_BUCKET"])


def clean(_path: Path, _document: object) -> Scan:
    """A scanner that finds nothing."""
    return Scan.CLEAN


@cache
def files() -> Path:
    """Where the operator's file is."""
    folder = Path(tempfile.mkdtemp())
    (folder / "tuin.txt").write_bytes(TEXT)
    return folder


@dataclass
class World:
    """A member of the guide, and what they send."""

    clock: FixedClock
    queue: Queue
    events: dict[int, Event] = field(default_factory=dict)  # by the version they tell of
    document: str = ""
    missing: int = 0  # deliveries that found no file
    answers: list[tuple[str, str]] = field(default_factory=list)
    revoked: bool = False
    opened_after: bool = False

    # Partners

    def contact_arrives(self, version: int) -> None:
        def welcome(event: Event, once: Once) -> None:
            assert isinstance(event.data, ContactShared)
            usecases.welcome_partner(Repository(), self.clock, event, event.data, once)

        if self.queue.deliver(self.events[version], welcome) and version == CORRECTION:
            self.revoked = True

    def withdrawal_arrives(self) -> None:
        def part(event: Event, once: Once) -> None:
            assert isinstance(event.data, MemberWithdrawn)
            usecases.part_with_member(Repository(), self.clock, event, event.data, once)

        if self.queue.deliver(self.events[WITHDRAWAL], part):
            self.revoked = True

    def open_link(self) -> None:
        """Use the link of the first invitation."""
        partner = Repository().partner(MEMBER)
        revoked = self.revoked
        if partner:
            usecases.open_invitation(Repository(), self.clock, partner.invitation_id, 1)
            self.opened_after |= revoked

    # Uploads

    def announce(self, words: str, *, key: str) -> None:
        """A request with an idempotency key; its answer is kept."""
        try:
            answer = self.announced(words, key=key)
        except PlekkenError as refusal:
            answer = refusal.code
        self.answers.append((words, answer))

    def announced(self, words: str, *, key: str | None = None) -> str:
        partner = Repository().partner(MEMBER)
        invitation = Repository().invitation(partner.invitation_id) if partner else None
        assert invitation is not None
        wish = Wish(
            title=words,
            category="ideeen",
            description="",
            consent=True,
            file_name="tuin.txt",
            content_type="text/plain",
            size=len(TEXT),
            sha256=hashlib.sha256(TEXT).hexdigest(),
        )
        return usecases.announce_upload(
            Repository(), storage(), self.clock, invitation=invitation, wish=wish, key=key
        ).id

    def send(self) -> None:
        """The bytes go straight to quarantine."""
        aws.client("s3").put_object(
            Bucket=os.environ["QUARANTINE_BUCKET"], Key=quarantine_key(self.document), Body=TEXT
        )

    # A document

    def arrive(self) -> None:
        """S3 tells of the file: look into it."""
        document = self._received()
        if document is not None:
            try:
                usecases.examine_upload(Repository(), storage(), self.clock, clean, document)
            except Missing:
                self.missing += 1  # the message comes again: `check` does

    def give_up(self) -> None:
        document = self._received()
        if document is not None:
            usecases.give_up_on_upload(Repository(), self.clock, document)

    def _received(self) -> Any:
        arrival = usecases.Arrival(self.document, None)
        return usecases.receive_upload(Repository(), self.clock, arrival)

    def complete(self) -> None:
        document = Repository().document(self.document, self.clock.now())
        if document is not None:
            usecases.complete_upload(Repository(), storage(), self.clock, document)

    def publish(self) -> None:
        usecases.publish_document(
            Repository(), self.clock, self.document, decided_by="o", seen_by_person=True
        )

    def decline(self) -> None:
        usecases.decline_document(
            Repository(), self.clock, self.document, decided_by="o", reason="Te kort."
        )

    def withdraw(self) -> None:
        usecases.withdraw_document(
            Repository(), self.clock, self.document, decided_by="o", reason="Op verzoek."
        )

    def remove_expired(self) -> None:
        """The nightly job, two seconds later on its own clock."""
        later = FixedClock(self.clock.now() + timedelta(seconds=2))
        usecases.remove_expired(Repository(), storage(), later)

    def load(self) -> None:
        entry = {"id": "tuin", "title": "Tuin", "category": "ideeen", "file": "tuin.txt"}
        usecases.load_documents(
            Repository(), self.clock, storage(), documents=[entry], base_dir=files()
        )


# States


def unknown() -> World:
    """A member of whom three events are under way."""
    clock = FixedClock(datetime(2027, 4, 14, 9, 30, tzinfo=UTC))
    world = World(clock, Queue("documents", SeenItem, clock))
    for version, email in ((CONTACT, "old@example.org"), (CORRECTION, "new@example.org")):
        contact = ContactHandover(member_id=MEMBER, slug="tuin", name="De Tuin", email=email)
        key = handover.put("directory", f"{MEMBER}/{version}", contact)
        shared = ContactShared(member_id=MEMBER, handover_key=key)
        world.events[version] = occurred(shared, clock, version=version)
        clock.advance(timedelta(seconds=1))
    withdrawn = MemberWithdrawn(member_id=MEMBER)
    world.events[WITHDRAWAL] = occurred(withdrawn, clock, version=WITHDRAWAL)
    clock.advance(timedelta(seconds=1))
    return world


def partner() -> World:
    """The member may upload."""
    world = unknown()
    world.contact_arrives(CONTACT)
    return world


def announced() -> World:
    """A file has arrived that nobody has looked at."""
    world = partner()
    world.document = world.announced("Tuinplan")
    world.send()
    return world


def inspected() -> World:
    world = announced()
    world.arrive()
    return world


def published() -> World:
    world = inspected()
    world.publish()
    return world


def withdrawn_near_its_end() -> World:
    """It was published with the partner's name, and withdrawn; it goes in a second."""
    world = published()
    world.withdraw()
    world.clock.advance(UNPUBLISHED_KEPT - timedelta(seconds=1))
    return world


def near_its_end() -> World:
    """It waits for a decision, and goes in a second."""
    world = inspected()
    world.clock.advance(UNPUBLISHED_KEPT - timedelta(seconds=1))
    return world


# What must hold


def check(world: World, ran: Ran) -> list[str]:
    """The invariants now, and again once the queue has delivered everything again."""
    contents = ACCOUNT.read()
    found = _documents(contents, ran)
    if not ran.crashed:
        found += _names(world, contents)
    if world.opened_after:
        found.append("a link that was revoked opens")
    found += world.queue.deliver_again()
    missing, world.missing = world.missing, 0
    if missing:
        world.arrive()
    if world.missing:
        found.append("a file that is never looked into")
    contents = ACCOUNT.read()
    found += _documents(contents, ran) + _partner(world, contents) + _names(world, contents)
    if world.answers and not ran.crashed:
        found += _requests(world, contents)
    return found


def _names(world: World, contents: Contents) -> list[str]:
    if contents.item(f"SEEN#documents#{world.events[WITHDRAWAL].id}") is None:
        return []
    named = [
        item
        for item in contents.of("")
        if item.get("shared_by", {}).get("S")
        or (item["sk"]["S"] == "PARTNER" and item["name"]["S"])
    ]
    return ["a name is left of who withdrew"] * bool(named)


def _partner(world: World, contents: Contents) -> list[str]:
    handled = {item["pk"]["S"].rpartition("#")[2] for item in contents.of("SEEN#")}
    versions = {version for version, event in world.events.items() if event.id in handled}
    item = next(
        (one for one in contents.of(f"PARTNER#{MEMBER}") if one["sk"]["S"] == "PARTNER"), None
    )
    if item is None:
        return ["handled, and no partner"] if versions else []
    found = []
    newest = max(versions)
    if int(item["member_version"]["N"]) != newest:
        found.append(f"as of version {item['member_version']['N']}, told of {newest}")
    invitations = contents.of("INVITATION#")
    gone = newest == WITHDRAWAL
    if gone and any(one["active"]["BOOL"] for one in invitations):
        found.append("who withdrew may still upload")
    if not gone and [one["active"]["BOOL"] for one in invitations] != [True]:
        found.append("a partner without one open invitation")
    told = Counter(
        event["aggregateversion"] for event in contents.told()
        if event["type"].endswith("invitation_created.v1")
    )  # fmt: skip
    if any(times > 1 for times in told.values()):
        found.append("an invitation told twice")
    if not gone and max(told) != max(int(one["version"]["N"]) for one in invitations):
        found.append("an invitation that was never told")
    left = contents.keys("HANDOVER_BUCKET")
    keys = {
        world.events[version].data.handover_key  # type: ignore[attr-defined]
        for version in versions & {CONTACT, CORRECTION}
    }
    return found + ["a hand-over is left behind"] * bool(keys & left)


def _documents(contents: Contents, ran: Ran) -> list[str]:
    told: dict[str, Counter[str]] = {}
    for event in contents.told():
        told.setdefault(event["subject"], Counter())[event["type"].split(".")[3]] += 1
    items = contents.of("DOCUMENT#")
    found = ["a stub of a document that was removed" for item in items if "title" not in item]
    items = [item for item in items if "title" in item]
    for item in items:
        id_, state = item["id"]["S"], item["state"]["S"]
        condemned = state == "declined" and item["decided_by"]["S"] == ""  # a crash in the night
        if told.get(id_, Counter()) != Counter(TOLD[state]) and not (condemned and ran.crashed):
            found.append(f"{state}, told {dict(told.get(id_, {}))}")
        if not _pointed(item, contents):
            found.append("a document that its partner does not see")
    published = {
        subject
        for subject, events in told.items()
        if "document_published" in events and "document_withdrawn" not in events
    }
    if published - {item["id"]["S"] for item in items}:
        found.append("a document was removed that was published")
    return found + _files(items, contents, ran)


def _files(items: list[dict[str, Any]], contents: Contents, ran: Ran) -> list[str]:
    kept = {f"{item['id']['S']}/{item['sha256']['S']}" for item in items if item["sha256"]["S"]}
    library = contents.keys("LIBRARY_BUCKET")
    found = ["a document without its file"] * bool(kept - library)
    # After an inspection that died there may be one: nobody knows by then what it would be called.
    gave_up = {item["id"]["S"] for item in items if not item["sha256"]["S"]}
    if {key for key in library - kept if key.split("/")[0] not in gave_up} and not ran.crashed:
        found.append("a file without its document")
    for (bucket, _), versions in contents.objects.items():
        if bucket == os.environ["LIBRARY_BUCKET"] and len(versions) > 1:
            found.append("a file was written twice")
    return found


def _pointed(item: dict[str, Any], contents: Contents) -> bool:
    member = item["member_id"]["S"]
    pointer = ("DOCUMENTS_TABLE", f"PARTNER#{member}", f"DOCUMENT#{item['id']['S']}")
    return not member or pointer in contents.items


def _requests(world: World, contents: Contents) -> list[str]:
    """One document per request that was taken, and the same one for the same request."""
    taken: dict[str, set[str]] = {}
    for words, answer in world.answers:
        if answer != "idempotency_mismatch":
            taken.setdefault(words, set()).add(answer)
    made = {item["id"]["S"] for item in contents.of("DOCUMENT#")}
    if [ids for ids in taken.values() if len(ids) > 1] or len(made) != len(taken):
        return [f"{len(made)} documents for {len(taken)} requests"]
    return []


ACCOUNT = Account(["DOCUMENTS_TABLE"], ["HANDOVER_BUCKET", "QUARANTINE_BUCKET", "LIBRARY_BUCKET"])
PARTNER: Family[World] = Family(
    name="a partner",
    account=ACCOUNT,
    states={"unknown": unknown, "partner": partner, "partner with a document": inspected},
    operations={
        "contact arrives": lambda world, _: world.contact_arrives(CONTACT),
        "correction arrives": lambda world, _: world.contact_arrives(CORRECTION),
        "withdrawal arrives": lambda world, _: world.withdrawal_arrives(),
        "open the old link": lambda world, _: world.open_link(),
        "publish": lambda world, _: world.document and world.publish(),
    },
    check=check,
    again=frozenset({"contact arrives", "correction arrives", "withdrawal arrives"}),
)
UPLOAD: Family[World] = Family(
    name="an upload",
    account=ACCOUNT,
    states={"partner": partner},
    operations={
        "announce": lambda world, _: world.announce("These", key="k"),
        "announce in other words": lambda world, _: world.announce("Others", key="k"),
        "announce another": lambda world, index: world.announce(f"More {index}", key=f"n{index}"),
    },
    check=check,
)
DOCUMENT: Family[World] = Family(
    name="a document",
    account=ACCOUNT,
    states={"announced": announced, "inspected": inspected, "published": published,
            "near its end": near_its_end},
    more_states={"withdrawn, near its end": withdrawn_near_its_end},
    operations={
        "file arrives": lambda world, _: world.arrive(),
        "sender completes": lambda world, _: world.complete(),
        "inspection gives up": lambda world, _: world.give_up(),
        "publish": lambda world, _: world.publish(),
        "decline": lambda world, _: world.decline(),
        "withdraw": lambda world, _: world.withdraw(),
        "remove expired": lambda world, _: world.remove_expired(),
        "withdrawal arrives": lambda world, _: world.withdrawal_arrives(),
        "load": lambda world, _: world.load(),
        "announce": lambda world, _: world.announced("Another"),
    },
    check=check,
    again=frozenset({"file arrives", "inspection gives up", "remove expired",
                     "withdrawal arrives"}),
)  # fmt: skip
