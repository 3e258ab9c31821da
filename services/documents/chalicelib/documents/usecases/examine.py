"""A file arrived in quarantine: look into it and write down what was found."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.documents.domain import (
    KINDS,
    LARGEST_FILE,
    Document,
    Method,
    Scan,
    State,
    Verdict,
    quarantine_key,
)
from chalicelib.documents.repository import Repository
from chalicelib.documents.storage import Missing, Storage
from shared.clock import Clock
from shared.events import occurred
from shared.events.documents import UploadInspected
from shared.observability import log
from shared.transactions import Refused

if TYPE_CHECKING:
    from chalicelib.documents.inspection import Report

Scanner = Callable[[Path, Document], Scan | None]


class Unanswered(Exception):
    """The malware scanner has not said anything yet; the message must come again."""


class Arrival(Struct, frozen=True):
    """What an S3 event says: which document, and which version of its object."""

    document_id: str
    version_id: str | None


def receive_upload(repository: Repository, clock: Clock, arrival: Arrival) -> Document | None:
    """Note that the file is there and pin its version; answers the document to look into.

    None when there is nothing to do: an unknown document, a duplicate or late event, or a second
    file posted over the first (which stays the one that counts).
    """
    document = repository.document(arrival.document_id, clock.now())
    if document is None:
        log("upload.unknown", "WARNING", document_id=arrival.document_id)
        return None
    if document.state is State.ANNOUNCED:
        try:
            repository.receive(document, arrival.version_id, clock.now())
        except Refused:
            log("upload.received_before", document_id=document.id)
        document = repository.document(arrival.document_id, clock.now())
    if document is None or document.state is not State.RECEIVED:
        return None
    if document.version_id and arrival.version_id not in (None, document.version_id):
        log("upload.later_version", "WARNING", document_id=document.id)
        return None
    return document


def examine_upload(
    repository: Repository,
    storage: Storage,
    clock: Clock,
    scan: Scanner,
    document: Document,
    *,
    last_try: bool = False,
) -> None:
    """Inspect a received file, keep a safe copy and record the verdict with its event, once.

    Raises Missing when the object is not there, Unanswered when the scanner has said nothing and
    this is not the last try.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        report = _report(storage, scan, document, path, last_try=last_try)
        inspected = keep_copy(storage, with_report(document, report, clock), report)
    record(repository, clock, document, inspected)
    # Only after the record: a crash before it must find the file again.
    storage.discard(quarantine_key(document.id), document.version_id)


def give_up_on_upload(repository: Repository, clock: Clock, document: Document) -> None:
    """The inspection itself failed time after time: hand it to a person, who can't publish it."""
    from chalicelib.documents.inspection import Finding, Report  # noqa: PLC0415 - heavy

    failed = Report(Verdict.NEEDS_PERSON, (Finding.INSPECTION_FAILED,))
    record(repository, clock, document, with_report(document, failed, clock))


def _report(
    storage: Storage, scan: Scanner, document: Document, path: Path, *, last_try: bool
) -> "Report":
    from chalicelib.documents.inspection import (  # noqa: PLC0415 - heavy
        Finding,
        Report,
        Upload,
        inspect_file,
    )

    key = quarantine_key(document.id)
    stored = storage.waiting(key, document.version_id)
    if stored is None:
        raise Missing
    if stored.size > LARGEST_FILE:  # not even fetched
        return Report(Verdict.REFUSED, (Finding.TOO_LARGE,))
    storage.fetch(key, document.version_id, path)
    answer = scan(path, document)
    if answer is None and not last_try:
        raise Unanswered
    named = document.method is not Method.FORM  # a plain form tells us nothing about its file
    upload = Upload(
        document.file_name if named else "", document.declared_size, document.declared_sha256
    )
    return inspect_file(path, upload, answer or Scan.NO_ANSWER)


def keep_copy(storage: Storage, inspected: Document, report: "Report") -> Document:
    """Put the copy that the report names in the library; answers the document with its version."""
    if not (report.keep and report.kind and inspected.library_key):
        return inspected
    content_type = KINDS[report.kind].content_type
    version = storage.keep(inspected.library_key, report.keep, content_type)
    return replace(inspected, library_version=version)


def with_report(document: Document, report: "Report", clock: Clock) -> Document:
    """The document as it is after this inspection."""
    return replace(
        document,
        state=State.INSPECTED,
        inspected_at=clock.now(),
        verdict=report.verdict,
        findings=tuple(finding.value for finding in report.findings),
        kind=report.kind,
        size=report.size,
        sha256=report.sha256,
        pages=report.pages,
        width=report.width,
        height=report.height,
    )


def record(repository: Repository, clock: Clock, document: Document, inspected: Document) -> None:
    """Write an inspection down with its event; the second of two finds the first and stops."""
    verdict = inspected.verdict or Verdict.NEEDS_PERSON
    event = occurred(UploadInspected(document_id=document.id, verdict=verdict.value), clock)
    try:
        repository.record_inspection(document, inspected, event)
    except Refused:
        log("upload.inspected_before", document_id=document.id)
