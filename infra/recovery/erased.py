"""What must stay gone: the erasure journal, and what follows from it for items and objects.

The journal names ids (shared/erasures.py). Here stands what belonged to them in each table, so it
changes with the tables' keys (services/*/chalicelib/*/models.py).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.cloud import Cloud
from infra.recovery.tables import Contents, Item

JOURNAL = "erasures.txt"
REMEMBERED = 730  # days; the life of an entry in infra/templates/base.yaml


@dataclass(frozen=True)
class Erased:
    """The ids that were erased, by kind."""

    entries: frozenset[str]  # "registration/01J…", as the journal's keys

    def has(self, kind: str, identifier: str) -> bool:
        """Whether this one was erased."""
        return f"{kind}/{identifier}" in self.entries

    def of(self, kind: str) -> set[str]:
        """Every id of a kind."""
        start = f"{kind}/"
        return {one.removeprefix(start) for one in self.entries if one.startswith(start)}


def journal(cloud: Cloud, bucket: str) -> Erased:
    """The journal of a stage."""
    pages = cloud.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return Erased(frozenset(one["Key"] for page in pages for one in page.get("Contents", [])))


def note(cloud: Cloud, bucket: str, erased: Erased) -> None:
    """Add to the journal of a stage what it lacks: a new account knows nothing yet."""
    for key in sorted(erased.entries - journal(cloud, bucket).entries):
        cloud.client("s3").put_object(Bucket=bucket, Key=key, Body=b"")


def read(folder: Path) -> Erased:
    """The journal as it lies beside a backup."""
    path = folder / JOURNAL
    return Erased(frozenset(path.read_text().split() if path.exists() else ()))


def add_to(folder: Path, erased: Erased) -> int:
    """Add to the journal beside a backup; answers how many it has."""
    entries = read(folder).entries | erased.entries
    unfinished = folder / f"{JOURNAL}.unfinished"
    unfinished.write_text("".join(f"{entry}\n" for entry in sorted(entries)))
    unfinished.replace(folder / JOURNAL)
    return len(entries)


def without(contents: Contents, erased: Erased) -> Contents:
    """The contents as if what was erased had never been there; counts and lines still add up."""
    rules = {
        "registration": _registration,
        "directory": _directory,
        "documents": _documents,
    }
    kept: Contents = {}
    for table, items in contents.items():
        rule = rules.get(table)
        found = rule(items.values(), erased) if rule else items.values()
        kept[table] = {(item["pk"]["S"], item["sk"]["S"]): item for item in found}
    return kept


def keeps_object(key: str, erased: Erased) -> bool:
    """Whether a file of the library ("{id}/…") or quarantine ("uploads/{id}") may come back."""
    document = key.removeprefix("uploads/").partition("/")[0]
    return not erased.has("document", document)


def _text(item: Mapping[str, Any], name: str) -> str:
    return str(item.get(name, {}).get("S", ""))


def _registration(items: Iterable[Item], erased: Erased) -> list[Item]:
    kept: list[Item] = []
    for item in items:
        pk, sk = _text(item, "pk"), _text(item, "sk")
        kind, _, rest = pk.partition("#")
        holder = _text(item, "registration_id")
        if kind == "REGISTRATION" and erased.has("registration", rest):
            continue
        if kind == "REGISTRATION" and sk == "ANSWERS" and erased.has("answers", rest):
            continue
        if kind == "PERSON" and erased.has("registration", holder):
            continue
        if kind == "NUMBER" and erased.has("registration", holder):
            # A number dies with its holder, or its seat would stay taken by nobody.
            line = rest.rpartition("#")[0]
            kept.append({**item, "state": {"S": "dead"}})
            kept.append({"pk": {"S": f"DEAD#{line}"}, "sk": {"S": sk}})
            continue
        kept.append(item)
    return kept


def _directory(items: Iterable[Item], erased: Erased) -> list[Item]:
    from chalicelib.directory.usecases.current import (  # noqa: PLC0415 - reads the environment
        BY_REGISTRATION,
        stable_id,
    )

    members = erased.of("member")
    drafts = {stable_id(BY_REGISTRATION, one) for one in erased.of("registration")}
    found = list(items)
    slugs = {
        _text(item, "pk").removeprefix("SLUG#")
        for item in found
        if _text(item, "pk").startswith("SLUG#") and _text(item, "member_id") in members
    }
    return [item for item in found if not _is_gone(item, members, drafts, slugs)]


def _is_gone(item: Item, members: set[str], drafts: set[str], slugs: set[str]) -> bool:
    pk, sk = _text(item, "pk"), _text(item, "sk")
    if pk == "PUBLIC":
        return sk in slugs
    kind, _, identifier = pk.partition("#")
    if kind != "MEMBER":
        return False
    unpublished = json.loads(_text(item, "member")).get("published_at") is None
    return identifier in members or (identifier in drafts and unpublished)


def _documents(items: Iterable[Item], erased: Erased) -> list[Item]:
    kept: list[Item] = []
    for item in items:
        kind, _, identifier = _text(item, "pk").partition("#")
        member = identifier if kind == "PARTNER" else _text(item, "member_id")
        document = identifier if kind == "DOCUMENT" else _text(item, "document_id")
        if kind in {"DOCUMENT", "PARTNER"} and document and erased.has("document", document):
            continue
        kept.append(_parted(item, kind) if erased.has("member", member) else item)
    return kept


def _parted(item: Item, kind: str) -> Item:
    """What documents keeps of a member who left: files without a name, and no way in."""
    if kind == "INVITATION" and item["active"]["BOOL"]:
        version = str(int(item["version"]["N"]) + 1)
        return {**item, "active": {"BOOL": False}, "version": {"N": version}}
    names = {"PARTNER": ("name", "email"), "DOCUMENT": ("shared_by",)}.get(kind, ())
    return {**item, **{name: {"S": ""} for name in names if name in item}}
