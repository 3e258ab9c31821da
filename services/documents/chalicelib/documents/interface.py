"""What the JSON interface answers, as its OpenAPI document says it."""

from functools import cache
from typing import Any

from chalicelib.documents import routes
from chalicelib.documents.domain import Category
from chalicelib.documents.links import COOKIE
from chalicelib.documents.schemas import DocumentAnswer, DocumentList, Health, UploadAnswer
from shared import openapi
from shared.openapi import Reply

TAGS = {
    "documents": "The library",
    "uploads": "Sending a file, for whoever has an invitation",
    "service": "About the service itself",
}
_ID = "01J9ZX3K5V7Q2M8N4R6T0W1Y3C"
_SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_DOCUMENT_ID = {"description": "The id of a document", "schema": {"examples": [_ID]}}
_SEARCH: dict[str, dict[str, Any]] = {
    "q": {"description": "Words to look for; the first 200 characters count"},
    "category": {"description": "What sort of document", "schema": {"enum": ["", *Category]}},
    "cursor": {"description": "`next` of the page before"},
}
_DOCUMENT = {
    "id": _ID,
    "url": f"/documenten/{_ID}",
    "download": f"/documenten/{_ID}/bestand",
    "title": "Statuten van de wijkcoöperatie",
    "category": "statuten",
    "description": "Een voorbeeld om van te leren",
    "shared_by": "De Voedseltuin",
    "licence": "CC-BY-4.0",
    "kind": "PDF",
    "content_type": "application/pdf",
    "size": 48213,
    "sha256": _SHA256,
    "pages": 4,
    "width": None,
    "height": None,
    "published_at": "2027-04-14T09:30:00Z",
}
_NEW = {
    "title": "Statuten van de wijkcoöperatie",
    "category": "statuten",
    "description": "Een voorbeeld om van te leren",
    "consent": True,
    "file_name": "statuten.pdf",
    "content_type": "application/pdf",
    "size": 48213,
    "sha256": _SHA256,
}
_PART = {
    "number": 1,
    "start": 0,
    "size": 48213,
    "url": "https://uploads.example.org/uploads/01J9ZX3K5V?X-Amz-Signature=…",
    "headers": {"content-type": "application/pdf", "if-none-match": "*"},
}
_ANNOUNCED = {
    "id": _ID,
    "state": "announced",
    "method": "put",
    "page": f"/documenten/uploaden/{_ID}",
    "parts": [_PART],
}
_RECEIVED = {**_ANNOUNCED, "state": "received", "parts": []}
_ENDED = {410: ("link_ended",)}


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document."""
    found: dict[str, Any] = openapi.document(routes.router, "Plekken: documents", TAGS, replies())
    return found


def replies() -> openapi.Replies:
    """What each route answers."""
    this = "$response.body#/id"
    return {
        routes.documents: Reply(
            type=DocumentList,
            tag="documents",
            example={"documents": [_DOCUMENT], "total": 1, "next": None},
            query=_SEARCH,
            refusals={422: ("invalid", "invalid_cursor")},
            links=openapi.link(
                "document", "document", document_id="$response.body#/documents/0/id"
            ),
        ),
        routes.document: Reply(
            type=DocumentAnswer,
            tag="documents",
            example=_DOCUMENT,
            path={"document_id": _DOCUMENT_ID},
        ),
        routes.announce: Reply(
            type=UploadAnswer,
            tag="uploads",
            example=_ANNOUNCED,
            body=_NEW,
            status=201,
            bearer=True,
            cookie=COOKIE,
            creates=True,
            refusals={**_ENDED, 409: ("conflict",), 429: ("too_many_waiting",)},
            links={
                **openapi.link("status", "upload", document_id=this),
                **openapi.link("complete", "complete", document_id=this),
            },
        ),
        routes.upload: Reply(
            type=UploadAnswer,
            tag="uploads",
            example=_ANNOUNCED,
            path={"document_id": _DOCUMENT_ID},
            bearer=True,
            cookie=COOKIE,
            refusals=_ENDED,
        ),
        routes.complete: Reply(
            type=UploadAnswer,
            tag="uploads",
            example=_RECEIVED,
            path={"document_id": _DOCUMENT_ID},
            bearer=True,
            cookie=COOKIE,
            refusals={**_ENDED, 409: ("upload_incomplete",)},
        ),
        routes.health: openapi.health(Health, "documents"),
        routes.description: openapi.description(),
    }
