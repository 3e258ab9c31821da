"""What must be true once a scene is over and all is at rest: everything there, and there once."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.proofs.interleaving.account import Contents, Item
from tests.proofs.kills.scenes import STAFF, Story
from tests.proofs.seats import invariants
from tests.proofs.world.cloud import ACCOUNT, STAGE, client
from tests.proofs.world.state import depths
from tests.proofs.world.world import World

SERVICES = ("registration", "directory", "documents")


@dataclass
class _Published(Contents):
    """A table whose outbox is empty, with what was published from it."""

    events: list[dict[str, Any]] = field(default_factory=list)

    def told(self) -> list[dict[str, Any]]:
        """Each event once: a repeat has the same id."""
        return list({event["id"]: event for event in self.events}.values())


def broken(world: World, story: Story) -> list[str]:
    """What is lost, wrong or left over."""
    tables = world.tables.read()
    found = {name: list(items.values()) for name, items in tables.items()}
    wrong = _seats(found["registration"], story) + _guide(found, story)
    items = {("registration", *key): item for key, item in tables["registration"].items()}
    wrong += _audit(found["access"], story) + _notices(found["access"], story)
    contents = _Published(items, events=story.published + world.tap.take())
    wrong += invariants.violations(invariants.read(contents), at_rest=True)
    wrong += [f"{name} holds {depth} messages" for name, depth in depths().items()]
    for service in SERVICES:
        waiting = len(_under(found[service], "OUTBOX#"))
        wrong += [f"{service}: {waiting} events not published"] if waiting else []
    return wrong


def _under(items: list[Item], prefix: str, kind: str = "") -> list[Item]:
    return [
        item
        for item in items
        if item["pk"]["S"].startswith(prefix) and (not kind or item["sk"]["S"] == kind)
    ]


def _seats(items: list[Item], story: Story) -> list[str]:
    registrations = _under(items, "REGISTRATION#", "REGISTRATION")
    found = sorted((item["email"]["S"], item["state"]["S"]) for item in registrations)
    expected = sorted(story.seats.items())
    return [] if found == expected else [f"registrations: {found}, not {expected}"]


def _guide(found: dict[str, list[Item]], story: Story) -> list[str]:
    members = _states(found["directory"], "MEMBER")
    documents = _states(found["documents"], "DOCUMENT")
    partners = len(_under(found["documents"], "PARTNER#", "PARTNER"))
    invitations = len(_under(found["documents"], "INVITATION#", "INVITATION"))
    is_public = int(story.member == "published")
    left = _take_handovers()
    promises = {
        f"members: {members}": members == [story.member] * bool(story.member),
        f"{partners} partners": partners == is_public,
        f"{invitations} invitations": invitations == is_public,
        f"documents: {documents}": documents == [story.document_state] * bool(story.document_state),
        "the library has other bytes": story.document_state != "published"
        or story.got == story.data,
        f"{left} hand-overs were left lying": left == 0,
    }
    return [promise for promise, kept in promises.items() if not kept]


def _audit(items: list[Item], story: Story) -> list[str]:
    """Each decision of an organiser is written down once, whenever its process died."""
    found = Counter(item["action"]["S"] for item in _under(items, "AUDIT#"))
    return [] if found == Counter(story.audited) else [f"audit log: {dict(found)}"]


def _notices(items: list[Item], story: Story) -> list[str]:
    """The organiser is to hear of each thing once; with a seat or not is the line's to say."""
    keys = [item["sk"]["S"] for item in _under(items, f"NOTICE#{STAFF}")]
    kinds = (key.split("#")[1].replace("waiting_list", "registration") for key in keys)
    found = Counter(kinds)
    return [] if found == story.noticed else [f"notices: {dict(found)}"]


def _take_handovers() -> int:
    """How many hand-overs nobody took; removed, so that the next run finds its own alone."""
    s3, bucket = client("s3"), f"plekken-{STAGE}-{ACCOUNT}-handover"
    left = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
    for one in left:
        s3.delete_object(Bucket=bucket, Key=one["Key"])
    return len(left)


def _states(items: list[Item], kind: str) -> list[str]:
    return [item["state"]["S"] for item in _under(items, f"{kind}#", kind)]


def mails(world: World, story: Story) -> tuple[list[str], int]:
    """Which mails are missing or unknown, and how many came a second time."""
    expected = Counter(story.mails)
    sent = Counter((mail.to, mail.subject.partition(":")[0]) for mail in world.mailbox.all())
    wrong = [f"no mail {mail}" for mail in expected - sent]
    wrong += [f"an unknown mail {mail}" for mail in sent if mail not in expected]
    return wrong, (sent - expected).total()
