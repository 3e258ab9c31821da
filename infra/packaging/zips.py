"""Zips and bytecode whose bytes depend on nothing but their content."""

import hashlib
import os
import subprocess
import zipfile
from collections.abc import Iterable
from pathlib import Path

from infra.packaging.target import Target
from infra.paths import ROOT

# The oldest time a zip can hold: a file's age must not change its artefact's name.
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
READABLE_FILE = 0o100644 << 16


def fingerprint(paths: Iterable[Path], *extra: str) -> str:
    """Return a hash of the named files' contents and of the extra words."""
    digest = hashlib.sha256()
    for word in extra:
        digest.update(word.encode() + b"\0")
    for path in sorted(set(paths)):
        name = os.path.relpath(path, ROOT)  # the same in every checkout
        digest.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def files_under(folder: Path) -> list[Path]:
    """Return every file below the folder that belongs to the source, links followed."""
    found = []
    for parent, folders, names in os.walk(folder, followlinks=True):
        folders[:] = sorted(name for name in folders if name not in {"__pycache__", "deployments"})
        found += [Path(parent, name) for name in names if not name.endswith((".pyc", ".mo"))]
    return sorted(found)


def compile_bytecode(folder: Path, target: Target) -> None:
    """Put unchecked bytecode next to every module: it halves a cold start."""
    command = [target.interpreter, "-m", "compileall", "-q", "-f", "-j", "1"]
    command += ["--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", "/var/task"]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    subprocess.run([*command, str(folder)], check=True, env=environment, capture_output=True)


def write_zip(destination: Path, *trees: Path, prefix: str = "") -> None:
    """Zip the trees together; the first tree that has a path wins it."""
    members: dict[str, Path] = {}
    for tree in trees:
        for path in sorted(tree.rglob("*")):
            if path.is_file():
                members.setdefault(prefix + path.relative_to(tree).as_posix(), path)
    unfinished = destination.with_suffix(".unfinished")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in sorted(members):
            entry = zipfile.ZipInfo(name, ZIP_TIME)
            entry.external_attr = READABLE_FILE
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, members[name].read_bytes())
    unfinished.replace(destination)
