"""What the library tells the world."""

from typing import ClassVar, Literal

from shared.events.envelope import Data

Verdict = Literal["clean", "needs_person", "refused"]


class InvitationCreated(Data, frozen=True, kw_only=True):
    """A partner may upload documents."""

    NAME: ClassVar[str] = "documents.invitation_created.v1"
    SUBJECT: ClassVar[str] = "invitation_id"

    invitation_id: str


class _AboutDocument(Data, frozen=True, kw_only=True):
    SUBJECT: ClassVar[str] = "document_id"

    document_id: str


class UploadInspected(_AboutDocument, frozen=True, kw_only=True):
    """An uploaded file was inspected; an organiser can now decide."""

    NAME: ClassVar[str] = "documents.upload_inspected.v1"

    verdict: Verdict


class DocumentPublished(_AboutDocument, frozen=True, kw_only=True):
    """A document stands in the library."""

    NAME: ClassVar[str] = "documents.document_published.v1"


class DocumentDeclined(_AboutDocument, frozen=True, kw_only=True):
    """An organiser declined a document."""

    NAME: ClassVar[str] = "documents.document_declined.v1"


class DocumentWithdrawn(_AboutDocument, frozen=True, kw_only=True):
    """A document left the library."""

    NAME: ClassVar[str] = "documents.document_withdrawn.v1"


EVENTS: tuple[type[Data], ...] = (
    InvitationCreated,
    UploadInspected,
    DocumentPublished,
    DocumentDeclined,
    DocumentWithdrawn,
)
