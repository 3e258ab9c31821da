"""`make check`: no secret in a tracked file, and nothing personal in a log line."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from infra.paths import ROOT
from infra.problems import Problem, command

SECRETS = {
    "an AWS access key": re.compile(r"\b(?:AKIA|ASIA)(?!\w*EXAMPLE)[A-Z0-9]{16}\b"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a secret AWS key": re.compile(r"aws_secret_access_key\s*[=:]\s*['\"]?[A-Za-z0-9/+]{40}\b"),
    "a token in an address": re.compile(r"sleutel=[0-9A-HJKMNP-TV-Z]{26}\.\d+\.\w+\.[\w-]{20}"),
}
LOGGING = {"log", "log_error", "metric"}
# Where those are defined; its own tests say what it writes.
DEFINED_IN = ROOT / "shared" / "observability.py"
# What a value is called when it says something about a person, or opens something.
PERSONAL = re.compile(
    r"(?:^|_)(?:email|name|phone|address|about|title|text|body|form|query|token|secret|password|"
    r"person|contact|profile|entry|answers|link|url|cookies?|headers)$"
)


def secrets(path: Path) -> Iterator[str]:
    """Say where the file holds something that looks like a secret."""
    for number, line in enumerate(path.read_text(errors="ignore").splitlines(), 1):
        for kind, pattern in SECRETS.items():
            if pattern.search(line):
                yield f"{path.relative_to(ROOT)}:{number}: {kind}"


def personal_logs(path: Path) -> Iterator[str]:
    """Say where a log line is given a value whose name sounds personal."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call) or _called(node) not in LOGGING:
            continue
        given = [*node.args[1:], *(word.value for word in node.keywords)]
        for value in given:
            for part in ast.walk(value):
                name = _name(part)
                if name and PERSONAL.search(name):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}: `{name}` in a log line"


def _is_ours_to_log(path: Path) -> bool:
    return path != DEFINED_IN and path.relative_to(ROOT).parts[0] != "tests"


def _called(call: ast.Call) -> str:
    return _name(call.func)


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        # A type's own name says nothing about a person.
        return "" if node.attr == "__name__" else node.attr
    return node.id if isinstance(node, ast.Name) else ""


@command
def main() -> None:
    """Scan every tracked file. Raises Problem naming the places."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    files = [ROOT / name for name in listed.stdout.split("\0") if name]
    found = [place for path in files if path.is_file() for place in secrets(path)]
    for path in files:
        if path.suffix == ".py" and path.is_file() and _is_ours_to_log(path):
            found += personal_logs(path)
    if found:
        raise Problem("Remove these:\n  " + "\n  ".join(found))


if __name__ == "__main__":
    main()
