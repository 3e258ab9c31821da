"""What the code writes into the audit log: constants and ids, and words for every action."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from chalicelib.platform.audit_texts import ACTIONS, SUBJECTS
from shared import auth
from shared.access import AuditItem
from shared.clock import SystemClock

ROOT = Path(__file__).parents[3]
SOURCES = sorted({*ROOT.glob("shared/**/*.py"), *ROOT.glob("services/*/chalicelib/**/*.py")})
WRITERS = {"audit": (1, 2), "audited": (1, 2), "audited_by": (1, 2)}
"""A function that writes a note, with the places of the action and the item in its call."""

ACTION = re.compile(r"[a-z_]+\.[a-z_]+")
NO_ACTIONS = re.compile(r".*\.(html|txt|csv|json|py|yaml|ics|pdf|svg|css|js|opens|closes)")
# How a variable or attribute that holds an id, or the name of one of our own things, is called.
IDS = re.compile(r"(.*_)?(id|sk|event|registration|queue|month|service|type)")


@dataclass(frozen=True)
class Call:
    """A call that writes a note: where, and what it gives for action and item."""

    path: Path
    line: int
    inside: ast.FunctionDef
    action: ast.expr | None
    item: ast.expr | None

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line}"


def trees() -> list[tuple[Path, ast.Module]]:
    return [(path, ast.parse(path.read_text(encoding="utf-8"))) for path in SOURCES]


def calls(found: list[tuple[Path, ast.Module]]) -> list[Call]:
    """Every call of a function that writes notes, those that pass on what they got too."""
    known: dict[tuple[Path | None, str], tuple[int, int]] = {
        (None, name): places for name, places in WRITERS.items()
    }
    calls: dict[tuple[Path, int], Call] = {}
    while True:
        before = len(known)
        for path, tree in found:
            for function, call in _calls_in(tree):
                name = _name(call.func)
                places = known.get((path, name)) or known.get((None, name))
                if places is None or function.name in WRITERS:
                    continue
                one = Call(path, call.lineno, function, *(_given(call, at) for at in places))
                calls[path, call.lineno] = one
                passes_on = tuple(_parameter(function, each) for each in (one.action, one.item))
                if passes_on[0] is not None:
                    known[path, function.name] = (passes_on[0], _or(passes_on[1], -1))
        if len(known) == before:
            return list(calls.values())


def _calls_in(tree: ast.Module) -> Iterator[tuple[ast.FunctionDef, ast.Call]]:
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Call):
                    yield function, node


def _name(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")


def _given(call: ast.Call, at: int) -> ast.expr | None:
    return call.args[at] if 0 <= at < len(call.args) else None


def _parameter(function: ast.FunctionDef, given: ast.expr | None) -> int | None:
    names = [each.arg for each in function.args.args]
    is_one = isinstance(given, ast.Name) and given.id in names
    return names.index(given.id) if is_one and isinstance(given, ast.Name) else None


def _or(value: int | None, other: int) -> int:
    return other if value is None else value


def constants(node: ast.AST) -> set[str]:
    return {
        each.value
        for each in ast.walk(node)
        if isinstance(each, ast.Constant)
        and isinstance(each.value, str)
        and ACTION.fullmatch(each.value)
        and not NO_ACTIONS.fullmatch(each.value)
    }


def actions() -> dict[str, str]:
    """Every action that the code writes, with where."""
    found, said = trees(), {}
    by_path = dict(found)
    for call in calls(found):
        if isinstance(call.action, ast.Constant):
            said[str(call.action.value)] = str(call)
        elif call.action is not None and _parameter(call.inside, call.action) is None:
            # Chosen from a table or by a condition: all of the module's that look like one.
            subjects = tuple(SUBJECTS)
            chosen = constants(by_path[call.path])
            said |= {one: str(call) for one in chosen if one.startswith(subjects)}
    return said


def test_every_action_has_words_and_every_word_an_action() -> None:
    said = actions()
    assert {one: where for one, where in said.items() if one not in ACTIONS} == {}
    assert set(ACTIONS) - set(said) == set()
    assert {one for one in ACTIONS if not one.startswith(tuple(SUBJECTS))} == set()


def test_an_action_is_a_constant_and_an_item_an_id() -> None:
    wrong = [
        f"{call}: {ast.unparse(each)}"
        for call in calls(trees())
        for each, fits in ((call.action, _is_action), (call.item, _is_id))
        if each is not None and not fits(call.inside, each)
    ]
    assert wrong == []


def _is_action(function: ast.FunctionDef, given: ast.expr) -> bool:
    if isinstance(given, ast.Constant):
        return bool(ACTION.fullmatch(str(given.value)))
    return getattr(given, "id", "") == "action" or getattr(given, "attr", "") == "audit"


def _is_id(function: ast.FunctionDef, given: ast.expr) -> bool:
    if isinstance(given, ast.Constant):
        return True
    if isinstance(given, ast.JoinedStr):
        parts = [each.value for each in given.values if isinstance(each, ast.FormattedValue)]
        return all(_is_id(function, each) for each in parts)
    if isinstance(given, ast.Subscript):
        return _is_constant(given.slice, "id")
    if isinstance(given, ast.Attribute):
        return bool(IDS.fullmatch(given.attr))
    return isinstance(given, ast.Name) and bool(IDS.fullmatch(given.id))


def _is_constant(node: ast.expr, value: str) -> bool:
    return isinstance(node, ast.Constant) and node.value == value


@pytest.mark.parametrize("text", ["Ada Lovelace", "ada@example.org", "a\nb", "", "x" * 201, "é"])
def test_what_is_no_id_is_not_kept(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[AuditItem] = []
    monkeypatch.setattr(AuditItem, "save", lambda self: kept.append(self))  # noqa: PLW0108
    who = auth.Organiser(id="o1", email="o@example.org", name="O", roles={})
    auth.audit(who, "member.changed", text, SystemClock())
    auth.audit(who, "member.changed", "registration-inbox/4f0e-1", SystemClock())
    assert [one.item for one in kept] == ["?", "registration-inbox/4f0e-1"]
