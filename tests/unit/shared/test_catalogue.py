"""Every text of the shared pages and errors has an English translation."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

SHARED = Path(__file__).parents[3] / "shared"
METHODS = [("**.html", "jinja2"), ("**.txt", "jinja2")]
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def said_on_pages() -> set[str]:
    found = extract_from_dir(SHARED / "templates", METHODS)
    return {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}


def said_by_errors() -> Iterator[str]:
    """Titles of error classes, and texts that are handed to them where they are raised."""
    for path in SHARED.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                yield from _titles(node)
            elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Forbidden":
                yield from (
                    str(text.value) for text in node.args[1:] if isinstance(text, ast.Constant)
                )


def _titles(class_: ast.ClassDef) -> Iterator[str]:
    for node in class_.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "title":
            assert isinstance(node.value, ast.Constant)
            yield str(node.value.value)


def translated() -> dict[str, tuple[str, ...]]:
    with (SHARED / "locale/en/LC_MESSAGES/messages.po").open("rb") as file:
        entries = [entry for entry in read_po(file, locale="en") if entry.id]
    return {
        entry.id if isinstance(entry.id, str) else entry.id[0]: (
            (entry.string,) if isinstance(entry.string, str) else tuple(entry.string)
        )
        for entry in entries
    }


def test_every_text_is_translated() -> None:
    english = {text for text, texts in translated().items() if all(texts)}
    assert said_on_pages() - english == set()
    assert set(said_by_errors()) - english == set()


def test_placeholders_are_the_same_in_both_languages() -> None:
    for dutch, english in translated().items():
        for text in english:
            assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(dutch)), dutch
