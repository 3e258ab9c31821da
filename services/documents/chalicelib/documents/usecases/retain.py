"""Removing what we may not keep any longer."""

from datetime import datetime

from chalicelib.documents.domain import Document, State
from chalicelib.documents.repository import CLOSED, REVIEW, Repository
from chalicelib.documents.storage import Storage
from shared import erasures
from shared.clock import Clock
from shared.observability import log, log_error
from shared.retention import tell_overdue
from shared.transactions import Refused


def remove_expired(repository: Repository, storage: Storage, clock: Clock) -> int:
    """Remove files and records whose time is up; the file first, so that none is left unnamed.

    Answers how many went.
    """
    now = clock.now()
    removed = 0
    due: list[datetime] = []
    for listing in (REVIEW, CLOSED):
        for document in list(repository.present(listing)):
            if document.keep_until is None or document.keep_until > now:
                continue
            due.append(document.keep_until)
            removed += _remove(repository, storage, document)
    tell_overdue("documents", due, clock)
    return removed


def _remove(repository: Repository, storage: Storage, document: Document) -> bool:
    try:
        if document.state is State.INSPECTED:
            # An organiser may be publishing it at this moment: one of the two comes first.
            repository.condemn(document)
        erasures.note("document", document.id)
        if document.library_key:
            storage.remove(document.library_key, document.library_version)
        repository.remove(document)
    except Refused:
        log("retention.changed_meanwhile", document_id=document.id)
        return False
    except Exception as error:  # noqa: BLE001 - one that fails must not keep the others
        log_error("retention.failed", error, document_id=document.id)
        return False
    return True
