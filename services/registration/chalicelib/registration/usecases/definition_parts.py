"""A congress as plain values: what a YAML file says, and what the form at the desk sends.

Nothing is required here, and times and capacities are whatever stands there: the reader says what
is missing or wrong in the user's language, with the path of each, and everything at once.
"""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from chalicelib.registration.domain import Definition, ProgrammeItem, Question, Round, Session
from chalicelib.registration.domain.questions import LONGEST_KEEPING
from shared.clock import AMSTERDAM, amsterdam
from shared.library import path

Moment = Any  # text, or the datetime that YAML makes of a time with seconds
Capacity = Any  # a number, or the digits that somebody typed
Days = Any  # the same


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of all parts: a misspelt field is an error, not a silence."""


class Texts(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One text in Dutch and, if anybody likes, English."""

    nl: str = ""
    en: str = ""


NO_TEXTS = Texts()


class SessionPart(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`rounds[0].sessions[0]`."""

    id: str = ""
    title: Texts = NO_TEXTS
    capacity: Capacity = ""
    description: Texts | None = None
    place: str = ""


class RoundPart(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`rounds[0]`."""

    id: str = ""
    title: Texts = NO_TEXTS
    starts: Moment = ""
    ends: Moment = ""
    sessions: list[SessionPart] = []


class ItemPart(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`programme[0]`."""

    title: Texts = NO_TEXTS
    starts: Moment = ""
    ends: Moment = ""
    description: Texts | None = None


class AudiencePart(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`audiences[0]`."""

    id: str = ""
    title: Texts = NO_TEXTS
    share: Capacity = ""  # seats kept for them; empty: none


class OptionPart(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`questions[0].options[0]`."""

    id: str = ""
    title: Texts = NO_TEXTS


class WhenPart(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`questions[0].when`."""

    question: str = ""
    answers: list[str | bool] = []


class QuestionPart(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`questions[0]`."""

    id: str = ""
    kind: str = ""
    title: Texts = NO_TEXTS
    hint: Texts | None = None
    required: bool = False
    options: list[OptionPart] = []
    audiences: list[str] = []
    when: WhenPart | None = None
    keep_days: Days = LONGEST_KEEPING


class PlacePart(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`place`."""

    name: str = ""
    address: str = ""
    city: str = ""


class RegistrationPart(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`registration`."""

    opens: Moment = ""
    closes: Moment = ""
    confirm_within: Capacity = ""  # hours to confirm a new address; empty or 0: not at all
    shares_until: Moment = ""  # then kept seats that nobody has are for everybody; empty: never


class MailsPart(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`mails`: days before the congress, or after it; 0 is no mail, empty is as usual."""

    reminder: Capacity = ""
    reconfirm: Capacity = ""
    reconfirm_again: Capacity = ""
    thanks: Capacity = ""


class CongressPart(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole."""

    id: str = ""
    title: Texts = NO_TEXTS
    summary: Texts = NO_TEXTS
    description: Texts = NO_TEXTS
    starts: Moment = ""
    ends: Moment = ""
    registration: RegistrationPart = RegistrationPart()
    place: PlacePart = PlacePart()
    capacity: Capacity = ""
    audiences: list[AudiencePart] = []
    published: bool = False
    for_whom: Texts | None = None
    rounds: list[RoundPart] = []
    programme: list[ItemPart] = []
    questions: list[QuestionPart] = []
    mails: MailsPart = MailsPart()
    documents: str | list[str] = ""  # addresses in the library, one a line


def write(definition: Definition) -> dict[str, Any]:
    """The plain values that the reader makes `definition` of again (as revision 0)."""
    return {
        "id": definition.id,
        "published": definition.published,
        "title": _texts(definition.title),
        "summary": _texts(definition.summary),
        "description": _texts(definition.description),
        "for_whom": _texts(definition.for_whom),
        "starts": wall_clock(definition.starts_at),
        "ends": wall_clock(definition.ends_at),
        "registration": {
            "opens": wall_clock(definition.opens_at),
            "closes": wall_clock(definition.closes_at),
            "confirm_within": definition.confirm_within or "",
            "shares_until": wall_clock(definition.shares_until) if definition.shares_until else "",
        },
        "place": {
            "name": definition.place,
            "address": definition.address,
            "city": definition.city,
        },
        "capacity": definition.capacity,
        "audiences": [
            {"id": one.id, "title": _texts(one.title), "share": one.share or ""}
            for one in definition.audiences
        ],
        "mails": msgspec.to_builtins(definition.mails),
        "documents": "\n".join(map(path, definition.documents)),
        "programme": [_item(one) for one in definition.programme],
        "rounds": [_round(one) for one in definition.rounds],
        "questions": [_question(one) for one in definition.questions],
    }


def _item(item: ProgrammeItem) -> dict[str, Any]:
    return {
        "title": _texts(item.title),
        "starts": wall_clock(item.starts_at),
        "ends": wall_clock(item.ends_at),
        "description": _texts(item.description),
    }


def _round(round_: Round) -> dict[str, Any]:
    return {
        "id": round_.id,
        "title": _texts(round_.title),
        "starts": wall_clock(round_.starts_at),
        "ends": wall_clock(round_.ends_at),
        "sessions": [_session(one) for one in round_.sessions],
    }


def _session(session: Session) -> dict[str, Any]:
    return {
        "id": session.id,
        "title": _texts(session.title),
        "capacity": session.capacity,
        "description": _texts(session.description),
        "place": session.place,
    }


def _question(question: Question) -> dict[str, Any]:
    when = question.when
    return {
        "id": question.id,
        "kind": question.kind,
        "title": _texts(question.title),
        "hint": _texts(question.hint),
        "required": question.required,
        "options": [{"id": one.id, "title": _texts(one.title)} for one in question.options],
        "audiences": [*question.audiences],
        "when": {"question": when.question, "answers": [*when.answers]} if when else None,
        "keep_days": question.keep_days,
    }


def _texts(texts: dict[str, str]) -> dict[str, str]:
    dutch, english = texts.get("nl", ""), texts.get("en", "")
    return {"nl": dutch, "en": "" if english == dutch else english}


def wall_clock(moment: datetime) -> str:
    """`2027-09-17T09:30` on the clock in Amsterdam; with its offset in the hour that comes twice,
    with seconds where it has any.
    """
    local = amsterdam(moment)
    bare = local.replace(tzinfo=None)
    shown = bare.isoformat(timespec="seconds" if bare.second else "minutes")
    return shown + (utc_offset(local) if comes_twice(bare) else "")


def comes_twice(bare: datetime) -> bool:
    """Whether the clock in Amsterdam shows this time twice: when summer time ends."""
    first, second = offsets(bare)
    return first > second


def is_skipped(bare: datetime) -> bool:
    """Whether the clock in Amsterdam never shows this time: when summer time starts."""
    first, second = offsets(bare)
    return first < second


def offsets(bare: datetime) -> tuple[timedelta, timedelta]:
    """The distance to UTC the first and the second time that the clock may show `bare`."""
    both = [bare.replace(tzinfo=AMSTERDAM, fold=fold).utcoffset() for fold in (0, 1)]
    return both[0] or timedelta(), both[1] or timedelta()


def utc_offset(local: datetime) -> str:
    """`+02:00`."""
    return local.isoformat()[-6:]
