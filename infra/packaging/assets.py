"""Static files under content-hashed names, and message catalogues as the machine reads them."""

import hashlib
import json
import re
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from infra.paths import ROOT

STATIC = ROOT / "shared" / "static"
MANIFEST = "manifest.json"
# Files that other websites load, and the address that they may go on using for years.
STABLE = {"embed.js": "insluiten.js"}
NO_TIME = datetime(1980, 1, 1, tzinfo=UTC)
TEXT_TYPES = {".css", ".js", ".svg"}


def hashed_static(folder: Path = STATIC) -> dict[str, tuple[str, bytes]]:
    """Return {plain name: (hashed name, content)} of every static file.

    A file that names another one (a style sheet its picture, a module its import) is rewritten to
    the hashed name first, so its own hash changes with what it loads.
    """
    sources = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in STABLE
    }
    done: dict[str, tuple[str, bytes]] = {}
    for name in sources:
        _hash_one(name, sources, done, ())
    return done


def _hash_one(
    name: str,
    sources: dict[str, bytes],
    done: dict[str, tuple[str, bytes]],
    parents: tuple[str, ...],
) -> str:
    if name in done:
        return done[name][0]
    if name in parents:
        raise ValueError(f"static files load each other in a circle: {' > '.join(parents)}")
    content = sources[name]
    path = Path(name)
    if path.suffix in TEXT_TYPES:
        for other in sorted(set(sources) - {name}):
            reference = re.compile(rb"(?<=[\"'(/])" + re.escape(other.encode()) + rb"(?=[\"')?#])")
            if reference.search(content):
                hashed = _hash_one(other, sources, done, (*parents, name))
                content = reference.sub(hashed.encode(), content)
    digest = hashlib.sha256(content).hexdigest()[:12]
    done[name] = (path.with_suffix(f".{digest}{path.suffix}").as_posix(), content)
    return done[name][0]


def stable_static(folder: Path = STATIC) -> dict[str, bytes]:
    """Return {address: content} of every file for other websites."""
    return {address: (folder / name).read_bytes() for name, address in STABLE.items()}


def with_hashed_names(text: str) -> str:
    """Return the text with every `/static/name` pointing at the file's hashed name."""
    for name, (hashed, _) in hashed_static().items():
        text = text.replace(f"/static/{name}", f"/static/{hashed}")
    return text


def manifest(static: dict[str, tuple[str, bytes]]) -> bytes:
    """Return the JSON that maps plain names to hashed ones."""
    names = {name: hashed for name, (hashed, _) in static.items()}
    return json.dumps(names, indent=0, sort_keys=True).encode()


def compile_catalogues(folder: Path) -> None:
    """Replace every .po below the folder by its .mo."""
    for source in sorted(folder.rglob("*.po")):
        with source.open("rb") as text:
            catalogue = read_po(text)
        # Babel would stamp the time of compiling; the artefact must not depend on it.
        catalogue.creation_date = catalogue.revision_date = NO_TIME
        with source.with_suffix(".mo").open("wb") as binary:
            write_mo(binary, catalogue)
        source.unlink()
