"""What a registration is, and its rules. Standard library only."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from chalicelib.registration.domain.congress import CONGRESS, KEEP_PERSONAL
from shared.consent import Consent

State = Literal["seated", "waiting", "cancelled"]
LineState = Literal["seated", "waiting"]


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
