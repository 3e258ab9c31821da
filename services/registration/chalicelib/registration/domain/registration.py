"""What a registration is, and its rules. No AWS, no Chalice."""

from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.registration.domain.congress import (
    CONGRESS,
    KEEP_PERSONAL,
    KEEP_SENSITIVE,
    is_congress,
)
from chalicelib.registration.domain.questions import Reply
from shared.consent import Consent
from shared.errors import Gone
from shared.texts import later as _

State = Literal["seated", "waiting", "cancelled"]
LineState = Literal["seated", "waiting"]
Failure = Literal["bounce", "complaint"]
Saying = Literal["yes", "no"]

LAPSED = _(
    "Je hebt je aanmelding niet op tijd bevestigd en je plek is vrijgegeven. "
    "Wil je nog komen? Meld je dan opnieuw aan."
)


class Profile(Struct, frozen=True, kw_only=True):
    """What a person wants the directory to start their entry with. The directory asks for the
    rest.
    """

    name: str
    place: str
    website: str
    about: str
    consent: Consent


class Answers(Struct, frozen=True, kw_only=True):
    """Sensitive answers and those to the congress's own questions: kept apart, and removed before
    the rest.
    """

    diet: str = ""
    access_needs: str = ""
    replies: tuple[Reply, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.diet or self.access_needs or self.replies)

    def kept(self, ends_at: datetime, now: datetime) -> "Answers":
        """What may still be there at `now`, of a congress that ends at `ends_at`."""
        replies = tuple(one for one in self.replies if one.keep_until(ends_at) > now)
        if ends_at + KEEP_SENSITIVE > now:
            return replace(self, replies=replies)
        return Answers(replies=replies)

    def keep_until(self, ends_at: datetime) -> datetime:
        """When the first part of it must be gone."""
        ends = [one.keep_until(ends_at) for one in self.replies]
        if self.diet or self.access_needs or not ends:
            ends.append(ends_at + KEEP_SENSITIVE)
        return min(ends)


class Entry(Struct, frozen=True, kw_only=True):
    """What a person filled in, or an organiser for them; then `email` may be empty."""

    name: str
    email: str
    audience: str
    consent: Consent
    organisation: str | None = None
    phone: str | None = None
    sessions: tuple[str, ...] = ()
    profile: Profile | None = None  # present when the person wants to be in the directory
    answers: Answers = Answers()


class Line(Struct, frozen=True, kw_only=True):
    """A registration's place in one line: the congress itself or a session."""

    id: str
    number: int
    state: LineState
    promoted: bool = False  # waited first; the mail about it is sent once per line
    place_in_line: int | None = None  # filled in for people who look; never stored


class Coming(Struct, frozen=True, kw_only=True):
    """What somebody answered to "are you still coming?", and for which day of the congress."""

    day: str
    says: Saying
    at: datetime


