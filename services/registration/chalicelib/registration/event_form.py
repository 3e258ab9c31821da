"""The form of a congress: from a definition to fields, and from fields to the plain values that the
reader of definitions takes. A field's name is the path under which the reader says what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import asdict

from chalicelib.registration import question_form
from chalicelib.registration.domain import Definition, MailDays
from chalicelib.registration.usecases.definition_parts import comes_twice, write
from chalicelib.registration.usecases.definition_reader import LONGEST_ID, RESERVED
from shared.words import fold

Typed = dict[str, Any]
"""What somebody typed: nested as in YAML, every value a text."""

OFFSET = "_offset"  # after the name of a time: which of two equal clock times is meant
OFFSETS = ("+02:00", "+01:00")  # summer time first
MOST_FIELDS = 3000  # ninety sessions, with some programme around them, is about a thousand

_TITLE = ("title.nl", "title.en")
_DESCRIPTION = ("description.nl", "description.en")
_TIMES = ("starts", "starts_offset", "ends", "ends_offset")
_CONGRESS = (
    "id", *_TITLE, "summary.nl", "summary.en", *_DESCRIPTION, "for_whom.nl", "for_whom.en",
    *_TIMES, "registration.opens", "registration.opens_offset", "registration.closes",
    "registration.closes_offset", "registration.confirm_within", "registration.shares_until",
    "registration.shares_until_offset",
    "place.name", "place.address", "place.city", "capacity", "mails.reminder", "mails.reconfirm",
    "mails.reconfirm_again", "mails.thanks", "documents",
)  # fmt: skip
_ROWS: Mapping[str, tuple[str, ...]] = {
    "audiences": ("id", *_TITLE, "share"),
    "programme": (*_TITLE, *_TIMES, *_DESCRIPTION),
    "rounds": ("id", *_TITLE, *_TIMES),
    "sessions": ("id", *_TITLE, *_DESCRIPTION, "place", "capacity"),
    "questions": question_form.FIELDS,
    "options": ("id", *_TITLE),
}
_INNER = {"rounds": "sessions", "questions": "options"}  # rows in rows
_ROW = re.compile(
    r"(?:(?P<outer>rounds|questions)\[(?P<place>\d{1,4})\]\.)?"
    r"(?P<kind>[a-z]+)(?:\[(?P<index>\d{1,4})\])?"
)


def typed(form: Mapping[str, str]) -> Typed:
    """What a posted form says; rows are numbered anew, unknown names are left out."""
    names = list(form)
    found = _leaves(form, "", _CONGRESS)
    for kind in ("audiences", "programme", "rounds", "questions"):
        found[kind] = [_row(form, names, kind, at) for at in _rows(names, kind)]
    return found


def _row(form: Mapping[str, str], names: list[str], kind: str, at: str) -> Typed:
    row = _leaves(form, at, _ROWS[kind])
    if inner := _INNER.get(kind):
        row[inner] = [_leaves(form, one, _ROWS[inner]) for one in _rows(names, f"{at}{inner}")]
    if kind == "questions":
        row["audiences"] = question_form.audiences(form, at, names)
    return row


def _rows(names: Iterable[str], kind: str) -> Iterator[str]:
    """`rounds[0].`, `rounds[2].`: where the rows of this kind start, in order."""
    shape = re.compile(re.escape(kind) + r"\[(\d{1,4})\]\.")
    numbers = {int(found[1]) for name in names if (found := shape.match(name))}
    return (f"{kind}[{number}]." for number in sorted(numbers))


def _leaves(form: Mapping[str, str], at: str, names: Iterable[str]) -> Typed:
    found: Typed = {}
    for name in names:
        *outer, last = name.split(".")
        inner = found
        for part in outer:
            inner = inner.setdefault(part, {})
        inner[last] = form.get(at + name, "").replace("\r\n", "\n")
    return found


def fields(tree: Any, at: str = "") -> dict[str, str]:
    """The text of every field by its path; of a definition's plain values too."""
    found: dict[str, str] = {}
    if isinstance(tree, dict):
        for name, inner in tree.items():
            found |= fields(inner, f"{at}.{name}" if at else name)
    elif isinstance(tree, list):
        for index, inner in enumerate(tree):
            found |= fields(inner, f"{at}[{index}]")
    else:
        found[at] = str(tree)
    return found


def start(definition: Definition) -> Typed:
    """What the form shows of a definition that nobody has touched yet."""
    values = write(definition)
    values["questions"] = [question_form.shown(one) for one in values["questions"]]
    return typed({**_split(fields(values))})


