"""The words of this service's mails, for organisers who own it."""

from typing import TYPE_CHECKING

from chalicelib.documents.collaborators import clock
from chalicelib.documents.mail_kinds import KINDS
from chalicelib.documents.models import OutboxItem
from chalicelib.documents.pages.routing import desk_router
from chalicelib.documents.views import SERVICE
from shared.events.documents import DocumentsTestMailAsked
from shared.mail_pages import MailDesk, add_mail_pages

if TYPE_CHECKING:
    from shared.mail import Mail


def _sample(kind: str, language: str, to: str) -> "Mail":
    from chalicelib.documents.mail_samples import sample  # noqa: PLC0415 - heavy

    return sample(kind, language, to)


MAILS = MailDesk(
    service=SERVICE,
    path="/documenten/beheer/mails",
    kinds=KINDS,
    clock=clock,
    outbox=OutboxItem,
    asked=DocumentsTestMailAsked,
    sample=_sample,
)
add_mail_pages(desk_router, MAILS)
