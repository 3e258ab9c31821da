"""Every Dutch text of the service has an English one."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

import chalicelib.documents as package
from chalicelib.documents.domain import Category, State, Verdict
from chalicelib.documents.inspection import Finding
from chalicelib.documents.texts import (
    CATEGORIES,
    CATEGORY_HINTS,
    FINDINGS,
    STATES,
    VERDICTS,
)

ROOT = Path(next(iter(package.__path__)))
OPTIONS = {
    "trim_blocks": "true",
    "lstrip_blocks": "true",
    "newstyle_gettext": "true",
    "trimmed": "false",
}
SENTENCE = re.compile(r"[A-Z0-9{“][^\n]* [^\n]*[.?!]")


def in_templates() -> Iterator[str]:
    for template in sorted(ROOT.glob("templates/**/*.*")):
        with template.open("rb") as file:
            for _, _, message, _ in babel_extract(file, ["_", "gettext", "ngettext"], [], OPTIONS):
                yield message if isinstance(message, str) else message[0]


def in_code() -> Iterator[str]:
    for source in sorted(ROOT.rglob("*.py")):
        tree = ast.parse(source.read_text())
        explained = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("later", "say", "_"):
                yield from (one.value for one in node.args if isinstance(one, ast.Constant))
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and id(node) not in explained
                and SENTENCE.fullmatch(node.value)
            ):
                yield node.value


@pytest.fixture(scope="module")
def english() -> dict[str, str]:
    with (ROOT / "locale/en/LC_MESSAGES/messages.po").open("rb") as file:
        catalogue = read_po(file, locale="en")
    found = {}
    for message in catalogue:
        key = message.id if isinstance(message.id, str) else message.id[0]
        found[key] = message.string if isinstance(message.string, str) else message.string[0]
    return found


def test_every_dutch_text_has_an_english_one(english: dict[str, str]) -> None:
    used = {*in_templates(), *in_code()}
    assert {text for text in used if not english.get(text)} == set()
    assert set(english) - used - {""} == set(), "texts that nobody uses"


def test_places_for_figures_are_kept(english: dict[str, str]) -> None:
    for dutch, translated in english.items():
        if dutch:
            figures = re.findall(r"%\(\w+\)s|\{\w+\}", dutch)
            assert sorted(re.findall(r"%\(\w+\)s|\{\w+\}", translated)) == sorted(figures)


def test_every_code_has_words() -> None:
    assert set(CATEGORIES) == set(CATEGORY_HINTS) == set(Category)
    assert set(STATES) == set(State)
    assert set(VERDICTS) == set(Verdict)
    assert set(FINDINGS) == {finding.value for finding in Finding}
