"""The operator loads documents from files on disk, through the same inspection as everybody's."""

import hashlib
import tempfile
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from chalicelib.documents.domain import (
    CONSENT_PURPOSE,
    CONSENT_VERSION,
    UNPUBLISHED_KEPT,
    Category,
    Document,
    Method,
    Scan,
    State,
    Verdict,
    Wish,
    faults,
)
from chalicelib.documents.repository import Repository
from chalicelib.documents.storage import Storage
from chalicelib.documents.usecases.decide import publish_document
from chalicelib.documents.usecases.examine import keep_copy, record, with_report
from shared.clock import Clock
from shared.errors import Invalid
from shared.transactions import Refused

OPERATOR = "operator"
_NAMESPACE = uuid.UUID("5f0c5f6e-7d0e-4f7e-9a52-3d0c6f1b7a10")


def load_documents(
    repository: Repository,
    clock: Clock,
    storage: Storage,
    *,
    documents: Sequence[Mapping[str, Any]],
    base_dir: Path,
) -> int:
    """Publish each document that is not there yet; answers how many were new.

    A document needs `id`, `title`, `category`, `description` and `file` (relative to `base_dir`).
    The operator vouches for the files, so a missing malware scan does not stop them; a refusal
    does. Raises Invalid naming the document that can't be loaded.
    """
    return sum(_load(repository, clock, storage, entry, base_dir) for entry in documents)


def _load(
    repository: Repository,
    clock: Clock,
    storage: Storage,
    entry: Mapping[str, Any],
    base_dir: Path,
) -> bool:
    document = _document(clock, entry, base_dir)
    known = repository.document(document.id, clock.now())
    if known and known.state is not State.RECEIVED and known.state is not State.INSPECTED:
        return False
    if known is None:
        try:
            repository.announce(document)
        except Refused:
            return False  # loaded by somebody else at this moment
    if known is None or known.state is State.RECEIVED:
        _inspect(repository, clock, storage, document, base_dir / str(entry["file"]))
    publish_document(repository, clock, document.id, decided_by=OPERATOR, seen_by_person=True)
    return True


def _document(clock: Clock, entry: Mapping[str, Any], base_dir: Path) -> Document:
    path = base_dir / str(entry["file"])
    data = path.read_bytes()
    wish = Wish(
        title=str(entry["title"]).strip(),
        category=str(entry["category"]),
        description=" ".join(str(entry.get("description", "")).split()),
        consent=True,
        file_name=path.name,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )
    wrong = faults(wish)
    if wrong:
        raise Invalid(fields={f"{entry['id']}.{name}": text for name, text in wrong.items()})
    now = clock.now()
    return Document(
        id=str(uuid.uuid5(_NAMESPACE, str(entry["id"]))),
        member_id="",
        title=wish.title,
        category=Category(wish.category),
        description=wish.description,
        consent_version=CONSENT_VERSION,
        consent_purpose=CONSENT_PURPOSE,
        consent_at=now,
        method=Method.PUT,
        file_name=wish.file_name,
        declared_type="application/octet-stream",
        declared_size=wish.size,
        declared_sha256=wish.sha256,
        state=State.RECEIVED,
        announced_at=now,
        received_at=now,
        keep_until=now + UNPUBLISHED_KEPT,
    )


def _inspect(
    repository: Repository, clock: Clock, storage: Storage, document: Document, path: Path
) -> None:
    from chalicelib.documents.inspection import Upload, inspect_file  # noqa: PLC0415 - heavy

    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        copy.write_bytes(path.read_bytes())
        upload = Upload(document.file_name, document.declared_size, document.declared_sha256)
        report = inspect_file(copy, upload, Scan.NOT_SCANNED)
        if report.verdict is Verdict.REFUSED:
            raise Invalid(fields={path.name: ", ".join(report.findings)})
        inspected = keep_copy(storage, with_report(document, report, clock), report)
    record(repository, clock, document, inspected)
