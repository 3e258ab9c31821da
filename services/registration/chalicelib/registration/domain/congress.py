"""What a congress is, and its rules. No AWS, no Chalice."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.registration.domain.questions import Question
from shared.clock import amsterdam
from shared.errors import Conflict, Invalid

CONGRESS = "congress"  # the line for the seats of the congress that are for everybody
SHARE = "congress."  # and the audience's id: the line for the seats kept for an audience
# Every other line is named after its session, and such an id has no point in it.
KEEP_PERSONAL = timedelta(days=30)  # after the congress, or after cancelling
KEEP_SENSITIVE = timedelta(days=7)  # diet and access needs, after the congress

Texts = Mapping[str, str]  # language ("nl", "en") to text


def is_congress(line: str) -> bool:
    """Whether a seat in `line` is a seat at the congress itself."""
    return line == CONGRESS or line.startswith(SHARE)


def text(texts: Texts, language: str) -> str:
    """The text in `language`, in Dutch where there is no translation."""
    return texts.get(language) or texts.get("nl", "")


class Session(Struct, frozen=True, kw_only=True):
    """One of the parallel sessions of a round, with a line of its own."""

    id: str
    title: dict[str, str]
    capacity: int
    description: dict[str, str] = {}
    place: str = ""


class Round(Struct, frozen=True, kw_only=True):
    """Sessions at the same time: a person sits in at most one of them."""

    id: str
    title: dict[str, str]
    starts_at: datetime
    ends_at: datetime
    sessions: tuple[Session, ...]


class ProgrammeItem(Struct, frozen=True, kw_only=True):
    """A part of the day for everybody, such as the book presentation."""

    starts_at: datetime
    ends_at: datetime
    title: dict[str, str]
    description: dict[str, str] = {}


class Audience(Struct, frozen=True, kw_only=True):
    """A kind of participant that the form lets people choose."""

    id: str
    title: dict[str, str]
    share: int = 0  # seats of the congress kept for them

    @property
    def line(self) -> str:
        """The line for the seats kept for them."""
        return SHARE + self.id


class MailDays(Struct, frozen=True, kw_only=True):
    """How many days before the congress a mail goes to everybody, or after it; 0 is no mail."""

    reminder: int = 2
    reconfirm: int = 0
    reconfirm_again: int = 0  # to those who did not answer
    thanks: int = 1


class Definition(Struct, frozen=True, kw_only=True):
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
    for_whom: dict[str, str] = {}
    questions: tuple[Question, ...] = ()
    confirm_within: int = 0  # hours in which a new address must be confirmed; 0: not at all
    shares_until: datetime | None = None  # then kept seats that nobody has are for everybody
    mails: MailDays = MailDays()
    documents: tuple[str, ...] = ()  # ids in the library: thanks name those that are published

    @property
    def day(self) -> str:
        """The day on which it starts, on the clock in Amsterdam: `2027-09-17`."""
        return amsterdam(self.starts_at).date().isoformat()

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
        """The capacity of every line, before kept seats were handed over to everybody."""
        sessions = {id_: session.capacity for id_, session in self.sessions().items()}
        kept = {one.line: one.share for one in self.audiences if one.share}
        return {CONGRESS: self.capacity - sum(kept.values())} | kept | sessions

    def shares(self) -> list[str]:
        """The lines for seats that are kept for an audience."""
        return [one.line for one in self.audiences if one.share]

    def lines_for(self, audience: str, now: datetime) -> list[str]:
        """Where somebody of this audience may get a seat at the congress, the kept seats first."""
        kept = [one.line for one in self.audiences if one.share and one.id == audience]
        return [CONGRESS] if self.shares_are_over(now) else [*kept, CONGRESS]

    def shares_are_over(self, now: datetime) -> bool:
        """Whether kept seats that nobody has are for everybody by now."""
        return self.shares_until is not None and now >= self.shares_until

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


class Saved(Struct, frozen=True):
    """A congress as it was saved: when, and by whom (an organiser's id; empty for `make load`)."""

    definition: Definition
    at: datetime
    by: str


class Availability(Struct, frozen=True):
    """How full a line is, at the moment it was read."""

    capacity: int
    free: int
    waiting: int


class Event(Struct, frozen=True):
    """A congress with how full it is now, per line."""

    definition: Definition
    lines: dict[str, Availability]

    @property
    def congress(self) -> Availability:
        """Of all seats at the congress. Whoever waits, waits in everybody's line too."""
        found = [one for line, one in self.lines.items() if is_congress(line)]
        waiting = self.lines[CONGRESS].waiting if CONGRESS in self.lines else 0
        return Availability(
            capacity=sum(one.capacity for one in found),
            free=sum(one.free for one in found),
            waiting=waiting,
        )

    def free_for(self, audience: str, now: datetime) -> int:
        """How many seats at the congress somebody of this audience could have now."""
        lines = self.definition.lines_for(audience, now)
        return sum(self.lines[line].free for line in lines if line in self.lines)


def next_revision(wanted: Definition, known: Definition | None, followed: int = 0) -> Definition:
    """`wanted` as the revision after `known`, or as `known` itself where nothing differs.

    `followed` is the newest revision that a line follows: of a congress with the same id that was
    deleted, its lines are still there.
    """
    if known is None:
        return replace(wanted, revision=followed + 1)
    same = replace(wanted, revision=known.revision)
    return same if same == known else replace(wanted, revision=known.revision + 1)


def keep_until(definition: Definition) -> datetime:
    """When personal data must be gone: 30 days after the congress."""
    return definition.ends_at + KEEP_PERSONAL
