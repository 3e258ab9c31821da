"""Finds every text of the registration service that people read, for the tests of its catalogue."""

import ast
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_dir

PACKAGE = Path(__file__).parents[2] / "services/registration/chalicelib/registration"
CATALOGUE = PACKAGE / "locale/en/LC_MESSAGES/messages.po"
ERRORS = {"Conflict", "Forbidden", "Gone", "Invalid", "NotFound", "SignInNeeded", "Unavailable"}

_JINJA = {"newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true"}
_METHODS = [
    ("**.py", "python"),
    ("templates/**.html", "jinja2.ext.babel_extract"),
    ("templates/**.txt", "jinja2.ext.babel_extract"),
]
_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "say": (2,)}

Message = str | tuple[str, ...]


def messages() -> dict[Message, str]:
    """Each text, or pair of texts (one, many), with a file that it comes from."""
    found = extract_from_dir(
        PACKAGE, _METHODS, {"**.html": _JINJA, "**.txt": _JINJA}, keywords=_KEYWORDS
    )
    texts: dict[Message, str] = {}
    for file, _line, message, _comments, _context in found:
        texts[message if isinstance(message, str) else tuple(message)] = file
    for path in sorted(PACKAGE.rglob("*.py")):
        for message in _refusals(path):
            texts[message] = str(path.relative_to(PACKAGE))
    return texts


def _refusals(path: Path) -> Iterator[str]:
    """The texts of the errors that a module raises: the title, and those in `fields`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ERRORS:
            fields = [word.value for word in node.keywords if word.arg == "fields"]
            values = [value for one in fields if isinstance(one, ast.Dict) for value in one.values]
            for value in (*node.args[1:2], *values):
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    yield value.value
