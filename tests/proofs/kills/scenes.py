"""The main flow in scenes: each is prepared once by those before it, and played from there.

Scenes are played by people: they send again what got no answer. In some the relay misses an event,
so that the sweeper has work too.
"""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from tests.flows import steps
from tests.flows.browser import Browser
from tests.flows.steps import Person
from tests.proofs.world.state import depths
from tests.proofs.world.world import World

STAFF = "organisator@example.org"
CONFLICT = 409
CROWD = 6  # people for half as many seats
SWEEPS = 10  # minutes within which a lost number is buried, though a fifth of all calls fails

SEATED, WAITING, MOVED_UP = "Je bent aangemeld", "Je staat op de wachtlijst", "Je hebt een plek"
CANCELLED, INVITED = "Je bent afgemeld", "Deel je documenten"
PUBLISHED = "Je document staat op de website"


@dataclass
class Story:
    """Who takes part, what they hold in their hands, and what must have come of it."""

    staff: Browser
    event: str
    ada: Person = field(default_factory=steps.wishing)
    bob: Person = field(default_factory=steps.somebody)
    crowd: list[Person] = field(default_factory=list)
    link: str = ""  # ada's, to her registration
    draft: str = ""  # the desk's page of ada's entry
    noticed: Counter[str] = field(default_factory=Counter)  # what waits for the organiser's mail
    invitation: str = ""
    document: str = ""
    data: bytes = b""
    # what must be true once all is at rest
    seats: dict[str, str] = field(default_factory=dict)  # the state of each person's registration
    member: str = ""  # the state of ada's entry in the guide
    document_state: str = ""
    got: bytes = b""
    audited: list[str] = field(default_factory=list)  # what organisers did
    mails: list[tuple[str, str]] = field(default_factory=list)  # of this scene alone
    published: list[dict[str, Any]] = field(default_factory=list)  # events of the scenes before

    @property
    def initiative(self) -> str:
        """What ada's entry is called."""
        return self.ada.fields["initiatief"]


@dataclass(frozen=True)
class Scene:
    """A piece of the flow, and the scenes that must come before it."""

    name: str
    play: Callable[[World, Story], None]
    before: tuple["Scene", ...] = ()
    capacity: int = 1

    def prepare(self, world: World) -> Story:
        """Everything up to this scene, undisturbed."""
        event = world.define(steps.congress(self.capacity))
        story = Story(world.organiser(STAFF), event)
        world.pump()
        for scene in self.before:
            scene.play(world, story)
            story.mails.clear()
            world.mailbox.empty()
        story.published += world.tap.take()
        return story

    def played(self, world: World, prepared: Story) -> Story:
        """Play it with a story of its own."""
        story = replace(
            prepared,
            seats=dict(prepared.seats),
            audited=list(prepared.audited),
            noticed=Counter(prepared.noticed),
            mails=[],
            crowd=[],
        )
        if not self.before:
            story.ada, story.bob = steps.wishing(), steps.somebody()
        self.play(world, story)
        return story


def _miss_stream(world: World, service: str) -> None:
    """What stands in the stream now never reaches the relay; the sweeper is to find it."""
    lane = world.lane(f"{service}-relay")
    lane.collect()
    lane.waiting.clear()
    world.sweep(service)
    world.rest()


def _decide(staff: Browser, page: str, action: str, **typed: str) -> None:
    """Decide at the desk. Who sends it again after a crash hears that it has been decided."""
    answer = staff.submit(staff.get(page).expect(200), action, **typed)
    if answer.status == CONFLICT:
        staff.get(page).expect(200)
    else:
        staff.follow(answer).expect(200)


def _register(world: World, story: Story) -> None:
    """Ada gets the only seat, and wants to stand in the guide."""
    steps.register(world.browser(), story.event, story.ada)
    world.rest()
    story.link = world.mailbox.to(story.ada.email)[-1].link("/congres/aanmelding?")
    story.draft = steps.draft_of(story.staff, story.initiative)
    story.seats[story.ada.email] = "seated"
    story.member = "draft"
    # Whose number was lost in a crash waits until it is buried, and hears of a seat that came.
    had = set(world.mailbox.subjects(story.ada.email))
    told = [MOVED_UP, *({WAITING} & had)] if MOVED_UP in had else [SEATED]
    story.mails = [(story.ada.email, each) for each in told]
    story.noticed += Counter(registration=1, application=1)


