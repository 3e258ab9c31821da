"""What the JSON interface takes and gives."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from chalicelib.documents.domain import (
    KINDS,
    LARGEST_FILE,
    LONGEST_DESCRIPTION,
    LONGEST_TITLE,
    Category,
    Document,
    Method,
    State,
    Wish,
)
from chalicelib.documents.usecases import Found, Plan


def _documented(description: str, **schema: Any) -> Meta:
    """A limit for the OpenAPI document; `faults` checks it, and can name every error at once."""
    return Meta(description=description, extra_json_schema=schema)


Bytes = Annotated[int, Meta(ge=0, description="In bytes")]
Sha256 = Annotated[str, Meta(description="In hexadecimals", pattern="^[0-9a-f]{64}$")]
Kind = Annotated[str, _documented("The type of the file", enum=[*KINDS])]


class NewUpload(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file that a partner wants to send. `size` in bytes, `sha256` in hexadecimals."""

    title: Annotated[str, _documented("Title", minLength=1, maxLength=LONGEST_TITLE)]
    category: Annotated[str, _documented("What sort of document", enum=list(Category))]
    description: Annotated[str, _documented("A few sentences", maxLength=LONGEST_DESCRIPTION)] = ""
    consent: Annotated[bool, _documented("Publish the document in the library", const=True)]
    file_name: Annotated[str, _documented("With a suffix that we take", minLength=1)]
    content_type: str = ""
    size: Annotated[int, _documented("In bytes", minimum=1, maximum=LARGEST_FILE)]
    sha256: Annotated[str, _documented("In hexadecimals", pattern="^[0-9A-Fa-f]{64}$")]

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

    number: Annotated[int, Meta(ge=1)]
    start: Bytes
    size: Bytes
    url: Annotated[str, _documented("Signed, for five minutes", format="uri")]
    headers: dict[str, str]


class UploadAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An upload and what is left to send, at addresses that work for five minutes."""

    id: str
    state: State
    method: Method
    page: Annotated[str, _documented("Where a person sees it", format="uri-reference")]
    parts: list[PartAnswer]


class DocumentAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A published document. `size` in bytes; `sha256` is that of the file you download."""

    id: str
    url: Annotated[str, _documented("Its page", format="uri-reference")]
    download: Annotated[str, _documented("The file", format="uri-reference")]
    title: str
    category: Category
    description: str
    shared_by: str
    licence: Literal["CC-BY-4.0"] = "CC-BY-4.0"
    kind: Kind
    content_type: str
    size: Bytes
    sha256: Sha256
    pages: int | None
    width: int | None
    height: int | None
    published_at: datetime


class DocumentList(msgspec.Struct, frozen=True, kw_only=True):
    """One page of documents; `next` is the cursor of the following page."""

    documents: list[DocumentAnswer]
    total: Annotated[int, Meta(ge=0)]
    next: str | None


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """The service answers."""

    status: Literal["ok"] = "ok"
    service: Literal["documents"] = "documents"
    version: str


def upload_answer(plan: Plan) -> UploadAnswer:
    """A plan for the browser."""
    document = plan.document
    return UploadAnswer(
        id=document.id,
        state=document.state,
        method=document.method,
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
        category=document.category,
        description=document.description,
        shared_by=document.shared_by,
        kind=document.kind or "",
        content_type=KINDS[document.kind].content_type if document.kind else "",
        size=document.size,
        sha256=document.sha256,
        pages=document.pages,
        width=document.width,
        height=document.height,
        published_at=document.decided_at or document.announced_at,
    )


def list_answer(found: Found, cursor: str | None) -> DocumentList:
    """One page of the library."""
    return DocumentList(
        documents=[document_answer(each) for each in found.documents],
        total=found.total,
        next=cursor,
    )