class Registration(Struct, frozen=True, kw_only=True):
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
    address_failed_at: datetime | None = None  # since then no mail goes to them
    address_failure: Failure | None = None
    address_checked_at: datetime | None = None  # an organiser said that the address is right
    note: str = ""  # of organisers, for each other
    assisted: bool = False  # an organiser registered them
    coming: Coming | None = None
    confirm_by: datetime | None = None  # until then the seat is held for an address to confirm
    confirmed_at: datetime | None = None  # None as well where nothing had to be confirmed
    lapsed: bool = False  # cancelled because nobody confirmed the address

    @property
    def is_confirmed(self) -> bool:
        """Whether somebody has shown that the address is theirs, or none had to."""
        return self.confirm_by is None

    @property
    def gets_mail(self) -> bool:
        """Whether there is an address that mail may go to: who has none is entered by an
        organiser, and one that nobody confirmed is only asked to be.
        """
        return bool(self.email) and self.is_confirmed

    def check_active(self) -> None:
        """Raises Gone when it has ended, with the reason."""
        if self.lapsed:
            raise Gone("registration_cancelled", LAPSED)
        if self.state == "cancelled":
            raise Gone("registration_cancelled", "Deze aanmelding is afgezegd.")

    @property
    def has_failing_address(self) -> bool:
        """Whether mail to them is held back."""
        return self.address_failed_at is not None

    @property
    def needs_address(self) -> bool:
        """Whether an organiser has something to do about it."""
        return self.has_failing_address and self.state != "cancelled"

    def says_for(self, day: str) -> Saying | None:
        """What they answered for this day; an answer for another day is none."""
        return self.coming.says if self.coming and self.coming.day == day else None

    @property
    def congress(self) -> Line:
        """The place in the line for the congress itself; of two that somebody waits in, the one
        for their audience.
        """
        for line in self.lines:
            if is_congress(line.id):
                return line
        raise KeyError(CONGRESS)

    @property
    def place_in_line(self) -> int | None:
        """How soon a seat at the congress is theirs: 1 is next. None where nobody has counted."""
        places = [line.place_in_line for line in self.lines if is_congress(line.id)]
        return min((place for place in places if place), default=None)

    @property
    def session_lines(self) -> tuple[Line, ...]:
        """The places in the lines for sessions."""
        return tuple(line for line in self.lines if not is_congress(line.id))

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

    def cancelled(self, now: datetime, coming: Coming | None = None) -> "Registration":
        """Without any place; kept 30 days more at most."""
        until = min(self.keep_until, now + KEEP_PERSONAL)
        return self.changed(
            now,
            state="cancelled",
            lines=(),
            wishes=(),
            keep_until=until,
            coming=coming or self.coming,
            confirm_by=None,
        )

    def has_lapsed(self, now: datetime) -> bool:
        """Whether the time to confirm the address has passed."""
        return self.confirm_by is not None and self.confirm_by <= now

    def given_up(self, now: datetime) -> "Registration":
        """Cancelled, because nobody confirmed the address in time."""
        return replace(self.cancelled(now), lapsed=True)

    def confirmed(self, now: datetime) -> "Registration":
        """The next version, in which the address is confirmed."""
        return self.changed(now, confirm_by=None, confirmed_at=now)

    def with_failed_address(self, now: datetime, cause: Failure) -> "Registration":
        """The next version, to which no mail is sent."""
        return replace(self, version=self.version + 1, address_failed_at=now, address_failure=cause)

    def with_checked_address(self, now: datetime) -> "Registration":
        """The next version, to which mail is sent again."""
        return replace(
            self,
            version=self.version + 1,
            address_failed_at=None,
            address_failure=None,
            address_checked_at=now,
        )

    def with_address(self, now: datetime, email: str, person: str) -> "Registration":
        """The next version, with another address; the links and tickets sent so far end."""
        return self.changed(
            now,
            email=email,
            person=person,
            link_version=self.link_version + 1,
            address_failed_at=None,
            address_failure=None,
            address_checked_at=now,
        )

    def with_note(self, note: str) -> "Registration":
        """The next version, with this note of organisers."""
        return replace(self, version=self.version + 1, note=note)

    def answered(self, coming: Coming) -> "Registration":
        """The next version, in which somebody said whether they still come."""
        return replace(self, version=self.version + 1, coming=coming)

    def changed(self, now: datetime, **values: object) -> "Registration":
        """The record with `values` in it, as its next version."""
        return replace(self, version=self.version + 1, changed_at=now, **values)


class Receipt(Struct, frozen=True, kw_only=True):
    """The answer to somebody who registers. A known address gets one of the same shape as a new
    one.
    """

    registration_id: str
    event: str
    number: int
    state: LineState
    lines: tuple[Line, ...]


class Page(Struct, frozen=True):
    """A part of a list, and the cursor of what follows (None at the end)."""

    registrations: tuple[Registration, ...]
    cursor: str | None
