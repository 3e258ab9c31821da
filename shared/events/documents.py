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


class PartnerSignInAsked(Data, frozen=True, kw_only=True):
    """Somebody asked to sign in by mail; whether we know them is for the mail worker to find."""

    NAME: ClassVar[str] = "documents.sign_in_asked.v1"
    SUBJECT: ClassVar[str] = "request_id"

    request_id: str


class DocumentsTestMailAsked(Data, frozen=True, kw_only=True):
    """An organiser wants to see a mail in their own mailbox, with sample data."""

    NAME: ClassVar[str] = "documents.test_mail_asked.v1"
    SUBJECT: ClassVar[str] = "organiser_id"

    organiser_id: str
    kind: str
    language: str


EVENTS: tuple[type[Data], ...] = (
    InvitationCreated,
    UploadInspected,
    DocumentPublished,
    DocumentDeclined,
    DocumentWithdrawn,
    PartnerSignInAsked,
    DocumentsTestMailAsked,
)
