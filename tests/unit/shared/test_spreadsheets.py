"""Files for spreadsheets: what somebody typed stays text, whatever it starts with."""

from datetime import UTC, datetime

import pytest

from shared.spreadsheets import Cell, Column, Sheet, csv_file, harmless, xlsx_file
from tests.workbooks import Workbook

NOW = datetime(2027, 4, 14, 9, 30, tzinfo=UTC)
STARTS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"]
TEXTS = [*STARTS, "{=1}", "https://example.org", "007", "_x0041_", " 2 ", "Zoë 🌳", "", "true"]


def workbook(*cells: Cell, names: tuple[str, ...] = ("Blad",)) -> Workbook:
    columns = [Column("Naam", 28), Column("Nummer", 9)]
    return Workbook(xlsx_file([Sheet(name, columns, [cells]) for name in names], NOW))


@pytest.mark.parametrize("cell", STARTS)
def test_a_formula_gets_an_apostrophe_in_csv(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert harmless(f"x{cell}") == f"x{cell}"
    assert csv_file(["a"], [[cell.strip()]]).decode().splitlines()[1].lstrip('"')[0] == "'"


def test_csv_shows_numbers_and_moments_as_people_write_them() -> None:
    text = csv_file(["a", "b"], [[-5, NOW]]).decode()
    assert text == "\ufeffa,b\r\n-5,2027-04-14 11:30\r\n"


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_in_a_workbook_is_that_text_and_nothing_that_runs(text: str) -> None:
    found = workbook(text)
    assert found.sheet("Blad").rows[1:] == [[text]] if text else [[]]
    assert found.sheet("Blad").formulas == 0
    assert not found.links


def test_a_number_is_a_number_and_a_moment_a_date_on_the_amsterdam_clock() -> None:
    sheet = workbook(7, NOW).sheet("Blad")
    number, moment = sheet.rows[1]
    assert number == 7
    # Days since the last day of 1899, as spreadsheets count; 11:30 in Amsterdam.
    assert moment == pytest.approx(46491 + 11.5 / 24)
    assert sheet.formats[1] == [None, "yyyy-mm-dd hh:mm"]


def test_the_names_of_the_columns_stay_in_sight() -> None:
    sheet = workbook("a", 1).sheet("Blad")
    assert sheet.rows[0] == ["Naam", "Nummer"]
    assert sheet.frozen == ("frozen", "1")
    assert [round(width) for width in sheet.widths] == [29, 10]  # with the cell's padding


def test_a_sheet_gets_a_name_that_excel_takes() -> None:
    long = "Wonen [met] zorg: hoe/wat? in een wijk die verandert"
    names = ("Tuin", "tuin", "History", "'s Avonds'", "???", "???", long, long, "🌳" * 20)
    assert workbook("x", names=names).names == [
        "Tuin",
        "tuin (2)",
        "History (2)",
        "s Avonds",
        "(2)",
        "(3)",
        "Wonen met zorg hoe wat in een w",
        "Wonen met zorg hoe wat in e (2)",
        "🌳" * 15,
    ]
