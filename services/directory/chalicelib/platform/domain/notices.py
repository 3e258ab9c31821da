"""Notices to organisers: of what, to whom, and when each may be sent.

A notice holds ids only. Whether it is due is decided when it would be sent, by the choices of that
moment: changing them loses nothing and sends nothing twice.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Literal, cast

import msgspec

from shared.auth import PLATFORM, Organiser
from shared.clock import amsterdam

Kind = Literal["registration", "waiting_list", "application", "upload", "bounce", "failure"]
Choice = Literal["at_once", "daily", "nothing"]

CHOICES: tuple[Choice, ...] = ("at_once", "daily", "nothing")
STANDARD: Mapping[Kind, Choice] = {
    "registration": "daily",
    "waiting_list": "daily",
    "application": "at_once",
    "upload": "at_once",
    "bounce": "at_once",
    "failure": "at_once",
}
SERVICE_OF: Mapping[Kind, str] = {
    "registration": "registration",
    "waiting_list": "registration",
    "application": "directory",
    "upload": "documents",
    "bounce": "registration",
    "failure": PLATFORM,
}
NEEDS_ACTION: tuple[str, ...] = ("failure", "application", "upload", "bounce")
"""Kinds of which each one waits for somebody; of the others the number says enough."""

TEAM = "TEAM"
"""The recipient that is no organiser: the topic to which a team may subscribe."""


class Group(msgspec.Struct, frozen=True, order=True):
    """What is chosen about together: one kind, of a service or of one event of it."""

    service: str
    event: str
    kind: str  # a newer version may know more kinds

    @property
    def key(self) -> str:
        """Its text, under which its notices stand together: "registration/plekken#waiting_list"."""
        return f"{self.service}/{self.event}#{self.kind}"


class Notice(msgspec.Struct, frozen=True):
    """Something happened at `at`; `id` is the event's, `item` what it happened to."""

    group: Group
    id: str
    item: str
    at: datetime


class Preferences(msgspec.Struct, frozen=True):
    """What a recipient chose. Times are on the wall clock; two equal ones mean no quiet hours.

    `choices` is keyed by a service or by "registration/<event>", then by kind; a service's choice
    is for events that have none of their own.
    """

    choices: Mapping[str, Mapping[str, Choice]] = msgspec.field(default_factory=dict)
    quiet_from: time = time(0)
    quiet_until: time = time(0)
    digest_at: time = time(7, 30)
    language: str = "nl"
    version: int = 0

    def choice(self, group: Group) -> Choice:
        """What they chose for this group, or the standard."""
        for key in (subject(group.service, group.event), group.service):
            chosen = self.choices.get(key, {}).get(group.kind)
            if chosen:
                return chosen
        return STANDARD.get(cast("Kind", group.kind), "daily")

    def is_quiet(self, now: datetime) -> bool:
        """Whether `now` is in their quiet hours, which may go past midnight."""
        clock = amsterdam(now).time()
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= clock < self.quiet_until
        return clock >= self.quiet_from or clock < self.quiet_until

    def last_digest(self, now: datetime) -> datetime:
        """The moment of the day's mail that passed last; one a day, also when clocks change."""
        local = amsterdam(now)
        today = datetime.combine(local.date(), self.digest_at, local.tzinfo).astimezone(UTC)
        if today <= now:
            return today
        before = local.date() - timedelta(days=1)
        return datetime.combine(before, self.digest_at, local.tzinfo).astimezone(UTC)

    def is_due(self, group: Group, at: datetime, now: datetime) -> bool:
        """Whether a notice of `at` may be sent now."""
        if self.is_quiet(now) or group.kind not in STANDARD:
            return False
        choice = self.choice(group)
        return choice == "at_once" or (choice == "daily" and at < self.last_digest(now))


class Recipient(msgspec.Struct, frozen=True):
    """Who may get notices. No organiser: the team."""

    preferences: Preferences
    organiser: Organiser | None = None

    @property
    def id(self) -> str:
        """Under which their notices stand."""
        return self.organiser.id if self.organiser else TEAM

    def wants(self, group: Group) -> bool:
        """Whether they may see it, and chose to hear of it."""
        return self.may_see(group) and self.preferences.choice(group) != "nothing"

    def may_see(self, group: Group) -> bool:
        """Whether their role shows them this."""
        if self.organiser is None:
            return True
        right: Literal["own", "read"] = "own" if group.service == PLATFORM else "read"
        return self.organiser.may(group.service, right, group.event)


class Part(msgspec.Struct, frozen=True):
    """A group in a bundle: the notices' ids, and the things that the first of them are about."""

    group: Group
    ids: tuple[str, ...]
    items: tuple[str, ...] = ()


class Bundle(msgspec.Struct, frozen=True):
    """What goes into one mail, fixed before it is sent."""

    id: str
    parts: tuple[Part, ...]


class Mailbox(msgspec.Struct, frozen=True):
    """Where a recipient's bundle stands: the one that is being sent, and how many there were."""

    version: int = 0
    bundle: Bundle | None = None


def subject(service: str, event: str = "") -> str:
    """The key in `Preferences.choices`."""
    return f"{service}/{event}" if event else service


def recipients(
    organisers: Iterable[Organiser], preferences: Mapping[str, Preferences]
) -> list[Recipient]:
    """Everybody who may get notices, the team last."""
    everyone = [Recipient(preferences.get(one.id, Preferences()), one) for one in organisers]
    return [*everyone, Recipient(preferences.get(TEAM, TEAM_STANDARD))]


TEAM_STANDARD = Preferences(
    choices={
        service: {kind: "daily" for kind, of in SERVICE_OF.items() if of == service}
        for service in sorted(set(SERVICE_OF.values()))
    }
)
