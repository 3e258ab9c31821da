"""The participants as a file for a spreadsheet: one table of columns, for CSV and XLSX."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from chalicelib.registration.domain import (
    Answers,
    Definition,
    Line,
    Registration,
    text,
)
from chalicelib.registration.question_views import reply_text
from shared import pages
from shared.spreadsheets import Cell, Column, Sheet, csv_file, xlsx_file
from shared.texts import later as _

Rows = Iterable[tuple[Registration, Answers]]
_PARTICIPANTS = _("Deelnemers")
_SEATED = _("heeft een plek")
_WAITING = _("wachtlijst")
_YES = _("ja")


class _Words(Struct, frozen=True):
    """What a cell says in one language: titles by id, and fixed words."""

    language: str
    day: str  # of the congress
    audiences: dict[str, str]
    sessions: dict[str, str]

    def say(self, message: str) -> str:
        return pages.translate("registration", self.language, message)

    def says(self, one: Registration) -> str:
        """What `one` answered to "are you still coming?"; who said no is not on the list."""
        return self.say(_YES) if one.says_for(self.day) == "yes" else ""

    def joined(self, one: Registration, state: str) -> str:
        """The sessions in which `one` has a seat, or waits."""
        found = [line.id for line in one.session_lines if line.state == state]
        return "; ".join(self.sessions.get(id_, id_) for id_ in found)


class _Row(Struct, frozen=True):
    """Somebody, and their place in the line that the sheet is about."""

    one: Registration
    answers: Answers
    line: Line


class _Column(Struct, frozen=True):
    title: str
    width: int  # characters
    cell: Callable[[_Words, _Row], Cell]


_NAME = _Column(_("Naam"), 28, lambda _w, row: row.one.name)
_EMAIL = _Column(_("E-mailadres"), 32, lambda _w, row: row.one.email)
_WHO = _Column(_("Wie"), 22, lambda w, row: w.audiences.get(row.one.audience, row.one.audience))
_ORGANISATION = _Column(_("Organisatie"), 26, lambda _w, row: row.one.organisation or "")
_STATE = _Column(
    _("Stand"), 16, lambda w, row: w.say(_SEATED if row.line.state == "seated" else _WAITING)
)
_NUMBER = _Column(_("Nummer"), 9, lambda _w, row: row.line.number)

_COLUMNS = (
    _NAME,
    _EMAIL,
    _WHO,
    _ORGANISATION,
    _Column(_("Telefoon"), 18, lambda _w, row: row.one.phone or ""),
    _STATE,
    _NUMBER,
    _Column(_("Sessies"), 40, lambda w, row: w.joined(row.one, "seated")),
    _Column(_("Sessies op de wachtlijst"), 40, lambda w, row: w.joined(row.one, "waiting")),
    _Column(_("Lunch"), 24, lambda _w, row: row.answers.diet),
    _Column(_("Nodig om mee te doen"), 30, lambda _w, row: row.answers.access_needs),
    _Column(_("Ledengids"), 11, lambda w, row: w.say(_YES) if row.one.profile else ""),
    _Column(_("Notitie"), 30, lambda _w, row: row.one.note),
    _Column(_("Aangemeld op"), 17, lambda _w, row: row.one.registered_at),
    _Column(_("Komt nog"), 10, lambda w, row: w.says(row.one)),
)
# For who stands at a session's door: nothing that is nobody's business there.
_AT_THE_DOOR = (_NAME, _WHO, _ORGANISATION, _STATE, _NUMBER)


def participants_csv(definition: Definition, rows: Rows, language: str) -> bytes:
    """Return one line per registration, in order."""
    words = _words(definition, language)
    lines = [_Row(one, answers, one.congress) for one, answers in rows]
    columns = (*_COLUMNS, *_asked(definition, (row.answers for row in lines), language))
    titles = (words.say(column.title) for column in columns)
    return csv_file(titles, _cells(words, columns, lines))


def participants_xlsx(
    definition: Definition, rows: Rows, language: str, made_at: datetime
) -> bytes:
    """Return a workbook: the same columns, and a sheet per session with who is in its line."""
    words = _words(definition, language)
    rows = list(rows)
    everybody: list[_Row] = []
    by_line: defaultdict[str, list[_Row]] = defaultdict(list)
    for one, answers in rows:
        everybody.append(_Row(one, answers, one.congress))
        for line in one.session_lines:
            by_line[line.id].append(_Row(one, answers, line))
    columns = (*_COLUMNS, *_asked(definition, (answers for _one, answers in rows), language))
    sheets = [_sheet(words, words.say(_PARTICIPANTS), columns, everybody)]
    for id_, title in words.sessions.items():
        in_order = sorted(by_line[id_], key=lambda row: row.line.number)
        sheets.append(_sheet(words, title, _AT_THE_DOOR, in_order))
    return xlsx_file(sheets, made_at)


def _asked(definition: Definition, answered: Iterable[Answers], language: str) -> list[_Column]:
    """A column per question of the congress's own; then those that are gone but were answered."""
    titles = {one.id: text(one.title, language) for one in definition.questions}
    for answers in answered:
        for reply in answers.replies:
            titles.setdefault(reply.question, text(reply.title, language))

    def column(question: str) -> Callable[[_Words, _Row], Cell]:
        return lambda words, row: _reply(row.answers, question, definition, words.language)

    return [_Column(title, 24, column(question)) for question, title in titles.items()]


def _reply(answers: Answers, question: str, definition: Definition, language: str) -> Cell:
    """The answer: a whole number as a number, a date as spreadsheets sort it."""
    for reply in answers.replies:
        if reply.question != question:
            continue
        value = reply.values[0]
        if reply.kind == "number" and value.removeprefix("-").isdigit():
            return int(value)
        return value if reply.kind == "date" else reply_text(reply, definition, language)
    return ""


def _words(definition: Definition, language: str) -> _Words:
    return _Words(
        language,
        definition.day,
        {one.id: text(one.title, language) for one in definition.audiences},
        {id_: text(one.title, language) for id_, one in definition.sessions().items()},
    )


def _sheet(words: _Words, name: str, columns: Sequence[_Column], rows: Iterable[_Row]) -> Sheet:
    titles = [Column(words.say(column.title), column.width) for column in columns]
    return Sheet(name, titles, _cells(words, columns, rows))


def _cells(words: _Words, columns: Sequence[_Column], rows: Iterable[_Row]) -> Iterator[list[Cell]]:
    for row in rows:
        yield [column.cell(words, row) for column in columns]
