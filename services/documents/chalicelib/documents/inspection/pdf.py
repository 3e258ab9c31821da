"""PDFs: how many pages, and does anything in it want to act by itself?"""

from pathlib import Path
from typing import Any

from msgspec import Struct
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from chalicelib.documents.inspection.report import Finding, Refusal

MOST_OBJECTS = 50_000
DEEPEST = 40  # nested arrays and dictionaries inside one object

_ACTIVE_KEYS = frozenset({"/JS", "/JavaScript", "/RichMedia", "/XFA", "/Launch"})
_ACTIVE_ACTIONS = frozenset(
    {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/Rendition", "/Movie", "/Sound"}
)
_FILE_KEYS = frozenset({"/EmbeddedFiles", "/EmbeddedFile", "/EF", "/AF"})


class Pages(Struct, frozen=True):
    """The number of pages (None when the PDF is locked) and what a person should know."""

    count: int | None
    findings: tuple[Finding, ...]


def look_inside(path: Path) -> Pages:
    """Read every object of the PDF. Raises Refusal when it can't be read."""
    try:
        reader = PdfReader(path)
        if reader.is_encrypted:
            return Pages(None, (Finding.ENCRYPTED,))
        count = len(reader.pages)
        findings = _walk(reader)
    except (PyPdfError, ValueError, TypeError, KeyError, AttributeError, IndexError, OSError):
        raise Refusal(Finding.BROKEN) from None  # what pypdf raises on hostile bytes
    except RecursionError:
        return Pages(None, (Finding.TOO_COMPLEX,))
    if count == 0:
        raise Refusal(Finding.BROKEN)
    return Pages(count, tuple(sorted(findings)))


def _walk(reader: PdfReader) -> set[Finding]:
    numbers = {
        (number, generation) for generation, table in reader.xref.items() for number in table
    }
    numbers |= {(number, 0) for number in reader.xref_objStm}
    found: set[Finding] = set()
    if len(numbers) > MOST_OBJECTS:
        found.add(Finding.TOO_COMPLEX)
    _look_at(reader.trailer, found, 0)
    for number, generation in sorted(numbers)[:MOST_OBJECTS]:
        _look_at(reader.get_object(IndirectObject(number, generation, reader)), found, 0)
    return found


def _look_at(thing: Any, found: set[Finding], depth: int) -> None:
    if depth > DEEPEST:
        found.add(Finding.TOO_COMPLEX)
    elif isinstance(thing, DictionaryObject):
        _look_at_dictionary(thing, found)
        for value in thing.values():  # values() does not follow references: no cycles
            _look_at(value, found, depth + 1)
    elif isinstance(thing, ArrayObject):
        for value in thing:
            _look_at(value, found, depth + 1)


def _look_at_dictionary(thing: DictionaryObject, found: set[Finding]) -> None:
    keys = set(thing.keys())
    action = thing.raw_get("/S") if "/S" in thing else None
    if keys & _ACTIVE_KEYS or (isinstance(action, str) and action in _ACTIVE_ACTIONS):
        found.add(Finding.ACTIVE_CONTENT)
    if keys & _FILE_KEYS or thing.get("/Type") == "/EmbeddedFile":
        found.add(Finding.FILES_INSIDE)
