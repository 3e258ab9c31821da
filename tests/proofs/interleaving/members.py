"""Families of the directory: a member's entry, and an application for one."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec.structs import replace

from chalicelib.directory import domain, usecases
from chalicelib.directory.domain import Contact, Kind, Member, Profile, State
from chalicelib.directory.models import Seen
from chalicelib.directory.repository import Repository
from chalicelib.directory.slugs import slug_of
from shared import handover
from shared.clock import FixedClock
from shared.consent import Consent
from shared.errors import Invalid, PlekkenError
from shared.events import Event
from shared.events.directory import MemberPublished
from shared.events.registration import Erased, ProfileShared
from shared.handovers import ProfileHandover
from shared.inbox import Once
from shared.limits import Sending
from tests.proofs.interleaving.account import Account, Contents
from tests.proofs.interleaving.deliveries import Queue
from tests.proofs.interleaving.family import Family
from tests.proofs.interleaving.race import Ran

GARDEN = Profile(name="De Voedseltuin", kind=Kind.RESIDENTS, place="Rotterdam")
CONTACT = Contact(email="tuin@example.org")
LOADED = {
    "name": "De Voedseltuin",
    "kind": "residents",
    "place": "Utrecht",
    "email": "u@example.org",
}
REGISTRATION = "registration-1"
FROM_REGISTRATION = usecases.stable_id(usecases.BY_REGISTRATION, REGISTRATION)
SHOWN = {"member_published", "member_changed"}
LAST_TOLD = {  # by state: what was told last
    State.DRAFT: {"member_drafted", "member_changed", "member_reopened"},
    State.PUBLISHED: SHOWN,
    State.DECLINED: {"member_declined"},
    State.WITHDRAWN: {"member_withdrawn"},
}


@dataclass
class World:
    """An entry that an organiser looks at, and another of the same name."""

    clock: FixedClock
    queue: Queue
    seen: dict[str, tuple[str, int]] = field(default_factory=dict)  # id and version on the screen
    events: dict[str, Event] = field(default_factory=dict)
    decided: Counter[tuple[str, int]] = field(default_factory=Counter)
    shared_by_withdrawal: int | None = None
    loaded_before: bool = False
    answers: list[tuple[str, str]] = field(default_factory=list)

    def send(self, name: str) -> None:
        sending = Sending("visitor", proof=f"proof-{name}", key=f"key-{name}")
        usecases.apply(Repository(), self.clock, GARDEN, CONTACT, language="nl", sending=sending)

    def applied(self, name: str) -> None:
        before = {member.id for member in Repository().every()}
        self.send(name)
        (new,) = (member for member in Repository().every() if member.id not in before)
        self.seen[name] = (new.id, new.version)

    def decide(self, verb: Callable[..., Member], name: str = "garden", *more: Any) -> None:
        """An organiser presses a button on what they see."""
        id_, version = self.seen[name]
        verb(Repository(), self.clock, id_, version, *more)
        self.decided[id_, version] += 1

    def edit(self, index: int) -> None:
        self.decide(usecases.edit, "garden", replace(GARDEN, about=f"Tuin {index}."), CONTACT)

    def withdraw(self) -> None:
        self.decide(usecases.withdraw)
        self.shared_by_withdrawal = len(_told(ACCOUNT.read(), "contact_shared"))

    def load(self) -> None:
        try:
            usecases.load_members(Repository(), self.clock, members=[LOADED])
        except Invalid:
            loaded = usecases.stable_id(usecases.BY_OPERATOR, slug_of(LOADED["name"]))
            self.loaded_before |= Repository().find(loaded) is not None

    def remove_expired(self) -> None:
        """The nightly job, two seconds later on its own clock."""
        later = FixedClock(self.clock.now() + timedelta(seconds=2))
        usecases.remove_expired(Repository(), later)

    def profile_arrives(self) -> None:
        def draft(event: Event, once: Once) -> None:
            data = event.data
            assert isinstance(data, ProfileShared)
            usecases.draft_shared_profile(
                Repository(), self.clock, data.registration_id, data.handover_key, once
            )

        self.queue.deliver(self.events["profile"], draft)

    def erasure_arrives(self) -> None:
        def forget(event: Event, once: Once) -> None:
            usecases.forget_registration(Repository(), self.clock, event.subject, once)

        self.queue.deliver(self.events["erased"], forget)

    def publication_arrives(self) -> None:
        def share(event: Event, once: Once) -> None:
            usecases.share_contact(Repository(), self.clock, event, once)

        self.queue.deliver(self.events["published"], share)

    def ask(self, words: str, *, key: str, proof: str | None) -> None:
        """An application with an idempotency key and a proof of work; its answer is kept."""
        profile = replace(GARDEN, about=words)
        answer = "taken"
        try:
            usecases.apply(
                Repository(),
                self.clock,
                profile,
                CONTACT,
                language="nl",
                sending=Sending("visitor", proof=proof, key=key),
            )
        except PlekkenError as refusal:
            answer = refusal.code
        self.answers.append((words, answer))


def _empty() -> World:
    clock = FixedClock(datetime(2027, 4, 14, 9, 30, tzinfo=UTC))
    return World(clock, Queue("directory", Seen, clock))


def draft() -> World:
    """Two entries wait, and a third is on its way from registration."""
    world = _empty()
    world.applied("garden")
    world.applied("other")
    consent = Consent("ledengids-1", "directory", world.clock.now())
    profile = ProfileHandover(
        registration_id=REGISTRATION, name="De Evenaar", email="e@example.org", consent=consent
    )
    shared = ProfileShared(
        registration_id=REGISTRATION,
        handover_key=handover.put("registration", REGISTRATION, profile),
    )
    world.events["profile"] = world.queue.event(shared)
    world.events["erased"] = world.queue.event(Erased(registration_id=REGISTRATION))
    return world


def published() -> World:
    """The garden is public, and the event that tells so is on its way."""
    world = draft()
    id_, version = world.seen["garden"]
    usecases.approve(Repository(), world.clock, id_, version)
    world.seen["garden"] = (id_, version + 1)
    world.events["published"] = world.queue.event(MemberPublished(member_id=id_))
    return world


def near_its_end() -> World:
    """The garden waits as a draft that goes in a second."""
    world = draft()
    world.clock.advance(domain.RETENTION - timedelta(seconds=1))
    return world


def declined() -> World:
    """The garden was declined a moment ago."""
    world = draft()
    id_, version = world.seen["garden"]
    usecases.decline(Repository(), world.clock, id_, version)
    world.seen["garden"] = (id_, version + 1)
    return world


def arrived() -> World:
    """The entry from registration waits too."""
    world = draft()
    world.profile_arrives()
    world.seen["arrived"] = (FROM_REGISTRATION, 1)
    return world


def check(world: World, ran: Ran) -> list[str]:
    """The invariants now, and again once the queue has delivered everything again."""
    contents = ACCOUNT.read()
    found = _violations(world, contents)
    found += world.queue.deliver_again()
    contents = ACCOUNT.read()
    found += _violations(world, contents)
    if "profile" in world.events:
        handled = {item["pk"]["S"].rpartition("#")[2] for item in contents.of("SEEN#")}
        if world.events["profile"].id in handled and contents.keys("HANDOVER_BUCKET") & {
            _profile_key()
        }:
            found.append("a hand-over is left behind")
    if world.answers and not ran.crashed:
        found += _requests(world, contents)
    return found


def _profile_key() -> str:
    return f"registration/{REGISTRATION}.json"


def _violations(world: World, contents: Contents) -> list[str]:
    members = _members(contents)
    found = [wrong for member in members for wrong in _entry(member, contents)]
    found += [
        f"{times} organisers changed version {version} of one entry"
        for (_, version), times in world.decided.items()
        if times > 1
    ]
    if world.loaded_before:
        found.append("a list is refused because it was loaded before")
    erased = contents.item(f"ERASED#{REGISTRATION}")
    if erased and any(m.id == FROM_REGISTRATION and m.published_at is None for m in members):
        found.append("an entry made of an erased registration")
    shared = len(_told(contents, "contact_shared"))
    if shared > 1:
        found.append(f"contact shared {shared} times")
    if world.shared_by_withdrawal is not None and shared > world.shared_by_withdrawal:
        found.append("contact shared after withdrawing")
    return found + _public(members, contents)


def _members(contents: Contents) -> list[Member]:
    return [
        msgspec.convert(json.loads(item["member"]["S"]), Member) for item in contents.of("MEMBER#")
    ]


def _told(contents: Contents, *names: str) -> list[dict[str, Any]]:
    return [event for event in contents.told() if event["type"].split(".")[3] in names]


def _entry(member: Member, contents: Contents) -> list[str]:
    """One event per version, the last of which tells the state it is in."""
    told = [
        (event["aggregateversion"], event["type"].split(".")[3])
        for event in contents.told()
        if event["subject"] == member.id and not event["type"].endswith("contact_shared.v1")
    ]
    versions = sorted(version for version, _ in told)
    if not versions or versions != list(range(versions[0], member.version + 1)):
        return [f"version {member.version}, told of {versions}"]
    if max(told)[1] not in LAST_TOLD[member.state]:
        return [f"{member.state}, told {max(told)[1]} last"]
    if member.state is State.WITHDRAWN and member.contact != Contact():
        return ["an address is left of who withdrew"]
    return []


def _public(members: list[Member], contents: Contents) -> list[str]:
    shown = {item["sk"]["S"]: json.loads(item["view"]["S"]) for item in contents.of("PUBLIC")
             if "view" in item}  # fmt: skip
    views = [view for member in members if (view := domain.public_view(member)) is not None]
    found = []
    if shown != {view.slug: json.loads(msgspec.json.encode(view)) for view in views}:
        found.append("visitors see something else than the entries say")
    for member in members:
        claim = contents.item(f"SLUG#{member.slug}") if member.slug else None
        if member.slug and (claim is None or claim["member_id"]["S"] != member.id):
            found.append("an entry without its address")
    return found


def _requests(world: World, contents: Contents) -> list[str]:
    """One entry per request that was taken; each proof of work and each limit counts once."""
    taken = {words for words, answer in world.answers if answer == "taken"}
    found = []
    new = [m for m in _members(contents) if m.profile.about in {w for w, _ in world.answers}]
    if len(new) != len(taken):
        found.append(f"{len(taken)} requests taken, {len(new)} entries")
    counted = sum(int(item["times"]["N"]) for item in contents.of("LIMIT#apply-visitor#"))
    proofs = len(contents.of("PROOF#")) - len(_members(contents)) + len(new)
    if len(new) - proofs > counted:
        found.append("a proof of work was used twice")
    if len(_members(contents)) > usecases.PER_ADDRESS.most:
        found.append("more applications than one address may send")
    return found


ACCOUNT = Account(["DIRECTORY_TABLE"], ["HANDOVER_BUCKET"])
MEMBER: Family[World] = Family(
    name="a member",
    account=ACCOUNT,
    states={"draft": draft, "published": published, "near its end": near_its_end,
            "declined": declined, "arrived": arrived},
    operations={
        "approve": lambda world, _: world.decide(usecases.approve),
        "approve the other": lambda world, _: world.decide(usecases.approve, "other"),
        "decline": lambda world, _: world.decide(usecases.decline),
        "reopen": lambda world, _: world.decide(usecases.reopen),
        "edit": lambda world, index: world.edit(index),
        "withdraw": lambda world, _: world.withdraw(),
        "load": lambda world, _: world.load(),
        "apply": lambda world, index: world.send(f"new{index}"),
        "remove expired": lambda world, _: world.remove_expired(),
        "profile arrives": lambda world, _: world.profile_arrives(),
        "erasure arrives": lambda world, _: world.erasure_arrives(),
        "publication arrives": lambda world, _: (
            world.publication_arrives() if "published" in world.events else None
        ),
        "approve what arrived": lambda world, _: (
            world.decide(usecases.approve, "arrived") if "arrived" in world.seen else None
        ),
    },
    check=check,
    again=frozenset(
        {"remove expired", "profile arrives", "erasure arrives", "publication arrives"}
    ),
)  # fmt: skip


def _four_sent() -> World:
    world = _empty()
    for number in range(usecases.PER_ADDRESS.most - 1):
        world.applied(f"member{number}")
    return world


APPLICATION: Family[World] = Family(
    name="an application",
    account=ACCOUNT,
    states={"empty": _empty, "four were sent": _four_sent},
    operations={
        "apply": lambda world, _: world.ask("these", key="k", proof="p"),
        "apply in other words": lambda world, _: world.ask("others", key="k", proof="q"),
        "use the proof": lambda world, index: world.ask(
            f"mine {index}", key=f"k{index}", proof="p"
        ),
        "apply without proof": lambda world, index: world.ask(
            f"plain {index}", key=f"n{index}", proof=None
        ),
    },
    check=check,
)
