"""Every text of the platform’s pages has an English translation with the same placeholders."""

import re
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

PACKAGE = Path(__file__).parents[3] / "services/directory/chalicelib/platform"
CATALOGUE = PACKAGE / "locale/en/LC_MESSAGES/messages.po"
SHARED = Path(__file__).parents[3] / "shared/locale/en/LC_MESSAGES/messages.po"
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
KEYWORDS = {"_": None, "later": None, "gettext": None, "ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def said() -> set[str]:
    found = extract_from_dir(PACKAGE, METHODS, keywords=KEYWORDS)
    return {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}


def translated(catalogue: Path = CATALOGUE) -> dict[str, tuple[str, ...]]:
    with catalogue.open("rb") as file:
        entries = [entry for entry in read_po(file, locale="en") if entry.id]
    return {
        entry.id if isinstance(entry.id, str) else entry.id[0]: (
            (entry.string,) if isinstance(entry.string, str) else tuple(entry.string)
        )
        for entry in entries
    }


def test_every_text_is_translated_and_nothing_else() -> None:
    ours = {text for text, english in translated().items() if all(english)}
    assert ours - said() == set()
    assert said() - ours - set(translated(SHARED)) == set()


def test_placeholders_are_the_same_in_both_languages() -> None:
    for dutch, english in translated().items():
        for text in english:
            assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(dutch)), dutch
