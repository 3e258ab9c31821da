"""A list as a file for a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from shared.clock import amsterdam

Cell = str | int | datetime
"""What a cell holds: text, a whole number, or an aware moment (shown on the Amsterdam clock)."""

_BOM = "\ufeff"  # tells Excel that this is UTF-8
# A spreadsheet runs a cell that starts with one of these as a formula (OWASP, CSV injection).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_NOT_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_LONGEST_NAME = 31  # UTF-16 units; Excel's limit
_RESERVED = "history"  # Excel keeps this name for itself


class Column(Struct, frozen=True):
    """A column's name, and how wide it is in characters."""

    title: str
    width: int


class Sheet(Struct, frozen=True):
    """One sheet of a workbook; its name may still be changed into one that Excel takes."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]


def csv_file(columns: Iterable[str], rows: Iterable[Iterable[Cell]]) -> bytes:
    """One line per row under the columns' names, with no cell that a spreadsheet would run."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(map(harmless, columns))
    for row in rows:
        writer.writerow(_plain(cell) for cell in row)
    return (_BOM + out.getvalue()).encode()


def _plain(cell: Cell) -> str:
    if isinstance(cell, str):
        return harmless(cell)
    return str(cell) if isinstance(cell, int) else f"{amsterdam(cell):%Y-%m-%d %H:%M}"


def harmless(cell: str) -> str:
    """`cell`, with an apostrophe where a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def xlsx_file(sheets: Iterable[Sheet], made_at: datetime) -> bytes:
    """A workbook in which text is text, a number a number and a moment a date.

    Whatever a text starts with, it is no formula and no link.
    """
    from xlsxwriter import Workbook  # noqa: PLC0415 - large, and few ask for it

    out = io.BytesIO()
    # In memory: nothing about people stays behind in a function's temporary folder.
    with Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"created": made_at})
        bold = book.add_format({"bold": True})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        taken = {_RESERVED}
        for sheet in sheets:
            page = book.add_worksheet(_free_name(sheet.name, taken))
            page.freeze_panes(1, 0)
            for place, column in enumerate(sheet.columns):
                page.set_column(place, place, column.width)
                page.write_string(0, place, column.title, bold)
            for line, row in enumerate(sheet.rows, 1):
                _write(page, line, row, moment)
    return out.getvalue()


def _write(page: Any, line: int, row: Iterable[Cell], moment: Any) -> None:
    for place, cell in enumerate(row):
        if isinstance(cell, str):
            page.write_string(line, place, cell)
        elif isinstance(cell, int):
            page.write_number(line, place, cell)
        else:  # a spreadsheet knows no time zones
            page.write_datetime(line, place, amsterdam(cell).replace(tzinfo=None), moment)


def _free_name(wanted: str, taken: set[str]) -> str:
    """`wanted` without what Excel refuses, and with a number where that name is taken."""
    clean = " ".join(wanted.translate(_NOT_IN_NAMES).split()).strip("' ")
    number = 1
    name = _cut(clean, _LONGEST_NAME)
    while not name or name.casefold() in taken:
        number += 1
        ending = f" ({number})"
        name = (_cut(clean, _LONGEST_NAME - len(ending)) + ending).strip()
    taken.add(name.casefold())
    return name


def _cut(text: str, units: int) -> str:
    return text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore").strip("' ")
