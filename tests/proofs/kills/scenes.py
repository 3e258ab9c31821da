"""The main flow in three scenes, each from a state that is prepared once, and what each promises.

A scene is played by people: they send again what got no answer. In each the relay misses one event,
so that the sweeper has work too.
"""

import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from tests.flows import steps
from tests.flows.browser import Browser
from tests.flows.steps import Person
from tests.proofs.interleaving.account import Contents
from tests.proofs.seats import invariants
from tests.proofs.world.cloud import ACCOUNT, STAGE, client
from tests.proofs.world.state import depths
from tests.proofs.world.world import World

CROWD_SEATS = 3
STAFF = "organisator@example.org"
SERVICES = ("registration", "directory", "documents")
Mails = dict[str, list[str]]  # the first words of the subjects that a person gets, sorted


@dataclass
class Story:
    """What a scene starts with and what has happened in it."""

    staff: Browser
    event: str = ""
    people: list[Person] = field(default_factory=list)
    partner: Browser | None = None
    title: str = ""
    data: bytes = b""
    got: bytes = b""


@dataclass(frozen=True)
class Scene:
    """`prepare` once; then `play` from there as often as one likes, and see what is `wrong`."""

    name: str
    prepare: Callable[[World], Story]
    play: Callable[[World, Story], Story]
    wrong: Callable[[World, Story], list[str]]
    expected: Callable[[World, Story], Mails]


def miss_stream(world: World, service: str) -> None:
    """What stands in the stream now never reaches the relay; the sweeper is to find it."""
    lane = world.lane(f"{service}-relay")
    lane.collect()
    lane.waiting.clear()


# --- seats: register, wait, cancel, move up


def _prepare_seats(world: World) -> Story:
    story = Story(world.organiser(STAFF), world.define(steps.congress(1)))
    world.pump()
    return story


def _play_seats(world: World, prepared: Story) -> Story:
    ada, bob = steps.somebody("Ada"), steps.somebody("Bob")
    story = replace(prepared, people=[ada, bob])
    browser = world.browser()
    steps.register(browser, story.event, ada)
    world.rest()
    steps.register(world.browser(), story.event, bob)
    miss_stream(world, "registration")
    world.rest()
    world.sweep("registration")
    world.rest()
    steps.cancel(browser, world.mailbox.to(ada.email)[-1].link("/congres/aanmelding?"))
    world.rest()
    return story


def _wrong_seats(world: World, story: Story) -> list[str]:
    ada, bob = story.people
    found = {
        item["email"]["S"]: item["state"]["S"]
        for item in world.tables.find("registration", "REGISTRATION#")
        if item["sk"]["S"] == "REGISTRATION"
    }
    wrong = [] if found == {ada.email: "cancelled", bob.email: "seated"} else [f"seats: {found}"]
    return wrong + _wrong_lines(world)


def _wrong_lines(world: World) -> list[str]:
    items = world.tables.read()["registration"].items()
    events = {event["id"]: event for event in world.tap.take()}  # a repeat has the same id
    contents = _Published({("registration", *key): item for key, item in items}, published=events)
    return invariants.violations(invariants.read(contents), at_rest=True)


@dataclass
class _Published(Contents):
    """The table once the outbox is empty, with what was published from it."""

    published: dict[str, dict[str, Any]] = field(default_factory=dict)

    def told(self) -> list[dict[str, Any]]:
        return list(self.published.values())


def _mails_of_seats(world: World, story: Story) -> Mails:
    ada, bob = story.people
    told = _told_of_seats(world)
    return {
        ada.email: [*told[ada.email], "Je bent afgemeld"],
        bob.email: ["Je hebt een plek", "Je staat op de wachtlijst"],
        STAFF: ["Nieuwe aanmelding", "Nieuwe aanmelding"],
    }


def _told_of_seats(world: World) -> Mails:
    """What each person is to hear of their seat. Whose number was lost in a crash waits until it is
    buried: then they hear of their seat, and of the waiting if that mail was quicker.
    """
    told = {}
    for item in world.tables.find("registration", "REGISTRATION#"):
        if item["sk"]["S"] == "REGISTRATION":
            email, lines = item["email"]["S"], json.loads(item["lines"]["S"])
            had = set(world.mailbox.subjects(email))
            # Who cancelled has no line any more; one of the two mails they must have had.
            moved_up = lines[0]["promoted"] if lines else "Je hebt een plek" in had
            if moved_up:
                told[email] = ["Je hebt een plek", *({"Je staat op de wachtlijst"} & had)]
            else:
                waits = bool(lines) and lines[0]["state"] == "waiting"
                told[email] = ["Je staat op de wachtlijst" if waits else "Je bent aangemeld"]
    return told


# --- crowd: everybody at once, so that functions get whole batches


def _prepare_crowd(world: World) -> Story:
    story = Story(world.organiser(STAFF), world.define(steps.congress(CROWD_SEATS)))
    world.pump()
    return story


def _play_crowd(world: World, prepared: Story) -> Story:
    story = replace(prepared, people=[steps.somebody() for _ in range(2 * CROWD_SEATS)])
    for person in story.people:
        steps.register(world.browser(), story.event, person)
    world.rest()
    return story


def _wrong_crowd(world: World, story: Story) -> list[str]:
    found = {
        item["email"]["S"]: item["state"]["S"]
        for item in world.tables.find("registration", "REGISTRATION#")
        if item["sk"]["S"] == "REGISTRATION"
    }
    states = Counter(found.values())
    fair = found.keys() == {person.email for person in story.people}
    fair &= states == {"seated": CROWD_SEATS, "waiting": CROWD_SEATS}
    return ([] if fair else [f"crowd: {found}"]) + _wrong_lines(world)