def _wait(world: World, story: Story) -> None:
    """Bob waits for a seat; the relay misses his registration."""
    steps.register(world.browser(), story.event, story.bob)
    _miss_stream(world, "registration")
    story.seats[story.bob.email] = "waiting"
    story.mails = [(story.bob.email, WAITING)]
    story.noticed["registration"] += 1


def _approve(world: World, story: Story) -> None:
    """Ada's entry is published, and documents invites her; the relay misses that it was."""
    _decide(story.staff, story.draft, "/goedkeuren")
    story.audited.append("member.approved")
    _miss_stream(world, "directory")
    story.invitation = world.mailbox.to(story.ada.email, INVITED)[0].link("/documenten/uploaden")
    story.member = "published"
    published = f"{story.initiative} staat in de ledengids van Plekken"
    story.mails = [(story.ada.email, INVITED), (story.ada.email, published)]


def _upload(world: World, story: Story) -> None:
    """Ada opens her invitation and sends a file, which is inspected."""
    partner, title = world.browser(), f"Plan {uuid4().hex[:8]}"
    story.data = steps.small_pdf(title)
    steps.open_invitation(partner, story.invitation)
    story.document = steps.upload(partner, story.data, title)
    await_arrival()  # now: time passes, and functions run, when a process dies after this
    path = f"/documenten/api/v1/uploads/{story.document}/complete"
    partner.post_json(path, {}).expect(200)
    world.rest()
    story.document_state = "inspected"
    story.noticed["upload"] += 1


def await_arrival() -> None:
    """S3 tells of a new object when it likes."""
    deadline = time.monotonic() + 10
    while "documents-uploads" not in depths():
        assert time.monotonic() < deadline, "S3 told nobody of the upload"


def _publish(world: World, story: Story) -> None:
    """The file is published; the relay misses that it was."""
    page = f"/documenten/beheer/{story.document}"
    _decide(story.staff, page, "/publiceren", bekeken="ja")
    story.audited.append("document.published")
    _miss_stream(world, "documents")
    visitor = world.browser()
    sent = visitor.get(f"/documenten/{story.document}/bestand").expect(303)
    story.got = visitor.get(sent.location).expect(200).body
    story.document_state = "published"
    story.mails = [(story.ada.email, PUBLISHED)]


def _cancel(world: World, story: Story) -> None:
    """Ada leaves and Bob moves up."""
    steps.cancel(world.browser(), story.link)
    world.rest()
    story.seats |= {story.ada.email: "cancelled", story.bob.email: "seated"}
    story.mails = [(story.ada.email, CANCELLED), (story.bob.email, MOVED_UP)]


def _come_at_once(world: World, story: Story) -> None:
    """Many register before anything else happens, so that functions get whole batches."""
    story.crowd = [steps.somebody() for _ in range(CROWD)]
    for person in story.crowd:
        steps.register(world.browser(), story.event, person)
    _rest_until_seats_are_taken(world, story)
    for person in story.crowd:
        had = set(world.mailbox.subjects(person.email))
        seated = bool(had & {SEATED, MOVED_UP})
        story.seats[person.email] = "seated" if seated else "waiting"
        told = (
            [MOVED_UP, *({WAITING} & had)] if MOVED_UP in had else [SEATED if seated else WAITING]
        )
        story.mails += [(person.email, each) for each in told]
    story.noticed["registration"] += CROWD
    got = sum(state == "seated" for state in story.seats.values())
    assert got == CROWD // 2, f"{got} people heard of one of {CROWD // 2} seats"


def _rest_until_seats_are_taken(world: World, story: Story) -> None:
    """A number that AWS gave and nobody heard of is buried by the sweeper, which may fail too."""
    for _ in range(SWEEPS):
        world.rest()
        seated = [
            person
            for person in story.crowd
            if {SEATED, MOVED_UP} & set(world.mailbox.subjects(person.email))
        ]
        if len(seated) == CROWD // 2:
            return
        world.unsettled.add("registration")


REGISTER = Scene("register", _register)
WAIT = Scene("wait", _wait, (REGISTER,))
APPROVE = Scene("approve", _approve, (REGISTER,))
UPLOAD = Scene("upload", _upload, (REGISTER, APPROVE))
PUBLISH = Scene("publish", _publish, (REGISTER, APPROVE, UPLOAD))
CANCEL = Scene("cancel", _cancel, (REGISTER, WAIT))
FLOW = (REGISTER, WAIT, APPROVE, UPLOAD, PUBLISH, CANCEL)
COME_AT_ONCE = Scene("crowd", _come_at_once, capacity=CROWD // 2)
