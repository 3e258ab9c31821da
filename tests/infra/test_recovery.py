"""Backups: what cannot be read, is damaged or was torn is noticed; who was erased stays away."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from infra.problems import Problem
from infra.recovery import archive, erased, objects, tables
from infra.recovery.erased import Erased
from infra.stacks import _what_ends

PASSPHRASE = "een lange zin met soep erin"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "SCRYPT", {"n": 2**4, "r": 8, "p": 1})
    monkeypatch.setattr(archive, "CHUNK", 100)
    monkeypatch.setattr(tables, "PAUSE", 0.0)


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A small backup, of more chunks than one."""
    writing = archive.create(tmp_path / "backup", PASSPHRASE)
    writing.write("one.enc", [b"soep " * 30, b"brood " * 40])
    writing.write("two.enc", [b"soep " * 30, b"brood " * 40])
    writing.write("none.enc", [])
    writing.write_lines("lines.enc", [{"name": "Anna"}, {"name": "Bé"}])
    writing.finish({"stage": "test"})
    return tmp_path / "backup"


def test_a_backup_reads_as_it_was_written(made: Path) -> None:
    opened = archive.open_(made, PASSPHRASE)
    opened.verify()
    assert b"".join(opened.read("one.enc")) == b"soep " * 30 + b"brood " * 40
    assert b"".join(opened.read("none.enc")) == b""
    assert opened.read_lines("lines.enc") == [{"name": "Anna"}, {"name": "Bé"}]
    assert not any(b"soep" in path.read_bytes() for path in made.iterdir())


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: archive.PREFIX + 2 * (archive.CHUNK + archive.TAG)])


def _swap(path: Path) -> None:
    path.write_bytes(path.with_name("two.enc").read_bytes())


@pytest.mark.parametrize("harm", [_flip, _cut, _swap, Path.unlink])
def test_a_damaged_file_is_noticed_by_the_check_and_by_reading(
    made: Path, harm: Callable[[Path], None]
) -> None:
    harm(made / "one.enc")
    opened = archive.open_(made, PASSPHRASE)
    with pytest.raises(Problem, match=r"damaged: one\.enc"):
        opened.verify()
    with pytest.raises(Problem, match=r"damaged: one\.enc"):
        list(opened.read("one.enc"))


def test_another_passphrase_format_or_manifest_is_refused(made: Path, tmp_path: Path) -> None:
    with pytest.raises(Problem, match="passphrase is not the one"):
        archive.open_(made, "iets anders")
    manifest = json.loads((made / archive.MANIFEST).read_text())
    (made / archive.MANIFEST).write_text(json.dumps({**manifest, "stage": "live"}))
    with pytest.raises(Problem, match=r"damaged: backup\.json"):
        archive.open_(made, PASSPHRASE)
    (made / archive.MANIFEST).write_text(json.dumps({**manifest, "format": 2}))
    with pytest.raises(Problem, match="format 2"):
        archive.open_(made, PASSPHRASE)
    with pytest.raises(Problem, match="holds no backup"):
        archive.open_(tmp_path, PASSPHRASE)
    with pytest.raises(Problem, match="at least 12 characters"):
        archive.create(tmp_path / "short", "kort")


def _contents(**versions: int) -> Iterator[dict[Any, Any]]:
    """What successive scans of the tables find: a number per table and look."""
    for look in range(versions["looks"]):
        for _ in tables.TABLES:
            yield {("pk", "sk"): {"v": min(look, versions["rests_at"])}}


def test_a_torn_reading_is_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    found = _contents(looks=9, rests_at=3)
    monkeypatch.setattr(tables, "scan", lambda *_: next(found))
    read = tables.at_one_moment(None, copies="")  # type: ignore[arg-type]
    assert {item["v"] for items in read.values() for item in items.values()} == {3}


def test_tables_that_never_rest_are_not_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    found = _contents(looks=tables.MOST_LOOKS + 2, rests_at=10**6)
    monkeypatch.setattr(tables, "scan", lambda *_: next(found))
    with pytest.raises(Problem, match="try again when it is quieter"):
        tables.at_one_moment(None)  # type: ignore[arg-type]


def _item(pk: str, sk: str, **values: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}, **{name: {"S": v} for name, v in values.items()}}


def _without(table: str, items: list[dict[str, Any]], *gone: str) -> dict[Any, Any]:
    contents = {table: {tables.key_of(item): item for item in items}}
    return erased.without(contents, Erased(frozenset(gone)))[table]