def _mails_of_crowd(world: World, story: Story) -> Mails:
    return {**_told_of_seats(world), STAFF: ["Nieuwe aanmelding"] * len(story.people)}


# --- guide: register, hand over, approve, invite


def _prepare_guide(world: World) -> Story:
    story = Story(world.organiser(STAFF), world.define(steps.congress(5)))
    world.pump()
    return story


def _play_guide(world: World, prepared: Story) -> Story:
    member = steps.wishing()
    story = replace(prepared, people=[member])
    steps.register(world.browser(), story.event, member)
    world.rest()
    notice = world.mailbox.to(STAFF, member.fields["initiatief"])[0]
    steps.approve(story.staff, notice.link("/leden/beheer/"))
    miss_stream(world, "directory")
    world.sweep("directory")
    world.rest()
    invitation = world.mailbox.to(member.email, "Deel je documenten")[0]
    story.partner = world.browser()
    steps.open_invitation(story.partner, invitation.link("/documenten/uploaden"))
    return story


def _wrong_guide(world: World, story: Story) -> list[str]:
    [person] = story.people
    initiative = person.fields["initiatief"]
    members = [
        item["state"]["S"]
        for item in world.tables.find("directory", "MEMBER#")
        if item["sk"]["S"] == "MEMBER" and initiative in str(item)
    ]
    wrong = [] if members == ["published"] else [f"members: {members}"]
    for kind in ("PARTNER#", "INVITATION#"):
        number = len(world.tables.find("documents", kind))
        wrong += [] if number == 1 else [f"{number} items {kind}"]
    bucket = f"plekken-{STAGE}-{ACCOUNT}-handover"
    left = client("s3").list_objects_v2(Bucket=bucket)["KeyCount"]
    return wrong + ([f"{left} hand-overs left lying"] if left else [])


def _mails_of_guide(world: World, story: Story) -> Mails:
    [person] = story.people
    initiative = person.fields["initiatief"]
    return {
        person.email: [
            "Deel je documenten",
            "Je bent aangemeld",
            f"{initiative} staat in de ledengids van Plekken",
        ],
        STAFF: ["Nieuwe aanmelding", f"{initiative} wil in de ledengids"],
    }


# --- library: upload, inspect, publish


def _prepare_library(world: World) -> Story:
    story = _play_guide(world, _prepare_guide(world))
    world.mailbox.empty()
    return story


def _play_library(world: World, prepared: Story) -> Story:
    title = f"Plan {uuid4().hex[:8]}"
    story = replace(prepared, title=title, data=steps.small_pdf(title))
    assert story.partner is not None
    document = steps.upload(story.partner, story.data, title)
    story.partner.post_json(f"/documenten/api/v1/uploads/{document}/complete", {}).expect(200)
    _await_arrival()
    world.rest()
    steps.publish(story.staff, document)
    miss_stream(world, "documents")
    world.sweep("documents")
    world.rest()
    visitor = world.browser()
    sent = visitor.get(f"/documenten/{document}/bestand").expect(303)
    story.got = visitor.get(sent.location).expect(200).body
    return story


def _await_arrival() -> None:
    """S3 tells of a new object when it likes."""
    deadline = time.monotonic() + 10
    while "documents-uploads" not in depths():
        assert time.monotonic() < deadline, "S3 told nobody of the upload"


def _wrong_library(world: World, story: Story) -> list[str]:
    documents = [
        item["state"]["S"]
        for item in world.tables.find("documents", "DOCUMENT#")
        if item["sk"]["S"] == "DOCUMENT" and story.title in str(item)
    ]
    wrong = [] if documents == ["published"] else [f"documents: {documents}"]
    return wrong + ([] if story.got == story.data else ["the library has other bytes"])


def _mails_of_library(world: World, story: Story) -> Mails:
    [person] = story.people
    return {
        person.email: ["Je document staat op de website"],
        STAFF: ["Er wacht een document op je"],
    }


SCENES = [
    Scene("seats", _prepare_seats, _play_seats, _wrong_seats, _mails_of_seats),
    Scene("guide", _prepare_guide, _play_guide, _wrong_guide, _mails_of_guide),
    Scene("library", _prepare_library, _play_library, _wrong_library, _mails_of_library),
]

CROWD = Scene("crowd", _prepare_crowd, _play_crowd, _wrong_crowd, _mails_of_crowd)


def left_over(world: World) -> list[str]:
    """What still waits somewhere once all is at rest."""
    wrong = [f"{name} holds {depth} messages" for name, depth in depths().items()]
    for service in SERVICES:
        waiting = world.tables.find(service, "OUTBOX#")
        wrong += [f"{service}: {len(waiting)} events not published"] if waiting else []
    return wrong


def mails(world: World, scene: Scene, story: Story) -> tuple[list[str], int]:
    """Which mails are missing or unknown, and how many came a second time."""
    expected = Counter(
        (person, subject)
        for person, all_ in scene.expected(world, story).items()
        for subject in all_
    )
    sent = Counter((mail.to, mail.subject.partition(":")[0]) for mail in world.mailbox.all())
    wrong = [f"no mail {mail}" for mail in expected - sent]
    wrong += [f"an unknown mail {mail}" for mail in sent if mail not in expected]
    return wrong, (sent - expected).total()
