"""What pages, JSON and mails show of a congress: one language, texts and figures ready to print."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from chalicelib.registration.domain import (
    CONGRESS,
    Availability,
    Definition,
    Event,
    Line,
    Registration,
    Round,
    text,
)

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
    place: str
    address: str
    city: str
    state: EventState
    capacity: int
    left: int
    waiting: int
    audiences: tuple[tuple[str, str], ...]
    rounds: tuple[RoundView, ...]
    programme: tuple[PartView, ...]

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
    seated: bool
    sessions: list[LineView]


def event_view(event: Event, language: str, now: datetime) -> EventView:
    """Return the congress as it stands at `now`."""
    definition = event.definition
    congress = event.lines.get(CONGRESS, _NOTHING_KNOWN)
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
        place=definition.place,
        address=definition.address,
        city=definition.city,
        state=definition.state(now),
        capacity=congress.capacity,
        left=congress.free,
        waiting=congress.waiting,
        audiences=tuple((one.id, text(one.title, language)) for one in definition.audiences),
        rounds=rounds,
        programme=_programme(definition, rounds, language),
    )


def line_views(lines: tuple[Line, ...], definition: Definition, language: str) -> list[LineView]:
    """Return the places in line, the congress first and the sessions in the order of the day."""
    sessions = definition.sessions()
    order = {id_: index for index, id_ in enumerate([CONGRESS, *sessions])}
    return [
        LineView(
            title=text(sessions[line.id].title, language) if line.id in sessions else "",
            seated=line.state == "seated",
            place_in_line=line.place_in_line or 0,
        )
        for line in sorted(lines, key=lambda line: order.get(line.id, len(order)))
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
        seated=registration.state == "seated",
        sessions=line_views(registration.session_lines, definition, language),
    )


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
