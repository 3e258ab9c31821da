"""Leave code out of the zips that a function of ours imports and never runs (docs/adr).

A module that others import by name becomes a stub: its names are there, and using one says so.
Each list was written for one version of its package; another version stops the packaging, so that
somebody looks at the list again.
"""

import ast
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from infra.problems import Problem

_STUB = '''"""Left out of this zip; see infra/packaging/left_out.py."""


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)

    def refuse(*_, **__):
        raise ImportError(f"{__name__}.{name} is left out of this zip")

    return type(name, (), {"__new__": refuse})
'''
# botocore gives every method of a client its documentation, as a text that is written when read.
_NO_WORDS = '''"""Left out of this zip; see infra/packaging/left_out.py."""


class NoWords(str):
    def __new__(cls, *_, **__):
        return super().__new__(cls)


ClientMethodDocstring = PaginatorDocstring = WaiterDocstring = NoWords
'''


@dataclass(frozen=True)
class Trimmed:
    """What a package loses. `stubs` and `kept` are files, `kept` with the classes that stay."""

    version: str
    stubs: tuple[str, ...]
    removed: tuple[str, ...] = ()
    written: dict[str, str] = field(default_factory=dict)
    kept: dict[str, tuple[str, ...]] = field(default_factory=dict)


TRIMMED = {
    # The documentation of clients, which reads HTML; our data has no words (`botocore_data`).
    "botocore": Trimmed(
        version="1.44.5",
        stubs=(),
        removed=("docs/*.py", "docs/bcdoc"),
        written={"docs/__init__.py": "", "docs/docstring.py": _NO_WORDS},
        kept={"docs/utils.py": ()},
    ),
    # What turns a template into Python: `templates` has done that before.
    "jinja2": Trimmed(
        version="3.1.6",
        stubs=("bccache.py", "compiler.py", "lexer.py", "parser.py"),
        removed=(
            "_identifier.py",
            "idtracking.py",
            "meta.py",
            "nativetypes.py",
            "optimizer.py",
            "sandbox.py",
            "visitor.py",
        ),
        kept={"nodes.py": ("EvalContext",)},
    ),
    # Its start asks the version of a package that is not there, by way of importlib.metadata.
    "urllib3": Trimmed(version="2.8.0", stubs=("http2/__init__.py",), removed=("contrib",)),
}


def leave_out(packages: Path) -> None:
    """Trim the packages in this folder. Raises Problem for a version that nobody looked at."""
    for name, trimmed in TRIMMED.items():
        folder = packages / name
        if folder.exists():
            _check_version(packages, name, trimmed.version)
            _trim(folder, trimmed)


def _check_version(packages: Path, name: str, version: str) -> None:
    found = [path.name for path in packages.glob(f"{name}-*.dist-info")]
    if [one.lower() for one in found] != [f"{name}-{version}.dist-info"]:
        raise Problem(
            f"infra/packaging/left_out.py was written for {name} {version}, and this is"
            f" {', '.join(found)}: look whether its list still holds."
        )


def _trim(folder: Path, trimmed: Trimmed) -> None:
    kept = {name: _stub_with(folder / name, classes) for name, classes in trimmed.kept.items()}
    for pattern in trimmed.removed:
        for path in list(folder.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    stubs = dict.fromkeys(trimmed.stubs, _STUB)
    for name, text in {**stubs, **trimmed.written, **kept}.items():
        (folder / name).write_text(text)


def _stub_with(path: Path, classes: tuple[str, ...]) -> str:
    """The file itself, or a stub with only these classes of it."""
    text = path.read_text()
    if not classes:
        return text
    parts = {
        node.name: ast.get_source_segment(text, node)
        for node in ast.parse(text).body
        if isinstance(node, ast.ClassDef)
    }
    return "\n\n".join([_STUB, "import typing as t", *(str(parts[name]) for name in classes)])
