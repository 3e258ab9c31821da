"""What the JSON interface takes and gives."""

from datetime import datetime

import msgspec

from chalicelib.documents.domain import KINDS, Document, Wish
from chalicelib.documents.usecases import Found, Plan


class NewUpload(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file that a partner wants to send. `size` in bytes, `sha256` in hexadecimals."""

    title: str
    category: str
    description: str = ""
    consent: bool
    file_name: str
    content_type: str = ""
    size: int
    sha256: str

    def wish(self) -> Wish:
        """The same for the use case, without stray white space."""
        return Wish(
            title=" ".join(self.title.split()),
            category=self.category,
            description=self.description.strip(),
            consent=self.consent,
            file_name=self.file_name or "?",
            content_type=self.content_type,
            size=self.size,
            sha256=self.sha256.lower(),
        )


class PartAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Send bytes `start` to `start + size` to `url` with PUT and exactly these headers."""

    number: int
    start: int
    size: int
    url: str
    headers: dict[str, str]


class UploadAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An upload and what is left to send, at addresses that work for five minutes."""

    id: str
    state: str
    method: str
    page: str
    parts: list[PartAnswer]


class DocumentAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A published document. `size` in bytes; `sha256` is that of the file you download."""

    id: str
    url: str
    download: str
    title: str
    category: str
    description: str
    shared_by: str
    licence: str
    kind: str
    content_type: str
    size: int
    sha256: str
    pages: int | None
    width: int | None
    height: int | None
    published_at: datetime | None


class DocumentList(msgspec.Struct, frozen=True, kw_only=True):
    """One page of documents; `next` is the cursor of the following page."""

    documents: list[DocumentAnswer]
    total: int
    next: str | None


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """The service answers."""

    status: str = "ok"
    service: str = "documents"


def upload_answer(plan: Plan) -> UploadAnswer:
    """A plan for the browser."""
    document = plan.document
    return UploadAnswer(
        id=document.id,
        state=document.state.value,
        method=document.method.value,
        page=f"/documenten/uploaden/{document.id}",
        parts=[
            PartAnswer(
                number=part.number,
                start=part.start,
                size=part.size,
                url=part.address.url,
                headers=dict(part.address.headers),
            )
            for part in plan.parts
        ],
    )


def document_answer(document: Document) -> DocumentAnswer:
    """A published document for the world: nothing about who decided or what was found."""
    return DocumentAnswer(
        id=document.id,
        url=f"/documenten/{document.id}",
        download=f"/documenten/{document.id}/bestand",
        title=document.title,
        category=document.category.value,
        description=document.description,
        shared_by=document.shared_by,
        licence="CC-BY-4.0",
        kind=document.kind or "",
        content_type=KINDS[document.kind].content_type if document.kind else "",
        size=document.size,
        sha256=document.sha256,
        pages=document.pages,
        width=document.width,
        height=document.height,
        published_at=document.decided_at,
    )


def list_answer(found: Found, cursor: str | None) -> DocumentList:
    """One page of the library."""
    return DocumentList(
        documents=[document_answer(each) for each in found.documents],
        total=found.total,
        next=cursor,
    )