def test_an_erased_registration_leaves_a_dead_number() -> None:
    items = [
        _item("REGISTRATION#r1", "REGISTRATION", email="a@example.org"),
        _item("REGISTRATION#r1", "ANSWERS"),
        _item("REGISTRATION#r2", "REGISTRATION"),
        _item("REGISTRATION#r2", "ANSWERS"),
        _item("PERSON#congres#hash", "PERSON", registration_id="r1"),
        _item("NUMBER#congres#congress#0", "0000000001", state="seated", registration_id="r1"),
        _item("NUMBER#congres#congress#0", "0000000002", state="seated", registration_id="r2"),
    ]
    kept = _without("registration", items, "registration/r1", "answers/r2")
    assert set(kept) == {
        ("REGISTRATION#r2", "REGISTRATION"),
        ("NUMBER#congres#congress#0", "0000000001"),
        ("NUMBER#congres#congress#0", "0000000002"),
        ("DEAD#congres#congress", "0000000001"),
    }
    assert kept["NUMBER#congres#congress#0", "0000000001"]["state"] == {"S": "dead"}
    again = _without("registration", list(kept.values()), "registration/r1", "answers/r2")
    assert again == kept, "doing it again changes nothing"


def test_a_member_who_left_is_in_no_list_and_can_not_upload() -> None:
    member = json.dumps({"published_at": "2027-04-14T09:30:00Z"})
    directory = [
        _item("MEMBER#m1", "MEMBER", member=member),
        _item("MEMBER#m2", "MEMBER", member=member),
        _item("PUBLIC", "een", view="{}"),
        _item("PUBLIC", "twee", view="{}"),
        _item("SLUG#een", "SLUG", member_id="m1"),
        _item("SLUG#twee", "SLUG", member_id="m2"),
    ]
    kept = _without("directory", directory, "member/m1")
    assert set(kept) == {
        ("MEMBER#m2", "MEMBER"),
        ("PUBLIC", "twee"),
        ("SLUG#een", "SLUG"),
        ("SLUG#twee", "SLUG"),
    }
    documents = [
        _item("PARTNER#m1", "PARTNER", name="Anna", email="a@example.org"),
        _item("PARTNER#m1", "DOCUMENT#d1", document_id="d1"),
        _item("DOCUMENT#d1", "DOCUMENT", member_id="m1", shared_by="Anna"),
        {
            **_item("INVITATION#i1", "INVITATION", member_id="m1"),
            "active": {"BOOL": True},
            "version": {"N": "1"},
        },
    ]
    kept = _without("documents", documents, "member/m1")
    assert len(kept) == len(documents)
    assert "Anna" not in str(kept)
    assert kept["INVITATION#i1", "INVITATION"]["active"] == {"BOOL": False}
    assert _without("documents", list(kept.values()), "member/m1") == kept


def test_a_document_that_was_taken_down_is_gone_with_its_file() -> None:
    documents = [
        _item("PARTNER#m1", "DOCUMENT#d1", document_id="d1"),
        _item("DOCUMENT#d1", "DOCUMENT", member_id="m1"),
        _item("DOCUMENT#d2", "DOCUMENT", member_id="m1"),
    ]
    assert set(_without("documents", documents, "document/d1")) == {("DOCUMENT#d2", "DOCUMENT")}
    gone = Erased(frozenset({"document/d1"}))
    assert not erased.keeps_object("d1/abc", gone)
    assert not erased.keeps_object("uploads/d1", gone)
    assert erased.keeps_object("d2/abc", gone)


def test_a_document_names_the_version_that_its_file_has_now() -> None:
    item = _item("DOCUMENT#d1", "DOCUMENT", state="published", library_version="old")
    changed = objects.renamed(item, {("library", "old"): "new"})
    assert changed["library_version"] == {"S": "new"}
    waiting = _item("DOCUMENT#d2", "DOCUMENT", state="received", version_id="old")
    assert "version_id" not in objects.renamed(waiting, {})


def test_the_journal_beside_a_backup_only_grows(tmp_path: Path) -> None:
    assert erased.read(tmp_path).entries == frozenset()
    assert erased.add_to(tmp_path, Erased(frozenset({"member/m1"}))) == 1
    assert erased.add_to(tmp_path, Erased(frozenset({"document/d1"}))) == 2
    assert erased.read(tmp_path).entries == {"member/m1", "document/d1"}


@pytest.mark.parametrize(
    ("change", "ends"),
    [
        ({"Action": "Remove", "ResourceType": "AWS::S3::Bucket"}, True),
        ({"Action": "Remove", "ResourceType": "AWS::SQS::Queue"}, True),
        ({"Action": "Remove", "ResourceType": "AWS::Lambda::Function"}, False),
        (
            {"Action": "Modify", "Replacement": "True", "ResourceType": "AWS::DynamoDB::Table"},
            True,
        ),
        # A new index: AWS can't say beforehand that it replaces nothing.
        (
            {
                "Action": "Modify",
                "Replacement": "Conditional",
                "ResourceType": "AWS::DynamoDB::Table",
            },
            False,
        ),
        ({"Action": "Add", "ResourceType": "AWS::S3::Bucket"}, False),
    ],
)
def test_a_change_that_ends_data_is_named(change: dict[str, str], *, ends: bool) -> None:
    page = {"Changes": [{"ResourceChange": {"LogicalResourceId": "Thing", **change}}]}
    paginator = SimpleNamespace(paginate=lambda **_: [page])
    formation = SimpleNamespace(get_paginator=lambda _: paginator)
    assert _what_ends(formation, "stack", "set") == (["Thing"] if ends else [])
