"""What pages, JSON and mails show of a congress: one language, texts and figures ready to print."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from chalicelib.registration.domain import (
    Availability,
    Definition,
    Event,
    Line,
    Registration,
    Round,
    is_congress,
    text,
)
from chalicelib.registration.question_rules import stamp
from chalicelib.registration.question_views import QuestionView, question_views

SERVICE = "registration"
DESK = "/congres/beheer"
EventState = Literal["draft", "not_yet_open", "open", "closed"]
_NOTHING_KNOWN = Availability(capacity=0, free=0, waiting=0)


class SessionView(Struct, frozen=True, kw_only=True):
    """A session with its free places."""

    id: str
    title: str
    description: str
    place: str
    capacity: int
    left: int
    waiting: int


class RoundView(Struct, frozen=True, kw_only=True):
    """A round of parallel sessions; times are aware."""

    id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    sessions: tuple[SessionView, ...]


class PartView(Struct, frozen=True, kw_only=True):
    """A part of the day: something for everybody, or a round (then `round` is there)."""

    title: str
    description: str
    starts_at: datetime
    ends_at: datetime
    round: RoundView | None = None


class KeptView(Struct, frozen=True):
    """The seats that are kept for an audience."""

    title: str
    capacity: int
    left: int


class EventView(Struct, frozen=True, kw_only=True):
    """A congress in one language."""

    id: str
    title: str
    summary: str
    paragraphs: tuple[str, ...]
    for_whom: str
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    closes_at: datetime
    confirm_within: int  # hours; 0: an address need not be confirmed
    place: str
    address: str
    city: str
    state: EventState
    capacity: int
    left: int
    waiting: int
    audiences: tuple[tuple[str, str], ...]
    left_for: dict[str, int]  # by audience
    kept: tuple[KeptView, ...]  # for audiences that have seats of their own
    rounds: tuple[RoundView, ...]
    programme: tuple[PartView, ...]
    questions: tuple[QuestionView, ...]
    stamp: str

    @property
    def url(self) -> str:
        """The path of its page."""
        return f"/congres/{self.id}"

    @property
    def seated(self) -> int:
        """How many places are taken."""
        return self.capacity - self.left


class LineView(Struct, frozen=True, kw_only=True):
    """Where somebody stands in one line. `title` is empty for the congress itself."""

    title: str
    seated: bool
    place_in_line: int


class ParticipantView(Struct, frozen=True, kw_only=True):
    """A line of the organiser's list."""

    id: str
    name: str
    email: str
    organisation: str
    audience: str
    state: str
    version: int
    has_failing_address: bool
    is_confirmed: bool
    note: str
    says: str  # to "are you still coming?": "yes", "no" or nothing
    lines: list[LineView]

    @property
    def sessions(self) -> list[LineView]:
        """The places in sessions only."""
        return [line for line in self.lines if line.title]


def event_view(event: Event, language: str, now: datetime) -> EventView:
    """Return the congress as it stands at `now`."""
    definition = event.definition
    congress = event.congress
    rounds = tuple(_round_view(round_, event, language) for round_ in definition.rounds)
    return EventView(
        id=definition.id,
        title=text(definition.title, language),
        summary=text(definition.summary, language),
        paragraphs=_paragraphs(text(definition.description, language)),
        for_whom=text(definition.for_whom, language),
        starts_at=definition.starts_at,
        ends_at=definition.ends_at,
        opens_at=definition.opens_at,
        closes_at=definition.closes_at,
        confirm_within=definition.confirm_within,
        place=definition.place,
        address=definition.address,
        city=definition.city,
        state=definition.state(now),
        capacity=congress.capacity,
        left=congress.free,
        waiting=congress.waiting,
        audiences=tuple((one.id, text(one.title, language)) for one in definition.audiences),
        left_for={one.id: event.free_for(one.id, now) for one in definition.audiences},
        kept=_kept(event, language),
        rounds=rounds,
        programme=_programme(definition, rounds, language),
        questions=question_views(definition, language),
        stamp=stamp(definition.questions),
    )


def line_views(lines: tuple[Line, ...], definition: Definition, language: str) -> list[LineView]:
    """Return the places in line, the congress first and the sessions in the order of the day."""
    sessions = definition.sessions()
    order = {id_: index for index, id_ in enumerate(sessions)}
    at_congress = [line for line in lines if is_congress(line.id)]
    # Who waits for a kept seat waits for one of everybody's too: they see the shorter wait.
    soonest = sorted(at_congress, key=lambda line: line.place_in_line or 0)[:1]
    others = [line for line in lines if not is_congress(line.id)]
    return [
        LineView(
            title=text(sessions[line.id].title, language) if line.id in sessions else "",
            seated=line.state == "seated",
            place_in_line=line.place_in_line or 0,
        )
        for line in [*soonest, *sorted(others, key=lambda line: order.get(line.id, len(order)))]
    ]


def participant_view(
    registration: Registration, definition: Definition, language: str
) -> ParticipantView:
    """Return a registration as the organiser's list shows it."""
    audiences = {one.id: text(one.title, language) for one in definition.audiences}
    return ParticipantView(
        id=registration.id,
        name=registration.name,
        email=registration.email,
        organisation=registration.organisation or "",
        audience=audiences.get(registration.audience, registration.audience),
        state=registration.state,
        version=registration.version,
        is_confirmed=registration.is_confirmed,
        has_failing_address=registration.needs_address,
        note=registration.note,
        says=registration.says_for(definition.day) or "",
        lines=line_views(registration.lines, definition, language),
    )


def _kept(event: Event, language: str) -> tuple[KeptView, ...]:
    found = []
    for one in event.definition.audiences:
        seats = event.lines.get(one.line) if one.share else None
        if seats:
            found.append(KeptView(text(one.title, language), seats.capacity, seats.free))
    return tuple(found)


def _round_view(round_: Round, event: Event, language: str) -> RoundView:
    known = {session.id: event.lines.get(session.id, _NOTHING_KNOWN) for session in round_.sessions}
    return RoundView(
        id=round_.id,
        title=text(round_.title, language),
        starts_at=round_.starts_at,
        ends_at=round_.ends_at,
        sessions=tuple(
            SessionView(
                id=session.id,
                title=text(session.title, language),
                description=text(session.description, language),
                place=session.place,
                capacity=known[session.id].capacity,
                left=known[session.id].free,
                waiting=known[session.id].waiting,
            )
            for session in round_.sessions
        ),
    )


def _programme(
    definition: Definition, rounds: tuple[RoundView, ...], language: str
) -> tuple[PartView, ...]:
    parts = [
        PartView(
            title=text(item.title, language),
            description=text(item.description, language),
            starts_at=item.starts_at,
            ends_at=item.ends_at,
        )
        for item in definition.programme
    ]
    parts += [
        PartView(
            title=round_.title,
            description="",
            starts_at=round_.starts_at,
            ends_at=round_.ends_at,
            round=round_,
        )
        for round_ in rounds
    ]
    return tuple(sorted(parts, key=lambda part: part.starts_at))


def _paragraphs(long_text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in long_text.split("\n\n") if part.strip())
