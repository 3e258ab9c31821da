"""Every condition that our code puts on a write, found in the source."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
SOURCES = ("shared", "services/*/chalicelib")
PARTS = {"insert", "put", "update", "delete", "check", "change"}  # of a Transaction
ITEMS = {"save", "update", "delete"}  # of an item, alone
POOL = "_update"  # of Pools, whose last argument is a condition

# Inserted under an id that was made a moment ago: it can meet nothing, so it guards nothing.
FRESH = {
    "platform.repository.challenges.begin:next",
    "platform.repository.challenges.opened:session",
    "registration.repository.registrations.enrol:registration",
    "registration.repository.registrations.enrol:answers",
    "shared.auth.audit.audited_by:audit",
    "shared.auth.codes._consume:session",
    "shared.auth.codes.ask:request",
}
FRESH_PART = ":outbox"


def conditions() -> set[str]:
    """Each that can be met, as "module.function" or, in a transaction, "module.function:part"."""
    return {
        found
        for pattern in SOURCES
        for folder in ROOT.glob(pattern)
        for path in folder.rglob("*.py")
        if "vendor" not in path.parts
        for found in _in_module(path)
        if found not in FRESH and not found.endswith(FRESH_PART)
    }


def _in_module(path: Path) -> Iterator[str]:
    parts = path.relative_to(ROOT).with_suffix("").parts
    if "chalicelib" in parts:
        parts = parts[parts.index("chalicelib") + 1 :]
    module = ".".join(part for part in parts if part != "__init__")
    if module == "shared.transactions":
        return
    for function in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(function, ast.FunctionDef):
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
                    yield from _of_call(f"{module}.{function.name}", call.func.attr, call)


def _of_call(where: str, method: str, call: ast.Call) -> Iterator[str]:
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    if method in PARTS and "name" in given:
        if method in ("insert", "check") or "condition" in given:
            yield f"{where}:{_part(given['name'])}"
    elif method in ITEMS and ("condition" in given or _is_condition(call.args)):
        if not where.endswith(f".{POOL}"):
            yield where
    elif method == POOL and not _is_none(call.args[-1]):
        if not where.endswith("._take"):
            yield where
    elif method == "_take":
        yield where


def _is_condition(given: list[ast.expr]) -> bool:
    """Whether the first argument is like `Item.pk.exists()`."""
    return any(isinstance(one, ast.Call) and ".pk." in ast.unparse(one) for one in given[:1])


def _is_none(given: ast.expr) -> bool:
    return isinstance(given, ast.Constant) and given.value is None


def _part(name: ast.expr) -> str:
    return str(name.value) if isinstance(name, ast.Constant) else ast.unparse(name)


if __name__ == "__main__":
    print("\n".join(sorted(conditions())))
