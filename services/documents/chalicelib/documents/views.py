"""What pages, mails and fragments show of documents, ready to print."""

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from chalicelib.documents.domain import KINDS, MIB, Document, Kind
from chalicelib.documents.texts import CATEGORIES, FINDINGS, STATES, VERDICTS

SERVICE = "documents"
DESK = "/documenten/beheer"

Say = Callable[[str], str]


class DocumentView(Struct, frozen=True):
    """A document in one language. `file` is its kind, size and length in words."""

    id: str
    url: str
    title: str
    category: str
    description: list[str]
    file: str
    kind: str
    file_name: str
    sha256: str
    is_image: bool
    has_copy: bool
    width: int | None
    height: int | None
    state: str
    state_text: str
    verdict: str
    verdict_text: str
    findings: list[str]
    shared_by: str
    reason: str
    announced_at: datetime
    inspected_at: datetime | None
    decided_at: datetime | None


def document_view(document: Document, say: Say, language: str) -> DocumentView:
    """A document as somebody with this language reads it."""
    kind = KINDS.get(document.kind or "")
    return DocumentView(
        id=document.id,
        url=f"/documenten/{document.id}",
        title=document.title,
        category=say(CATEGORIES[document.category]),
        description=[part for part in document.description.splitlines() if part.strip()],
        file=_file(document, kind, say, language),
        kind=document.kind or "",
        file_name=document.file_name,
        sha256=document.sha256,
        is_image=bool(kind and kind.inline),
        has_copy=document.library_key is not None,
        width=document.width,
        height=document.height,
        state=document.state.value,
        state_text=say(STATES[document.state]),
        verdict=document.verdict.value if document.verdict else "",
        verdict_text=say(VERDICTS[document.verdict]) if document.verdict else "",
        findings=[say(FINDINGS.get(code, code)) for code in document.findings],
        shared_by=document.shared_by,
        reason=document.reason,
        announced_at=document.announced_at,
        inspected_at=document.inspected_at,
        decided_at=document.decided_at,
    )


def size_text(size: int, language: str) -> str:
    """`640 kB`, `2,4 MB`: rounded as people read it, with the language's comma or point."""
    if size < MIB:
        return f"{max(1, round(size / 1024))} kB"
    text = f"{size / MIB:.1f} MB"
    return text if language == "en" else text.replace(".", ",")


def _file(document: Document, kind: Kind | None, say: Say, language: str) -> str:
    if kind is None:
        return ""
    parts = [kind.name, size_text(document.size, language)]
    if document.pages:
        parts.append(_pages(document.pages, say))
    if document.width and document.height:
        parts.append(f"{document.width} × {document.height}")
    return ", ".join(parts)


def _pages(count: int, say: Say) -> str:
    one, more = say("1 bladzijde"), say("{count} bladzijden")
    return one if count == 1 else more.format(count=count)
