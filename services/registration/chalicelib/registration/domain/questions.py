"""A congress's own questions, and what people answered to them. No AWS, no Chalice."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

Kind = Literal["short", "long", "one", "several", "yes_no", "number", "date"]
CHOICES: tuple[Kind, ...] = ("one", "several")  # kinds with answers to choose from
YES, NO = "yes", "no"
LONGEST_KEEPING = 30  # days after the congress; then the whole registration goes


class Option(Struct, frozen=True, kw_only=True):
    """An answer to choose."""

    id: str
    title: dict[str, str]


class When(Struct, frozen=True, kw_only=True):
    """A question counts when an earlier one was answered with one of these."""

    question: str
    answers: tuple[str, ...]  # ids of options, or "yes" and "no"


class Reply(Struct, frozen=True, kw_only=True):
    """An answer, with the words of the question as they were: those may change or go."""

    question: str
    kind: Kind
    title: dict[str, str]
    values: tuple[str, ...]  # ids of options, "yes" or "no", a date as 2027-09-17, or the text
    options: dict[str, dict[str, str]] = {}  # the titles of what was chosen
    keep_days: int = LONGEST_KEEPING

    def keep_until(self, ends_at: datetime) -> datetime:
        """When it must be gone, for a congress that ends at `ends_at`."""
        return ends_at + timedelta(days=self.keep_days)


class Question(Struct, frozen=True, kw_only=True):
    """Something that the form asks besides what every congress asks."""

    id: str
    kind: Kind
    title: dict[str, str]
    hint: dict[str, str] = {}
    required: bool = False
    options: tuple[Option, ...] = ()
    audiences: tuple[str, ...] = ()  # whom it is for; empty: everybody
    when: When | None = None
    keep_days: int = LONGEST_KEEPING

    @property
    def values(self) -> tuple[str, ...]:
        """What can be chosen; empty where people type."""
        return (YES, NO) if self.kind == "yes_no" else tuple(one.id for one in self.options)

    def counts(self, audience: str, replies: Mapping[str, Reply]) -> bool:
        """Whether it is asked of somebody of `audience` who gave these replies before it."""
        if self.audiences and audience not in self.audiences:
            return False
        if self.when is None:
            return True
        reply = replies.get(self.when.question)
        return reply is not None and not set(reply.values).isdisjoint(self.when.answers)


def following(replies: Iterable[Reply], questions: Iterable[Question]) -> tuple[Reply, ...]:
    """`replies`, kept as long as the questions say now; those of a removed one as they were."""
    days = {one.id: one.keep_days for one in questions}
    return tuple(replace(one, keep_days=days.get(one.question, one.keep_days)) for one in replies)
