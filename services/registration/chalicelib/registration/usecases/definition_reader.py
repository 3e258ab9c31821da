"""Read a congress as an organiser writes it, in a file (infra/sample/congress.yaml) or in the form
at the desk, saying everything that is wrong with it.
"""

import re
from datetime import UTC, datetime
from typing import Any

import msgspec

from chalicelib.registration import texts
from chalicelib.registration.domain import (
    CONGRESS,
    Audience,
    Definition,
    ProgrammeItem,
    Round,
    Session,
)
from chalicelib.registration.usecases.definition_parts import (
    Capacity,
    CongressPart,
    ItemPart,
    Moment,
    RoundPart,
    SessionPart,
    Texts,
    comes_twice,
    is_skipped,
)
from chalicelib.registration.usecases.mailing_reader import read_documents, read_mails
from chalicelib.registration.usecases.question_reader import read_questions
from shared.clock import AMSTERDAM
from shared.errors import Invalid
from shared.texts import later as _

LONGEST_ID = 60
LONGEST_LINE = 200  # characters
LONGEST_TEXT = 5000
MOST_SEATS = 100_000
MOST_DIGITS = 7
YEARS = range(2000, 2101)
MOST_SESSIONS = 90  # with the congress itself and the audiences' all lines fit in one read
MOST_SHARES = 9
SHARES_UNTIL = "registration.shares_until"
CONFIRM_WITHIN = "registration.confirm_within"
MOST_HOURS = 168  # a week
# Words that stand in a path where the congress's id stands.
RESERVED = frozenset(
    {
        "aanmelden", "aanmelding", "api", "bedankt", "beheer", "inchecken", "insluiten", "mails",
        "nieuw", "static", "zoeken",
    }
)  # fmt: skip

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_AUDIENCE = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")
_PLACE_OF_ERROR = re.compile(r"^(?P<reason>.*?)(?: - at `\$\.?(?P<path>[^`]*)`)?$", re.DOTALL)
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)  # stands for a time that is wrong; never returned

MISSING = _("Vul dit in.")
NO_TIME = _("Vul een datum en een tijd in.")
SKIPPED = _("Deze tijd bestaat niet: in die nacht gaat de klok een uur vooruit.")
TWICE = _("Deze tijd komt in die nacht twee keer voor. Kies de eerste of de tweede keer.")


def read(values: dict[str, Any]) -> Definition:
    """The definition in `values`, as revision 0. Times are Amsterdam wall-clock times; in the hour
    that comes twice they need an offset (`2027-10-31T02:30+01:00`).

    Raises Invalid whose fields are paths like `rounds[0].sessions[2].capacity`, with the reason
    for each.
    """
    try:
        congress = msgspec.convert(values, CongressPart)
    except msgspec.ValidationError as error:
        found = _PLACE_OF_ERROR.match(str(error))
        reason, path = (found["reason"], found["path"]) if found else (str(error), "")
        raise Invalid("invalid_definition", fields={path or "definition": reason}) from error
    return _Reader().definition(congress)


