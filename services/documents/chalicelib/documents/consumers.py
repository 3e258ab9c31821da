"""What the service does when something happens: plain AWS events in, Lambda answers out."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import msgspec

from chalicelib.documents import mails, settings
from chalicelib.documents.collaborators import clock, repository, storage
from chalicelib.documents.domain import Document, Scan, document_of, quarantine_key
from chalicelib.documents.fragments import publish_fragments
from chalicelib.documents.mail_kinds import KINDS
from chalicelib.documents.mail_samples import sample
from chalicelib.documents.models import LedgerItem, OutboxItem, SeenItem
from chalicelib.documents.usecases import (
    Arrival,
    examine_upload,
    give_up_on_upload,
    part_with_member,
    receive_upload,
    remove_expired,
    welcome_partner,
)
from shared import erasures, runs, sweeper
from shared import inbox as shared_inbox
from shared import relay as shared_relay
from shared.events import Data, Event
from shared.events.directory import ContactShared, MemberWithdrawn
from shared.events.documents import (
    DocumentDeclined,
    DocumentPublished,
    DocumentsTestMailAsked,
    DocumentWithdrawn,
    InvitationCreated,
    PartnerSignInAsked,
    UploadInspected,
)
from shared.inbox import Once
from shared.observability import correlated, log, log_error
from shared.sample_mail import send_sample

# The queue delivers a message five times (resources.yaml). Two inspections may fail or wait for
# the malware scanner; the third takes no answer for an answer, and a fourth looks no more.
LAST_TRY = 3


def relay(event: dict[str, Any]) -> dict[str, Any]:
    """Publish the outbox items in a batch of the table's stream."""
    return shared_relay.relay(event, OutboxItem, settings.load().documents_topic_arn)


def sweep() -> None:
    """Publish the outbox items that the relay missed."""
    with runs.noted("documents.sweep", clock, often=True) as found:
        found.update(sweeper.resend(OutboxItem, settings.load().documents_topic_arn, clock))


def nightly() -> None:
    """Remove what we may not keep any longer."""
    with runs.noted("documents.nightly", clock) as found:
        found["removed"] = remove_expired(repository, storage(), clock)
        log("retention.done", removed=found["removed"])
        publish_fragments(repository, clock)  # the index may have lagged at the last event


def inbox(batch: dict[str, Any]) -> dict[str, Any]:
    """Handle events of the directory, and our own that change what `/` shows."""
    return shared_inbox.receive(batch, INBOX, seen=SeenItem, consumer="documents", clock=clock)


def mail(batch: dict[str, Any]) -> dict[str, Any]:
    """Send the mails that our own events ask for."""
    return shared_inbox.receive_for_mail(batch, MAIL)


def _welcome(event: Event, once: Once) -> None:
    if isinstance(event.data, ContactShared):
        welcome_partner(repository, clock, event, event.data, once)


def _part(event: Event, once: Once) -> None:
    if isinstance(event.data, MemberWithdrawn):
        part_with_member(repository, clock, event, event.data, once)


def _refresh(event: Event, once: Once) -> None:  # noqa: ARG001 - writing it twice is harmless
    publish_fragments(repository, clock)


def _withdrawn(event: Event, once: Once) -> None:
    erasures.note("document", event.subject)
    _refresh(event, once)


INBOX: dict[type[Data], shared_inbox.Handler] = {
    ContactShared: _welcome,
    MemberWithdrawn: _part,
    UploadInspected: _refresh,
    DocumentPublished: _refresh,
    DocumentDeclined: _refresh,
    DocumentWithdrawn: _withdrawn,
}


def _about(send: Callable[..., None]) -> shared_inbox.MailHandler:
    return lambda event: send(repository, clock, event.subject)


MAIL: dict[type[Data], shared_inbox.MailHandler] = {
    InvitationCreated: _about(mails.send_invitation),
    DocumentPublished: _about(mails.send_published),
    DocumentDeclined: _about(mails.send_declined),
    DocumentWithdrawn: _about(mails.send_withdrawn),
    PartnerSignInAsked: _about(mails.send_code),
    DocumentsTestMailAsked: lambda event: send_sample(
        event, "documents", KINDS, sample, ledger=LedgerItem, clock=clock
    ),
}


# Inspection: S3 tells the uploads queue of new objects; GuardDuty may tell it of a finished scan.


def inspect(batch: dict[str, Any]) -> dict[str, Any]:
    """Inspect the files that an SQS batch names, each message apart."""
    failures = []
    for record in batch["Records"]:
        tries = int(record.get("attributes", {}).get("ApproximateReceiveCount", "1"))
        try:
            with correlated():
                for arrival, verdict in _arrivals(record["body"]):
                    _inspect(arrival, verdict, tries)
        except Exception as error:  # noqa: BLE001 - a message must not stop its batch
            log_error("inspect.failed", error, message_id=record["messageId"], tries=tries)
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def _inspect(arrival: Arrival, verdict: str | None, tries: int) -> None:
    document = receive_upload(repository, clock, arrival)
    if document is None:
        return
    if tries > LAST_TRY:  # the inspection died before it could say anything
        give_up_on_upload(repository, clock, document)
        return
    try:
        examine_upload(
            repository,
            storage(),
            clock,
            _scanner(verdict),
            document,
            last_try=tries >= LAST_TRY,
        )
    except Exception as error:
        if tries < LAST_TRY:
            raise
        log_error("inspect.gave_up", error, document_id=document.id)
        give_up_on_upload(repository, clock, document)


def _scanner(verdict: str | None) -> Callable[[Path, Document], Scan | None]:
    """How this stage gets a malware verdict; `verdict` is one that came with the message."""
    from chalicelib.documents.inspection import malware  # noqa: PLC0415 - heavy

    found = settings.load()
    if found.malware_scanner == "guardduty":
        if verdict:
            return lambda _path, _document: malware.guardduty_verdict(
                {malware.GUARDDUTY_TAG: verdict}
            )
        return lambda _path, document: malware.guardduty_verdict(
            storage().tags(quarantine_key(document.id), document.version_id)
        )
    return lambda path, _document: malware.scan_with_clamav(path, found.clamav_database)


def _arrivals(body: str) -> list[tuple[Arrival, str | None]]:
    """The objects of ours that a message tells of. Raises on a message that is neither kind."""
    message = msgspec.json.decode(body, type=dict[str, Any])
    if message.get("Event") == "s3:TestEvent":
        return []
    if message.get("detail-type") == "GuardDuty Malware Protection Object Scan Result":
        place = message["detail"]["s3ObjectDetails"]
        status = message["detail"]["scanResultDetails"]["scanResultStatus"]
        return _known(place["objectKey"], place.get("versionId"), str(status))
    return [
        found
        for record in message["Records"]
        if record["eventName"].startswith("ObjectCreated:")
        for found in _known(
            # S3 writes keys in its events as in a query string.
            unquote_plus(record["s3"]["object"]["key"]),
            record["s3"]["object"].get("versionId"),
            None,
        )
    ]


def _known(
    key: str, version_id: str | None, verdict: str | None
) -> list[tuple[Arrival, str | None]]:
    document_id = document_of(key)
    if document_id is None:
        log("inspect.foreign_key", "WARNING")
        return []
    return [(Arrival(document_id, version_id), verdict)]
