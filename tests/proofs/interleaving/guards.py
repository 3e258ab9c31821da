"""Every guard, what its mutant takes away, and where a race without it goes wrong.

A guard that no race needs does not belong in the product; `test_guards` says so.
"""

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pytest
from pynamodb.expressions.condition import Condition
from pynamodb.models import Model

from shared.table import Record
from shared.transactions import Transaction
from tests.proofs.interleaving.family import Family

Mutant = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Guard:
    """`where`: the conditions in the source that it is, as `conditions` names them."""

    name: str
    where: tuple[str, ...]
    mutant: Mutant
    family: Family[Any]
    state: str
    first: str
    second: str


def without(where: str, attribute: str = "") -> Mutant:
    """The condition at `where` is not sent, or not what it says of `attribute`."""
    place, _, part = where.partition(":")

    def weaken(name: str | None, condition: Any) -> Any:
        if condition is None or not _is_at(place, part, name):
            return condition
        return _dropped(condition, attribute) if attribute else None

    def apply(patch: pytest.MonkeyPatch) -> None:
        _weaken_transactions(patch, weaken)
        _weaken_items(patch, weaken)

    return apply


def replaced(owner: object, name: str, value: object) -> Mutant:
    """Another function in the place of one that guards."""
    return lambda patch: patch.setattr(owner, name, value)


def _weaken_transactions(patch: pytest.MonkeyPatch, weaken: Callable[..., Any]) -> None:
    for method in ("put", "update", "delete"):
        patch.setattr(Transaction, method, _weakened(getattr(Transaction, method), weaken))
    insert, check = Transaction.insert, Transaction.check

    def weakened_insert(self: Transaction, item: Record, *, name: str) -> None:
        if weaken(name, type(item).pk.does_not_exist()) is not None:
            insert(self, item, name=name)
        else:
            self._puts.append((name, lambda write: write.save(item)))

    patch.setattr(Transaction, "insert", weakened_insert)

    def weakened_check(
        self: Transaction, model: Any, pk: str, sk: str, condition: Condition, *, name: str
    ) -> None:
        kept = weaken(name, condition)
        if kept is not None:
            check(self, model, pk, sk, kept, name=name)

    patch.setattr(Transaction, "check", weakened_check)


def _weakened(original: Callable[..., Any], weaken: Callable[..., Any]) -> Callable[..., Any]:
    def call(self: Any, *rest: Any, name: str, condition: Any = None) -> None:
        original(self, *rest, name=name, condition=weaken(name, condition))

    return call


def _weaken_items(patch: pytest.MonkeyPatch, weaken: Callable[..., Any]) -> None:
    for method in ("save", "delete", "update"):
        original = getattr(Model, method)

        def call(
            self: Any, *rest: Any, condition: Any = None, _original: Any = original, **more: Any
        ) -> Any:
            if rest and isinstance(rest[0], Condition):
                condition, rest = rest[0], rest[1:]
            return _original(self, *rest, condition=weaken(None, condition), **more)

        patch.setattr(Model, method, call)


def _is_at(place: str, part: str, name: str | None) -> bool:
    if part.startswith("part("):  # a name made for each number
        named = name is not None and name.startswith("number:")
    else:
        named = not part or name == _value(place, part)
    return named and _runs(place)


def _runs(place: str) -> bool:
    """Whether the function `place` is on the stack."""
    module, _, function = place.rpartition(".")
    frame = sys._getframe(1)
    while frame is not None:
        name = str(frame.f_globals.get("__name__", "")).removeprefix("chalicelib.")
        if frame.f_code.co_name == function and name == module:
            return True
        frame = frame.f_back  # type: ignore[assignment]
    return False


def _value(place: str, part: str) -> str:
    """What a part is called at run time: `PART_MEMBER` is "member"."""
    module = place.rpartition(".")[0]
    if not module.startswith("shared"):
        module = f"chalicelib.{module}"
    return str(getattr(sys.modules[module], part, part))


def _dropped(condition: Condition, attribute: str) -> Condition | None:
    """What is left of `condition` without the comparison of `attribute`."""
    if condition.operator not in ("AND", "OR"):
        return None if _is_about(condition, attribute) else condition
    left, right = (_dropped(value, attribute) for value in condition.values)
    if left is None or right is None:
        return left if right is None else right
    return left & right if condition.operator == "AND" else left | right


def _is_about(condition: Condition, attribute: str) -> bool:
    return attribute in str(condition)


def covered(guards: Iterable[Guard]) -> set[str]:
    """The conditions in the source that have a guard."""
    return {where for guard in guards for where in guard.where}
