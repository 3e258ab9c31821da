"""The documents service on moto: its app in a test client, its workers with plain events."""

import gettext
import hashlib
import io
import json
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote_plus

import boto3
import pytest
import requests
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from chalice.test import Client

from chalicelib.documents import collaborators, consumers, routes
from chalicelib.documents.domain import Document, State
from chalicelib.documents.pages import desk, desk_list, library, mine, uploading
from chalicelib.documents.repository import Repository
from shared import auth, aws, handover, pages
from shared.access import OrganiserItem
from shared.clock import FixedClock
from shared.events import Data, Event, decode, encode, occurred
from shared.events.directory import ContactShared
from shared.handovers import ContactHandover
from shared.http import App
from tests import documents_support as made
from tests.apps import app_module
from tests.service.browser import Browser, sign_in
from tests.service.conftest import stored

FIXTURES = Path(__file__).parent / "events"
MODULES = (collaborators, library, uploading, mine, desk, desk_list, routes, consumers)
API = "/documenten/api/v1"


@pytest.fixture(scope="session", autouse=True)
def catalogues() -> Iterator[None]:
    """Read translations from their sources: compiling them is the build's work."""
    found = pytest.MonkeyPatch()
    found.setattr(pages, "_catalogue", _from_source)
    _forget_texts()
    yield
    found.undo()
    _forget_texts()


def _from_source(package: Path, language: str) -> gettext.NullTranslations:
    source = package / "locale" / language / "LC_MESSAGES" / "messages.po"
    if not source.exists():
        return gettext.NullTranslations()
    binary = io.BytesIO()
    with source.open("rb") as file:
        write_mo(binary, read_po(file))
    binary.seek(0)
    return gettext.GNUTranslations(binary)


def _forget_texts() -> None:
    pages._translations.cache_clear()
    pages._environment.cache_clear()


@pytest.fixture
def repository(
    mocked_aws: None, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Repository]:
    """An empty table and versioned buckets, behind pages and workers alike."""
    for bucket in ("QUARANTINE_BUCKET", "LIBRARY_BUCKET"):
        boto3.client("s3").put_bucket_versioning(
            Bucket=os.environ[bucket], VersioningConfiguration={"Status": "Enabled"}
        )
    fresh = Repository()
    for module in MODULES:
        monkeypatch.setattr(module, "repository", fresh, raising=False)
        monkeypatch.setattr(module, "clock", clock, raising=False)
    collaborators.catalogue.cache_clear()
    # The machine's own scanner must not decide what these tests see.
    monkeypatch.setattr("chalicelib.documents.inspection.malware.shutil.which", lambda _name: None)
    yield fresh
    collaborators.catalogue.cache_clear()


@pytest.fixture(scope="session")
def app() -> App:
    found: App = app_module("documents").app
    return found


@pytest.fixture
def visitor(app: App, repository: Repository) -> Iterator[Browser]:
    with Client(app) as client:
        yield Browser(client)


@pytest.fixture
def desk_browser(visitor: Browser, organiser: Any) -> Browser:
    """A browser in which an owner is signed in."""
    return sign_in(visitor, organiser.sk)


def reader() -> str:
    """An organiser who may look and not decide."""
    roles = {"documents": "reader"}
    OrganiserItem("ORGANISERS", "r", email="lezer@example.org", name="Lezer", roles=roles).save()
    return "r"


# Events


def queue(*bodies: str, tries: int = 1) -> dict[str, Any]:
    """An SQS batch as Lambda gets it, with raw delivery."""
    return {
        "Records": [
            {
                "messageId": str(number),
                "eventSource": "aws:sqs",
                "attributes": {"ApproximateReceiveCount": str(tries)},
                "body": body,
            }
            for number, body in enumerate(bodies)
        ]
    }


def deliver(*events: Event) -> list[dict[str, str]]:
    """Deliver events to the inbox; answers what must come again."""
    return cast(
        "Any", consumers.inbox(queue(*(encode(each) for each in events)))["batchItemFailures"]
    )


def mail(*events: Event) -> list[dict[str, str]]:
    """Deliver events to the mail worker; answers what must come again."""
    return cast(
        "Any", consumers.mail(queue(*(encode(each) for each in events)))["batchItemFailures"]
    )


def contact(**changes: Any) -> ContactHandover:
    values = {
        "member_id": "lid-1",
        "slug": "de-voedseltuin",
        "name": "De Voedseltuin",
        "email": "voedseltuin@example.org",
        "language": "nl",
    }
    return ContactHandover(**{**values, **changes})


def shared_contact(clock: FixedClock, *, version: int = 1, **changes: Any) -> Event:
    """The event of a hand-over whose object waits."""
    handed = contact(**changes)
    key = handover.put("directory", f"{handed.member_id}/{version}", handed)
    data = ContactShared(member_id=handed.member_id, handover_key=key)
    return occurred(data, clock, version=version)


