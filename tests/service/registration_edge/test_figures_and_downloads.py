"""The figures of a congress and its list as a workbook."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.registration import usecases
from chalicelib.registration.repository import Repository
from shared.answers import XLSX
from shared.clock import FixedClock
from tests.service.browser import Answer, Browser
from tests.service.registration_edge.conftest import PAGE, items, person, registration_id
from tests.workbooks import Workbook

LIST = "/congres/beheer/buurtdag"
SEND = f"{PAGE}/aanmelden"
FIGURES = f"{LIST}/cijfers"


def tables(answer: Answer) -> dict[str, list[list[str]]]:
    """The rows of each table by its caption, as text."""
    found = {}
    for table in re.findall(r"<table.*?</table>", answer.text, re.DOTALL):
        caption = re.search(r"<caption>(.*?)</caption>", table)
        rows = re.findall(r"<tr.*?</tr>", table, re.DOTALL)[1:]
        cells = [re.findall(r"<t[hd] .*?</t[hd]>", row, re.DOTALL) for row in rows]
        assert caption
        found[caption[1]] = [[re.sub(r"<.*?>", "", cell).strip() for cell in row] for row in cells]
    return found


@pytest.fixture
def full(desk_browser: Browser, clock: FixedClock, define: Any) -> Browser:
    """Three registered on Wednesday, one on Friday; one of Wednesday cancelled on Friday."""
    for name in ("ada", "bo", "cas"):
        desk_browser.post(SEND, person(name))
    clock.advance(timedelta(days=2))
    desk_browser.post(SEND, person("dirk", **{"sessie-r1": "a2"}))
    desk_browser.post(f"{LIST}/afzeggen/{registration_id('ada')}")
    return desk_browser


def test_an_empty_congress_says_so(desk_browser: Browser) -> None:
    page = desk_browser.get(FIGURES)
    assert page.status == 200
    assert "Er heeft zich nog niemand aangemeld." in page.text
    assert "<svg" not in page.text
    book = Workbook(desk_browser.get(f"{LIST}/deelnemers.xlsx").body)
    assert [len(book.sheet(name).rows) for name in book.names] == [1] * 5


def test_the_figures_per_audience_session_and_day(full: Browser) -> None:
    found = tables(full.get(FIGURES))
    # Nobody told those who wait yet that they moved up: that is the worker's.
    assert found["Aanmeldingen per doelgroep"] == [["Bewoner", "1", "2", "1"]]
    assert found["r1"] == [["a1", "1", "0", "1"], ["a2", "1", "0", "0"]]
    assert found["r2"] == [["b1", "1", "0", "0"], ["b2", "1", "0", "0"]]
    assert found["Aanmeldingen in de tijd"] == [
        ["woensdag 14 april 2027", "3", "0", "3"],
        ["donderdag 15 april 2027", "0", "0", "3"],
        ["vrijdag 16 april 2027", "1", "1", "3"],
    ]


def test_a_chart_says_in_words_what_it_shows_and_needs_no_script(full: Browser) -> None:
    text = full.get(FIGURES).text
    drawings = re.findall(r"<svg.*?>", text)
    assert len(drawings) == 2 + 1 + 4
    assert all('role="img" aria-label="' in one or 'aria-hidden="true"' in one for one in drawings)
    assert "De meeste nieuwe aanmeldingen: 3 (woensdag 14 april 2027)." in text
    content = text.partition('class="content"')[2].partition("<script")[0]
    assert "style=" not in content
    assert len(re.findall(r"<rect", content)) == 2 + 1 + 1 + 1
    english = full.get(f"{FIGURES}?lang=en").text
    assert "Most new registrations: 3 (Wednesday 14 April 2027)." in english


def test_who_is_past_their_time_is_not_counted(full: Browser, clock: FixedClock) -> None:
    clock.advance(timedelta(days=31))
    assert tables(full.get(FIGURES))["Aanmeldingen per doelgroep"] == [["Bewoner", "1", "2", "0"]]


def test_an_audience_that_is_no_longer_offered_still_counts(full: Browser, define: Any) -> None:
    define(audiences=[{"id": "student", "title": {"nl": "Student"}}])
    assert tables(full.get(FIGURES))["Aanmeldingen per doelgroep"] == [
        ["Student", "0", "0", "0"],
        ["resident", "1", "2", "1"],
    ]


def test_the_page_names_nobody(full: Browser) -> None:
    text = full.get(FIGURES).text
    assert "bo@example.org" not in text
    assert "Dirk" not in text
    assert items("AUDIT#", "plekken-test-access")[1:] == []  # the cancelling, and no more


def test_the_workbook_holds_everybody_and_runs_nothing(desk_browser: Browser) -> None:
    desk_browser.post(SEND, person("ada", naam="=1+1", lunch="@veg", telefoon="+31612345678"))
    desk_browser.post(SEND, person("bo", naam="Zoë Ångström 🌳"))
    answer = desk_browser.get(f"{LIST}/deelnemers.xlsx")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == XLSX
    assert "deelnemers-buurtdag.xlsx" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    book = Workbook(answer.body)
    assert book.names == ["Deelnemers", "a1", "a2", "b1", "b2"]
    head, *rows = book.sheet("Deelnemers").rows
    ada, bo = (dict(zip(head, row, strict=True)) for row in rows)
    assert (ada["Naam"], ada["Telefoon"], ada["Lunch"]) == ("=1+1", "+31612345678", "@veg")
    assert (bo["Naam"], bo["Sessies op de wachtlijst"]) == ("Zoë Ångström 🌳", "a1")
    assert sum(book.sheet(name).formulas for name in book.names) == 0
    assert [one["action"] for one in items("AUDIT#", "plekken-test-access")] == [
        "registration.exported"
    ]


def test_both_files_have_the_same_columns_and_lines(full: Browser) -> None:
    for language in ("nl", "en"):
        text = full.get(f"{LIST}/deelnemers.csv?lang={language}").text
        workbook = Workbook(full.get(f"{LIST}/deelnemers.xlsx?lang={language}").body)
        head, *lines = csv.reader(io.StringIO(text[1:]))
        titles, *rows = workbook.sheet(workbook.names[0]).rows
        assert titles == head
        assert [row[0] for row in rows] == [line[0] for line in lines] == ["Bo", "Cas", "Dirk"]
        assert [float(line[6]) for line in lines] == [row[6] for row in rows]
    assert "Name" in head


def test_a_session_has_a_sheet_without_what_its_door_need_not_know(full: Browser) -> None:
    book = Workbook(full.get(f"{LIST}/deelnemers.xlsx").body)
    assert book.sheet("a1").rows == [
        ["Naam", "Wie", "Organisatie", "Stand", "Nummer"],
        ["Bo", "Bewoner", "Buurttuin", "wachtlijst", 2],
    ]
    assert book.sheet("b2").rows[1:] == []


def test_a_session_is_in_the_order_of_its_own_line(
    desk_browser: Browser, repository: Repository, clock: FixedClock, define: Any
) -> None:
    define(capacity=5)
    for name in ("ada", "bo"):
        desk_browser.post(SEND, person(name))
    ada = registration_id("ada")
    for sessions in ([], ["a1"]):  # leaves, and joins again behind Bo
        usecases.change(repository, clock, registration_id=ada, link_version=1, sessions=sessions)
    book = Workbook(desk_browser.get(f"{LIST}/deelnemers.xlsx").body)
    assert [row[0] for row in book.sheet("Deelnemers").rows[1:]] == ["Ada", "Bo"]
    assert [row[0] for row in book.sheet("a1").rows[1:]] == ["Bo", "Ada"]


def test_asking_only_for_the_head_of_a_download_works(full: Browser) -> None:
    answer = full.send("HEAD", f"{LIST}/deelnemers.xlsx", b"", {})
    assert (answer.status, answer.body) == (200, b"")
