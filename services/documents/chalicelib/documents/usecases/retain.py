"""Removing what we may not keep any longer."""

from dataclasses import dataclass
from datetime import timedelta

from chalicelib.documents.domain import Document
from chalicelib.documents.repository import CLOSED, REVIEW, Repository
from chalicelib.documents.storage import Storage
from shared import erasures
from shared.clock import Clock
from shared.observability import log_error

OVERDUE = timedelta(days=2)  # one night missed is no alarm, two are


@dataclass(frozen=True)
class Removal:
    """How many documents went, and how many of those should have gone nights ago."""

    removed: int
    overdue: int


def remove_expired(repository: Repository, storage: Storage, clock: Clock) -> Removal:
    """Remove files and records whose time is up; the file first, so that none is left unnamed."""
    now = clock.now()
    removed = overdue = 0
    for listing in (REVIEW, CLOSED):
        for document in list(repository.present(listing)):
            if document.keep_until is None or document.keep_until > now:
                continue
            removed += _remove(repository, storage, document)
            overdue += document.keep_until < now - OVERDUE
    return Removal(removed, overdue)


def _remove(repository: Repository, storage: Storage, document: Document) -> bool:
    try:
        erasures.note("document", document.id)
        if document.library_key:
            storage.remove(document.library_key, document.library_version)
        repository.remove(document)
    except Exception as error:  # noqa: BLE001 - one that fails must not keep the others
        log_error("retention.failed", error, document_id=document.id)
        return False
    return True