def items(prefix: str) -> list[dict[str, Any]]:
    """Everything in the table whose pk starts with `prefix`."""
    return stored(os.environ["DOCUMENTS_TABLE"], prefix)


def told(kind: type[Data]) -> list[Event]:
    """The events of a kind that wait to be published, oldest first."""
    events = [decode(item["event"]) for item in items("OUTBOX#")]
    return sorted((e for e in events if isinstance(e.data, kind)), key=lambda event: event.id)


def objects(bucket: str) -> list[str]:
    found = boto3.client("s3").list_objects_v2(Bucket=os.environ[bucket])
    return [entry["Key"] for entry in found.get("Contents", [])]


@pytest.fixture
def sent(mocked_aws: None, monkeypatch: pytest.MonkeyPatch) -> list[EmailMessage]:
    """The mails that SES was asked to send."""
    mails: list[EmailMessage] = []

    def keep(**call: Any) -> dict[str, str]:
        raw = call["Content"]["Raw"]["Data"]
        mails.append(cast("EmailMessage", message_from_bytes(raw, policy=default)))
        return {"MessageId": "1"}

    monkeypatch.setattr(aws.client("sesv2"), "send_email", keep)
    return mails


def text_of(message: EmailMessage, subtype: str = "plain") -> str:
    part = message.get_body((subtype,))
    assert part is not None
    return str(part.get_content())


# Uploading


@pytest.fixture
def partner(repository: Repository, visitor: Browser, clock: FixedClock) -> Browser:
    """A browser of a partner who opened their link."""
    return partner_browser(visitor, clock)


def partner_browser(visitor: Browser, clock: FixedClock, **changes: Any) -> Browser:
    event = shared_contact(clock, **changes)
    assert deliver(event) == []
    browser = Browser(visitor.client)
    assert browser.post("/documenten/uploaden", {"sleutel": link_token(event)}).status == 303
    return browser


def link_token(event: Event) -> str:
    partner = Repository().partner(event.subject)
    assert partner is not None
    invitation = Repository().invitation(partner.invitation_id)
    assert invitation is not None
    return auth.sign_link("invitation", invitation.id, invitation.version)


def announcement(data: bytes, **changes: Any) -> dict[str, Any]:
    values = {
        "title": "Statuten van de wijkcoöperatie",
        "category": "statuten",
        "description": "Een voorbeeld om van te leren.",
        "consent": True,
        "file_name": "statuten.pdf",
        "content_type": "application/pdf",
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    return {**values, **changes}


def put(part: dict[str, Any], data: bytes) -> requests.Response:
    """What the browser does with one part."""
    piece = data[part["start"] : part["start"] + part["size"]]
    return requests.put(part["url"], data=piece, headers=part["headers"], timeout=5)


def s3_event(document_id: str, version_id: str | None = None, **changes: Any) -> str:
    """The message that S3 puts on the uploads queue, from a recorded one."""
    message = json.loads((FIXTURES / "s3_object_created_put.json").read_text())
    record = message["Records"][0]
    record["s3"]["object"]["key"] = quote_plus(f"uploads/{document_id}", safe="/")
    if version_id:
        record["s3"]["object"]["versionId"] = version_id
    else:
        record["s3"]["object"].pop("versionId", None)
    record.update(changes)
    return json.dumps(message)


def inspect(*bodies: str, tries: int = 1) -> list[dict[str, str]]:
    """Deliver messages to the inspector; answers what must come again."""
    return cast("Any", consumers.inspect(queue(*bodies, tries=tries))["batchItemFailures"])


def upload(partner: Browser, data: bytes, **changes: Any) -> str:
    """Announce, send and complete a file; answers the document's id."""
    answer = partner.post_json(f"{API}/uploads", announcement(data, **changes))
    assert answer.status == 201, answer.text
    for part in answer.data["parts"]:
        assert put(part, data).status_code == 200
    document_id = str(answer.data["id"])
    assert partner.post_json(f"{API}/uploads/{document_id}/complete").status == 200
    return document_id


def uploaded(partner: Browser, data: bytes | None = None, **changes: Any) -> str:
    """An upload that was inspected."""
    document_id = upload(partner, data if data is not None else made.pdf(), **changes)
    assert inspect(s3_event(document_id)) == []
    return document_id


@pytest.fixture
def find(repository: Repository, clock: FixedClock) -> Callable[[str], Document]:
    def look(document_id: str) -> Document:
        document = repository.document(document_id, clock.now())
        assert document is not None
        return document

    return look


def publish(desk_browser: Browser, document_id: str) -> None:
    path = f"/documenten/beheer/{document_id}/publiceren"
    assert desk_browser.post(path, {"bekeken": "ja"}).status == 303
    found = Repository().document(document_id, datetime.fromisoformat("2027-04-14T09:30:00+00:00"))
    assert found is not None
    assert found.state is State.PUBLISHED
