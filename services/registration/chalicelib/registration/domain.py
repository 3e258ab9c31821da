"""What a congress and a registration are, and their rules. Standard library only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from shared.consent import Consent
from shared.errors import Conflict, Invalid

CONGRESS = (
    "congress"  # the line for the congress itself; every other line is named after its session
)
KEEP_PERSONAL = timedelta(days=30)  # after the congress, or after cancelling
KEEP_SENSITIVE = timedelta(days=7)  # diet and access needs, after the congress

State = Literal["seated", "waiting", "cancelled"]
LineState = Literal["seated", "waiting"]
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a person wants the directory to start their entry with. The directory asks for the
    rest.
    """

    name: str
    place: str
    website: str
    about: str
    consent: Consent


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Sensitive answers: kept apart, and removed first."""

    diet: str = ""
    access_needs: str = ""

    def __bool__(self) -> bool:
        return bool(self.diet or self.access_needs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a person filled in."""

    name: str
    email: str
    audience: str
    consent: Consent
    organisation: str | None = None
    phone: str | None = None
    sessions: tuple[str, ...] = ()
    profile: Profile | None = None  # present when the person wants to be in the directory
    answers: Answers = Answers()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A registration's place in one line: the congress itself or a session."""

    id: str
    number: int
    state: LineState
    promoted: bool = False  # waited first; the mail about it is sent once per line
    place_in_line: int | None = None  # filled in for people who look; never stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """One person's registration for one congress."""

    id: str
    event: str
    state: State
    version: int  # of this record: every change raises it, and every change is conditional on it
    link_version: int  # of the manage link: raising it revokes the links sent so far
    language: str
    name: str
    email: str
    person: str  # keyed hash of the address
    audience: str
    consent: Consent
    registered_at: datetime
    lines: tuple[Line, ...]
    keep_until: datetime  # personal data are neither shown nor used after this moment
    organisation: str | None = None
    phone: str | None = None
    wishes: tuple[str, ...] = ()  # sessions to join on being seated at the congress
    profile: Profile | None = None
    changed_at: datetime | None = None

    @property
    def congress(self) -> Line:
        """The place in the line for the congress itself."""
        return self.line(CONGRESS)

    @property
    def session_lines(self) -> tuple[Line, ...]:
        """The places in the lines for sessions."""
        return tuple(line for line in self.lines if line.id != CONGRESS)

    def line(self, id_: str) -> Line:
        """The place in line `id_`. Raises KeyError where the person is not in it."""
        for line in self.lines:
            if line.id == id_:
                return line
        raise KeyError(id_)

    def has_line(self, id_: str) -> bool:
        """Whether the person stands in line `id_`."""
        return any(line.id == id_ for line in self.lines)

    def waits_with(self, id_: str, number: int) -> bool:
        """Whether the person waits in line `id_` with exactly this number."""
        return any(
            (line.id, line.number, line.state) == (id_, number, "waiting") for line in self.lines
        )

    def with_lines(self, lines: tuple[Line, ...], wishes: tuple[str, ...] = ()) -> "Registration":
        """The same version of the record with other places."""
        return replace(self, lines=lines, wishes=wishes)

    def cancelled(self, now: datetime) -> "Registration":
        """Without any place; kept 30 days more at most."""
        until = min(self.keep_until, now + KEEP_PERSONAL)
        return self.changed(now, state="cancelled", lines=(), wishes=(), keep_until=until)

    def changed(self, now: datetime, **values: object) -> "Registration":
        """The record with `values` in it, as its next version."""
        return replace(self, version=self.version + 1, changed_at=now, **values)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The answer to somebody who registers. A known address gets one of the same shape as a new
    one.
    """

    registration_id: str
    event: str
    number: int
    state: LineState
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list, and the cursor of what follows (None at the end)."""

    registrations: tuple[Registration, ...]
    cursor: str | None


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