class _Reader:
    """Turns the parts into the domain's, and collects what is wrong."""

    def __init__(self) -> None:
        self.errors: dict[str, str] = {}

    def definition(self, congress: CongressPart) -> Definition:
        definition = Definition(
            id=self.id("id", congress.id, RESERVED),
            revision=0,
            published=congress.published,
            title=self.line("title", congress.title),
            summary=self.text("summary", congress.summary),
            description=self.text("description", congress.description),
            for_whom=self.optional("for_whom", congress.for_whom),
            starts_at=self.moment("starts", congress.starts),
            ends_at=self.moment("ends", congress.ends),
            opens_at=self.moment("registration.opens", congress.registration.opens),
            closes_at=self.moment("registration.closes", congress.registration.closes),
            confirm_within=self.hours(CONFIRM_WITHIN, congress.registration.confirm_within),
            shares_until=self.moment(SHARES_UNTIL, congress.registration.shares_until)
            if congress.registration.shares_until
            else None,
            place=self.word("place.name", congress.place.name),
            address=self.word("place.address", congress.place.address),
            city=self.word("place.city", congress.place.city),
            capacity=self.capacity("capacity", congress.capacity),
            audiences=tuple(
                Audience(
                    id=self.id(f"audiences[{i}].id", one.id, shape=_AUDIENCE),
                    title=self.line(f"audiences[{i}].title", one.title),
                    share=self.share(f"audiences[{i}].share", one.share),
                )
                for i, one in enumerate(congress.audiences)
            ),
            programme=tuple(self.item(i, one) for i, one in enumerate(congress.programme)),
            rounds=tuple(self.round(i, one) for i, one in enumerate(congress.rounds)),
            questions=read_questions(
                self, congress.questions, {one.id for one in congress.audiences}
            ),
            mails=read_mails(self, congress.mails),
            documents=read_documents(self, congress.documents),
        )
        self.check(definition)
        if self.errors:
            raise Invalid("invalid_definition", fields=self.errors)
        return definition

    def round(self, index: int, part: RoundPart) -> Round:
        path = f"rounds[{index}]"
        return Round(
            id=self.id(f"{path}.id", part.id),
            title=self.line(f"{path}.title", part.title),
            starts_at=self.moment(f"{path}.starts", part.starts),
            ends_at=self.moment(f"{path}.ends", part.ends),
            sessions=tuple(
                self.session(f"{path}.sessions[{i}]", one) for i, one in enumerate(part.sessions)
            ),
        )

    def session(self, path: str, part: SessionPart) -> Session:
        return Session(
            id=self.id(f"{path}.id", part.id, frozenset({CONGRESS})),
            title=self.line(f"{path}.title", part.title),
            description=self.optional(f"{path}.description", part.description),
            place=self.word(f"{path}.place", part.place, required=False),
            capacity=self.capacity(f"{path}.capacity", part.capacity),
        )

    def item(self, index: int, part: ItemPart) -> ProgrammeItem:
        path = f"programme[{index}]"
        return ProgrammeItem(
            title=self.line(f"{path}.title", part.title),
            starts_at=self.moment(f"{path}.starts", part.starts),
            ends_at=self.moment(f"{path}.ends", part.ends),
            description=self.optional(f"{path}.description", part.description),
        )

    def line(self, path: str, given: Texts) -> dict[str, str]:
        """A title in two languages; English may be left out."""
        dutch = self.word(f"{path}.nl", given.nl)
        return {"nl": dutch, "en": self.word(f"{path}.en", given.en, required=False) or dutch}

    def text(self, path: str, given: Texts) -> dict[str, str]:
        """A longer text in two languages."""
        dutch = self.paragraphs(f"{path}.nl", given.nl)
        english = self.paragraphs(f"{path}.en", given.en, required=False)
        return {"nl": dutch, "en": english or dutch}

    def optional(self, path: str, given: Texts | None) -> dict[str, str]:
        """A text that may be left out, but not in Dutch alone."""
        if given is None or not (given.nl.strip() or given.en.strip()):
            return {}
        return self.text(path, given)

    def word(self, path: str, value: str, *, required: bool = True) -> str:
        return self.cleaned(path, value, LONGEST_LINE, required=required, one_line=True)

    def paragraphs(self, path: str, value: str, *, required: bool = True) -> str:
        return self.cleaned(path, value, LONGEST_TEXT, required=required, one_line=False)

    def cleaned(
        self, path: str, value: str, longest: int, *, required: bool, one_line: bool
    ) -> str:
        try:
            found = texts.one_line(value) if one_line else texts.several_lines(value)
        except texts.UnusableText:
            self.errors[path] = _("Hier staan tekens in die we niet kunnen bewaren.")
            return ""
        if required and not texts.has_visible_character(found):
            self.errors[path] = MISSING
        elif len(found) > longest:
            self.errors[path] = (
                _("Dit is te lang. Gebruik hooguit 200 tekens.")
                if one_line
                else _("Dit is te lang. Gebruik hooguit 5000 tekens.")
            )
        return found

    def id(
        self,
        path: str,
        value: str,
        reserved: frozenset[str] = frozenset(),
        shape: re.Pattern[str] = _ID,
    ) -> str:
        if not shape.fullmatch(value) or len(value) > LONGEST_ID:
            self.errors[path] = _(
                "Gebruik kleine letters, cijfers en streepjes, hooguit 60 tekens."
            )
        elif value in reserved:
            self.errors[path] = _("Dit woord gebruikt Plekken zelf al. Kies een ander.")
        return value

    def moment(self, path: str, value: Moment) -> datetime:
        """The UTC moment of a wall-clock time in Amsterdam."""
        try:
            local = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
            moment = (local if local.tzinfo else local.replace(tzinfo=AMSTERDAM)).astimezone(UTC)
        except (ValueError, OverflowError):
            self.errors[path] = NO_TIME
            return _NEVER
        if moment.year not in YEARS:
            self.errors[path] = _("Dit jaar kan niet kloppen.")
        elif local.tzinfo:
            return moment
        elif is_skipped(local):
            self.errors[path] = SKIPPED
        elif comes_twice(local):
            self.errors[path] = TWICE
        return moment

    def capacity(self, path: str, value: Capacity) -> int:
        if isinstance(value, str) and value.isascii() and value.isdigit():
            value = int(value[:MOST_DIGITS])
        if type(value) is int and 1 <= value <= MOST_SEATS:
            return value
        self.errors[path] = _("Het aantal plekken is een getal van 1 tot en met 100000.")
        return 0

    def hours(self, path: str, value: Capacity) -> int:
        """Hours to confirm an address in; nothing is none."""
        if isinstance(value, str) and value.isascii() and value.isdigit():
            value = int(value[:MOST_DIGITS])
        if value in ("", None):
            return 0
        if type(value) is int and 0 <= value <= MOST_HOURS:
            return value
        self.errors[path] = _("Kies een getal van 0 tot en met 168.")
        return 0

    def share(self, path: str, value: Capacity) -> int:
        """Seats kept for an audience; nothing is none."""
        return self.capacity(path, value) if value not in ("", 0, "0", None) else 0

    def check_shares(self, definition: Definition) -> None:
        """What is kept for audiences comes out of the seats that there are."""
        kept = [one.share for one in definition.audiences if one.share]
        if sum(kept) > definition.capacity and self.are_right("capacity"):
            self.errors["audiences"] = _(
                "Er zijn samen meer plekken voor doelgroepen dan er plekken zijn."
            )
        if len(kept) > MOST_SHARES:
            self.errors["audiences"] = _("Hooguit 9 doelgroepen hebben eigen plekken.")
        until = definition.shares_until
        outside = until and not definition.opens_at < until < definition.ends_at
        if outside and self.are_right("registration.opens", "ends", SHARES_UNTIL):
            self.errors[SHARES_UNTIL] = _(
                "Kies een moment nadat aanmelden begint en voor het congres voorbij is."
            )

    def check(self, definition: Definition) -> None:
        """The rules that hold between fields."""
        self.check_order("starts", "ends", definition.starts_at, definition.ends_at)
        opens, closes = "registration.opens", "registration.closes"
        self.check_order(opens, closes, definition.opens_at, definition.closes_at)
        if self.are_right("ends", closes) and definition.closes_at > definition.ends_at:
            self.errors[closes] = _("Aanmelden moet stoppen voor het congres voorbij is.")
        if not definition.audiences:
            self.errors["audiences"] = _("Noem minstens één doelgroep.")
        self.check_shares(definition)
        self.check_unique("audiences", [audience.id for audience in definition.audiences])
        self.check_unique("rounds", [round_.id for round_ in definition.rounds])
        if len(definition.sessions()) > MOST_SESSIONS:
            self.errors["rounds"] = _("Een congres heeft hooguit 90 sessies.")
        seen: set[str] = set()
        for index, round_ in enumerate(definition.rounds):
            self.check_round(f"rounds[{index}]", round_, definition, seen)
        for index, item in enumerate(definition.programme):
            path = f"programme[{index}]"
            self.check_order(f"{path}.starts", f"{path}.ends", item.starts_at, item.ends_at)

    def check_round(self, path: str, round_: Round, definition: Definition, seen: set[str]) -> None:
        starts, ends = f"{path}.starts", f"{path}.ends"
        self.check_order(starts, ends, round_.starts_at, round_.ends_at)
        outside = round_.starts_at < definition.starts_at or round_.ends_at > definition.ends_at
        if outside and self.are_right(starts, ends, "starts", "ends"):
            self.errors[starts] = _("Deze ronde valt buiten het congres.")
        for index, session in enumerate(round_.sessions):
            if session.id in seen:
                self.errors[f"{path}.sessions[{index}].id"] = _("Er is al een sessie met deze id.")
            seen.add(session.id)

    def check_order(self, start: str, end: str, first: datetime, second: datetime) -> None:
        if second <= first and self.are_right(start, end):
            self.errors[end] = _("Het eind moet na het begin liggen.")

    def check_unique(self, path: str, ids: list[str]) -> None:
        seen: set[str] = set()
        for index, id_ in enumerate(ids):
            if id_ in seen:
                self.errors[f"{path}[{index}].id"] = _("Elke id mag maar één keer voorkomen.")
            seen.add(id_)

    def are_right(self, *paths: str) -> bool:
        return not any(path in self.errors for path in paths)
