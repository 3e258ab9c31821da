"""Read a congress as an organiser writes it (infra/sample/congress.yaml), saying everything that
is wrong with it.
"""

import re
from datetime import UTC, datetime
from typing import Any

import msgspec

from chalicelib.registration.domain import (
    CONGRESS,
    Audience,
    Definition,
    ProgrammeItem,
    Round,
    Session,
)
from shared.clock import AMSTERDAM, amsterdam
from shared.errors import Invalid

LONGEST_ID = 60
MOST_SEATS = 100_000
# Words that stand in the path where the congress's id stands.
RESERVED = frozenset({"aanmelden", "aanmelding", "api", "bedankt", "beheer", "insluiten", "static"})

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PLACE_OF_ERROR = re.compile(r"^(?P<reason>.*?)(?: - at `\$\.?(?P<path>[^`]*)`)?$", re.DOTALL)

Moment = Any  # text, or the datetime that YAML makes of a time with seconds


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of all parts: a misspelt field is an error, not a silence."""


class _Texts(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    nl: str
    en: str = ""


class _Session(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    title: _Texts
    capacity: int
    description: _Texts | None = None
    place: str = ""


class _Round(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    title: _Texts
    starts: Moment
    ends: Moment
    sessions: list[_Session]


class _ProgrammeItem(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    title: _Texts
    starts: Moment
    ends: Moment
    description: _Texts | None = None


class _Audience(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    title: _Texts


class _Place(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    address: str
    city: str


class _Registration(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    opens: Moment
    closes: Moment


class _Congress(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    title: _Texts
    summary: _Texts
    description: _Texts
    starts: Moment
    ends: Moment
    registration: _Registration
    place: _Place
    capacity: int
    audiences: list[_Audience]
    published: bool = False
    for_whom: _Texts | None = None
    rounds: list[_Round] = []
    programme: list[_ProgrammeItem] = []


def read(values: dict[str, Any]) -> Definition:
    """The definition in `values`, as revision 0. Times are Amsterdam wall-clock times.

    Raises Invalid whose fields are paths like `rounds[0].sessions[2].capacity`, with the reason
    for each.
    """
    try:
        congress = msgspec.convert(values, _Congress)
    except msgspec.ValidationError as error:
        found = _PLACE_OF_ERROR.match(str(error))
        reason, path = (found["reason"], found["path"]) if found else (str(error), "")
        raise Invalid("invalid_definition", fields={path or "definition": reason}) from error
    return _Reader().definition(congress)


class _Reader:
    """Turns the parts into the domain's, and collects what is wrong."""

    def __init__(self) -> None:
        self.errors: dict[str, str] = {}

    def definition(self, congress: _Congress) -> Definition:
        definition = Definition(
            id=congress.id,
            revision=0,
            published=congress.published,
            title=_texts(congress.title),
            summary=_texts(congress.summary),
            description=_texts(congress.description),
            for_whom=_texts(congress.for_whom),
            starts_at=self.moment("starts", congress.starts),
            ends_at=self.moment("ends", congress.ends),
            opens_at=self.moment("registration.opens", congress.registration.opens),
            closes_at=self.moment("registration.closes", congress.registration.closes),
            place=congress.place.name,
            address=congress.place.address,
            city=congress.place.city,
            capacity=congress.capacity,
            audiences=tuple(Audience(id=a.id, title=_texts(a.title)) for a in congress.audiences),
            rounds=tuple(self.round(i, one) for i, one in enumerate(congress.rounds)),
            programme=tuple(self.item(i, one) for i, one in enumerate(congress.programme)),
        )
        self.check(definition)
        if self.errors:
            raise Invalid("invalid_definition", fields=self.errors)
        return definition

    def round(self, index: int, part: _Round) -> Round:
        path = f"rounds[{index}]"
        return Round(
            id=part.id,
            title=_texts(part.title),
            starts_at=self.moment(f"{path}.starts", part.starts),
            ends_at=self.moment(f"{path}.ends", part.ends),
            sessions=tuple(
                Session(
                    id=session.id,
                    title=_texts(session.title),
                    capacity=session.capacity,
                    description=_texts(session.description),
                    place=session.place,
                )
                for session in part.sessions
            ),
        )

    def item(self, index: int, part: _ProgrammeItem) -> ProgrammeItem:
        path = f"programme[{index}]"
        return ProgrammeItem(
            title=_texts(part.title),
            description=_texts(part.description),
            starts_at=self.moment(f"{path}.starts", part.starts),
            ends_at=self.moment(f"{path}.ends", part.ends),
        )

    def moment(self, path: str, value: Moment) -> datetime:
        """The UTC moment of a wall-clock time in Amsterdam."""
        try:
            local = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        except ValueError:
            self.errors[path] = "Schrijf een tijd als 2027-09-17 09:30."
            return datetime.now(AMSTERDAM)
        moment = local if local.tzinfo else local.replace(tzinfo=AMSTERDAM)
        if amsterdam(moment.astimezone(UTC)).replace(tzinfo=None) != moment.replace(tzinfo=None):
            self.errors[path] = "Dit uur bestaat niet: de klok gaat dan een uur vooruit."
        return moment.astimezone(UTC)

    def check(self, definition: Definition) -> None:
        """The rules that hold between fields."""
        self.check_id("id", definition.id, RESERVED)
        self.check_order("ends", definition.starts_at, definition.ends_at)
        self.check_order("registration.closes", definition.opens_at, definition.closes_at)
        if definition.closes_at > definition.ends_at:
            self.errors["registration.closes"] = (
                "Aanmelden moet stoppen voor het congres voorbij is."
            )
        self.check_capacity("capacity", definition.capacity)
        if not definition.audiences:
            self.errors["audiences"] = "Noem minstens één doelgroep."
        self.check_unique("audiences", [audience.id for audience in definition.audiences])
        self.check_unique("rounds", [round_.id for round_ in definition.rounds])
        seen: set[str] = set()
        for index, round_ in enumerate(definition.rounds):
            self.check_round(f"rounds[{index}]", round_, definition, seen)
        for index, item in enumerate(definition.programme):
            self.check_order(f"programme[{index}].ends", item.starts_at, item.ends_at)

    def check_round(self, path: str, round_: Round, definition: Definition, seen: set[str]) -> None:
        self.check_id(f"{path}.id", round_.id)
        self.check_order(f"{path}.ends", round_.starts_at, round_.ends_at)
        if round_.starts_at < definition.starts_at or round_.ends_at > definition.ends_at:
            self.errors[f"{path}.starts"] = "Deze ronde valt buiten het congres."
        for index, session in enumerate(round_.sessions):
            place = f"{path}.sessions[{index}]"
            self.check_id(f"{place}.id", session.id, frozenset({CONGRESS}))
            self.check_capacity(f"{place}.capacity", session.capacity)
            if session.id in seen:
                self.errors[f"{place}.id"] = "Er is al een sessie met deze id."
            seen.add(session.id)

    def check_id(self, path: str, value: str, reserved: frozenset[str] = frozenset()) -> None:
        if not _ID.fullmatch(value) or len(value) > LONGEST_ID:
            self.errors[path] = "Gebruik kleine letters, cijfers en streepjes, hooguit 60 tekens."
        elif value in reserved:
            self.errors[path] = "Dit woord gebruikt Plekken zelf al. Kies een ander."

    def check_capacity(self, path: str, value: int) -> None:
        if not 1 <= value <= MOST_SEATS:
            self.errors[path] = "Het aantal plekken is een getal van 1 tot en met 100000."

    def check_order(self, path: str, first: datetime, second: datetime) -> None:
        if second <= first:
            self.errors.setdefault(path, "Het eind moet na het begin liggen.")

    def check_unique(self, path: str, ids: list[str]) -> None:
        if len(set(ids)) < len(ids):
            self.errors[path] = "Elke id mag maar één keer voorkomen."


def _texts(texts: _Texts | None) -> dict[str, str]:
    return {"nl": texts.nl, "en": texts.en or texts.nl} if texts else {}
