"""The participants as a file for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from chalicelib.registration.domain import Answers, Definition, Registration, text
from shared import pages
from shared.clock import amsterdam
from shared.texts import later as _

_BOM = "\ufeff"  # tells Excel that this is UTF-8
# A spreadsheet runs a cell that starts with one of these as a formula (OWASP, CSV injection).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


_COLUMNS = (
    _("Naam"),
    _("E-mailadres"),
    _("Wie"),
    _("Organisatie"),
    _("Telefoon"),
    _("Stand"),
    _("Nummer"),
    _("Sessies"),
    _("Sessies op de wachtlijst"),
    _("Lunch"),
    _("Nodig om mee te doen"),
    _("Ledengids"),
    _("Aangemeld op"),
)
_SEATED = _("heeft een plek")
_WAITING = _("wachtlijst")
_YES = _("ja")


def participants_csv(
    definition: Definition, rows: Iterable[tuple[Registration, Answers]], language: str
) -> bytes:
    """Return one line per registration, in order, with no cell that a spreadsheet would run."""

    def say(message: str) -> str:
        return pages.translate("registration", language, message)

    audiences = {one.id: text(one.title, language) for one in definition.audiences}
    sessions = {id_: text(one.title, language) for id_, one in definition.sessions().items()}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(say(column) for column in _COLUMNS)
    for one, answers in rows:
        seats = [(sessions.get(line.id, line.id), line.state) for line in one.session_lines]
        cells = (
            one.name,
            one.email,
            audiences.get(one.audience, one.audience),
            one.organisation or "",
            one.phone or "",
            say(_SEATED if one.state == "seated" else _WAITING),
            str(one.congress.number),
            "; ".join(title for title, state in seats if state == "seated"),
            "; ".join(title for title, state in seats if state == "waiting"),
            answers.diet,
            answers.access_needs,
            say(_YES) if one.profile else "",
            f"{amsterdam(one.registered_at):%Y-%m-%d %H:%M}",
        )
        writer.writerow(harmless(cell) for cell in cells)
    return (_BOM + out.getvalue()).encode()


def harmless(cell: str) -> str:
    """Return `cell` with an apostrophe where a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
