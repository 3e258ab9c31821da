"""What a congress is, and its rules. Standard library only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from shared.errors import Conflict, Invalid

CONGRESS = (
    "congress"  # the line for the congress itself; every other line is named after its session
)
KEEP_PERSONAL = timedelta(days=30)  # after the congress, or after cancelling
KEEP_SENSITIVE = timedelta(days=7)  # diet and access needs, after the congress

Texts = Mapping[str, str]  # language ("nl", "en") to text


def text(texts: Texts, language: str) -> str:
    """The text in `language`, in Dutch where there is no translation."""
    return texts.get(language) or texts.get("nl", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One of the parallel sessions of a round, with a line of its own."""

    id: str
    title: dict[str, str]
    capacity: int
    description: dict[str, str] = field(default_factory=dict)
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """Sessions at the same time: a person sits in at most one of them."""

    id: str
    title: dict[str, str]
    starts_at: datetime
    ends_at: datetime
    sessions: tuple[Session, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeItem:
    """A part of the day for everybody, such as the book presentation."""

    starts_at: datetime
    ends_at: datetime
    title: dict[str, str]
    description: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """A kind of participant that the form lets people choose."""

    id: str
    title: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A congress as the organisers wrote it down. Times are aware, in UTC."""

    id: str
    revision: int
    published: bool
    title: dict[str, str]
    summary: dict[str, str]
    description: dict[str, str]
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    closes_at: datetime
    place: str
    address: str
    city: str
    capacity: int
    audiences: tuple[Audience, ...]
    rounds: tuple[Round, ...] = ()
    programme: tuple[ProgrammeItem, ...] = ()
    for_whom: dict[str, str] = field(default_factory=dict)

    def sessions(self) -> dict[str, Session]:
        """Every session by its id."""
        return {session.id: session for round_ in self.rounds for session in round_.sessions}

    def round_of(self, session: str) -> str:
        """The id of the round that `session` is in; empty for the congress line."""
        for round_ in self.rounds:
            if any(one.id == session for one in round_.sessions):
                return round_.id
        return ""

    def capacities(self) -> dict[str, int]:
        """The capacity of every line."""
        sessions = {id_: session.capacity for id_, session in self.sessions().items()}
        return {CONGRESS: self.capacity} | sessions

    def state(self, now: datetime) -> Literal["draft", "not_yet_open", "open", "closed"]:
        """Whether people can register at `now`."""
        if not self.published:
            return "draft"
        if now < self.opens_at:
            return "not_yet_open"
        return "open" if now < self.closes_at else "closed"

    def check_open(self, now: datetime) -> None:
        """Raises Conflict ("event_not_open") unless people can register at `now`."""
        if self.state(now) != "open":
            raise Conflict("event_not_open", "Je kunt je nu niet aanmelden voor dit congres.")

    def check_choice(self, sessions: Iterable[str]) -> None:
        """Raises Invalid for an unknown session or two in one round."""
        seen: set[str] = set()
        for session in sessions:
            round_ = self.round_of(session)
            if not round_:
                raise Invalid(fields={"sessions": "Deze sessie bestaat niet (meer)."})
            if round_ in seen:
                raise Invalid(fields={"sessions": "Kies in elke ronde één sessie."})
            seen.add(round_)

    def check_audience(self, audience: str) -> None:
        """Raises Invalid unless `audience` is one that the form offers."""
        if audience not in {one.id for one in self.audiences}:
            raise Invalid(fields={"audience": "Kies wie je bent."})


@dataclass(frozen=True, slots=True)
class Availability:
    """How full a line is, at the moment it was read."""

    capacity: int
    free: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Event:
    """A congress with how full it is now, per line."""

    definition: Definition
    lines: dict[str, Availability]


def next_revision(wanted: Definition, known: Definition | None) -> Definition:
    """`wanted` as the revision after `known`, or as `known` itself where nothing differs."""
    if known is None:
        return replace(wanted, revision=1)
    same = replace(wanted, revision=known.revision)
    return same if same == known else replace(wanted, revision=known.revision + 1)


def keep_until(definition: Definition) -> datetime:
    """When personal data must be gone: 30 days after the congress."""
    return definition.ends_at + KEEP_PERSONAL


def keep_answers_until(definition: Definition) -> datetime:
    """When diet and access needs must be gone: 7 days after the congress."""
    return definition.ends_at + KEEP_SENSITIVE
