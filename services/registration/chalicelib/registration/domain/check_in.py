"""What a check-in at the door is, and its rules. No AWS, no Chalice."""

from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.registration.domain.congress import Definition

CLOCK_AHEAD = timedelta(minutes=5)  # that a phone's clock may be ahead of ours
DOOR_OPENS = timedelta(hours=12)  # before the congress starts
MOST_UNDONE = 20  # check-ins of one person that were taken back and are remembered

Answer = Literal[
    "checked_in",
    "already",
    "undone",
    "waiting",
    "cancelled",
    "unknown",
    "too_early",
    "clock_ahead",
]


class Fact(Struct, frozen=True, kw_only=True):
    """What somebody did at the door. The phone makes `id`, so that sending it twice is once.

    `at` is the phone's moment; `phone` an id that the phone made for itself, `by` an organiser's.
    """

    id: str
    registration: str
    at: datetime
    phone: str
    by: str


class Arrival(Struct, frozen=True, kw_only=True):
    """Whether a person is inside, and by which fact. `undone` are facts that were taken back."""

    registration: str
    event: str
    version: int = 0  # 0 is not written yet
    inside: Fact | None = None
    undone: tuple[str, ...] = ()

    def checked_in(self, fact: Fact) -> "Arrival":
        """The person is inside by `fact`, unless they were or `fact` was taken back."""
        if self.inside is not None or fact.id in self.undone:
            return self
        return replace(self, version=self.version + 1, inside=fact)

    def taken_back(self, fact_id: str) -> "Arrival":
        """Without this check-in, also when it has yet to arrive; another one stays."""
        if fact_id in self.undone:
            return self
        inside = None if self.inside and self.inside.id == fact_id else self.inside
        undone = (*self.undone, fact_id)[-MOST_UNDONE:]
        return replace(self, version=self.version + 1, inside=inside, undone=undone)


class Told(Struct, frozen=True, kw_only=True):
    """The answer to one fact. `inside` is the check-in that counts now."""

    id: str
    answer: Answer
    inside: Fact | None = None
    place_in_line: int | None = None


def door_opens(definition: Definition) -> datetime:
    """From when people can be checked in."""
    return definition.starts_at - DOOR_OPENS


def refused_moment(definition: Definition, at: datetime, now: datetime) -> Answer | None:
    """What is wrong with the phone's moment. One long past is fine: the phone was offline."""
    if at > now + CLOCK_AHEAD:
        return "clock_ahead"
    return "too_early" if at < door_opens(definition) else None