def empty() -> Typed:
    """What the form of a new congress shows: one row where one is needed."""
    usual = {f"mails.{name}": str(days) for name, days in asdict(MailDays()).items()}
    return add(typed(usual), "audiences")


def _split(flat: dict[str, str]) -> dict[str, str]:
    """Times that have an offset get it in a field of its own."""
    offsets = {
        f"{path}{OFFSET}": text[-6:]
        for path, text in flat.items()
        if is_moment(path) and text[-6:] in OFFSETS
    }
    bare = {path: flat[path][:-6] for path in (name.removesuffix(OFFSET) for name in offsets)}
    return {**flat, **offsets, **bare}


def is_moment(path: str) -> bool:
    """Whether the field `path` holds a time."""
    return path.rpartition(".")[2] in ("starts", "ends", "opens", "closes", "shares_until")


def plain(tree: Any) -> Any:
    """The values that the reader of definitions takes."""
    if isinstance(tree, list):
        return [plain(each) for each in tree]
    if not isinstance(tree, dict):
        return tree
    return {name: _plain(tree, name) for name in tree if not name.endswith(OFFSET)}


def _plain(tree: Typed, name: str) -> Any:
    value = tree[name]
    if name == "questions":
        return [question_form.plain(one) for one in value]
    if is_moment(name):
        return value + _offset(value, tree.get(f"{name}{OFFSET}", ""))
    return plain(value)


def _offset(text: str, chosen: str) -> str:
    try:
        bare = datetime.fromisoformat(text)
    except ValueError:
        return ""
    return chosen if chosen in OFFSETS and not bare.tzinfo and comes_twice(bare) else ""


def revision(form: Mapping[str, str]) -> int:
    """Which revision the form showed; 0 for a congress that was not there yet."""
    given = form.get("revisie", "")
    return int(given[:9]) if given.isascii() and given.isdigit() else 0


def add(tree: Typed, path: str) -> Typed:
    """With an empty row more: `audiences`, `programme`, `rounds` or `rounds[0].sessions`."""
    rows, kind, _ = _find(tree, path)
    if rows is not None:
        rows.append(_row({}, [], kind, ""))
    return tree


def remove(tree: Typed, path: str) -> Typed:
    """Without the row `audiences[2]`, `rounds[0].sessions[1]`."""
    rows, _, index = _find(tree, path)
    if rows is not None and index is not None and index < len(rows):
        del rows[index]
    return tree


def _find(tree: Typed, path: str) -> tuple[list[Typed] | None, str, int | None]:
    found = _ROW.fullmatch(path)
    outer = found["outer"] if found else None
    if not found or {inner: kind for kind, inner in _INNER.items()}.get(found["kind"]) != outer:
        return None, "", None
    holder = tree
    if outer is not None:
        if int(found["place"]) >= len(tree[outer]):
            return None, "", None
        holder = tree[outer][int(found["place"])]
    index = int(found["index"]) if found["index"] else None
    kind = found["kind"] if found["kind"] in _ROWS else ""
    return (holder[kind] if kind else None), kind, index


def name_rows(tree: Typed) -> Typed:
    """With an id for each new row, made of its title: people at the desk need not think of one."""
    sessions = [session for round_ in tree["rounds"] for session in round_["sessions"]]
    _name(tree["rounds"], "ronde")
    _name(sessions, "sessie")
    return name_asked(tree, untitled=True)


def name_asked(tree: Typed, *, untitled: bool = False) -> Typed:
    """With an id for each new audience, question and answer that has a title: a question may be
    about it before anything is saved.
    """
    _name(tree["audiences"], "doelgroep", untitled=untitled)
    for row in tree["questions"]:
        _name(row["options"], "antwoord", untitled=untitled)
    _name(tree["questions"], "vraag", untitled=untitled)
    return tree


def _name(rows: list[Typed], word: str, *, untitled: bool = True) -> None:
    used = {row["id"] for row in rows}
    for row in rows:
        if not row["id"] and (untitled or row["title"]["nl"]):
            row["id"] = _free_id(row["title"]["nl"], word, used)
            used.add(row["id"])


def _free_id(title: str, word: str, used: set[str]) -> str:
    first = slug(title) or word
    if first in RESERVED or first == "congress":
        first = f"{word}-{first}"
    number, found = 1, first
    while found in used:
        number += 1
        found = f"{first[: LONGEST_ID - 4]}-{number}"
    return found


def slug(title: str) -> str:
    """A title as it can stand in an address: `Wie beslist er?` is `wie-beslist-er`."""
    return re.sub(r"[^a-z0-9]+", "-", fold(title)).strip("-")[: LONGEST_ID - 10].strip("-")
