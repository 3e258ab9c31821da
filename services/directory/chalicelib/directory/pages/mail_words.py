"""The words of this service's mails, for organisers who own it."""

from typing import TYPE_CHECKING

from chalicelib.directory.collaborators import clock
from chalicelib.directory.mail_kinds import KINDS
from chalicelib.directory.models import Outbox
from chalicelib.directory.pages.routing import desk_router
from chalicelib.directory.views import SERVICE
from shared.events.directory import DirectoryTestMailAsked
from shared.mail_pages import MailDesk, add_mail_pages

if TYPE_CHECKING:
    from shared.mail import Mail


def _sample(kind: str, language: str, to: str) -> "Mail":
    from chalicelib.directory.mail_samples import sample  # noqa: PLC0415 - heavy

    return sample(kind, language, to)


MAILS = MailDesk(
    service=SERVICE,
    path="/leden/beheer/mails",
    kinds=KINDS,
    clock=clock,
    outbox=Outbox,
    asked=DirectoryTestMailAsked,
    sample=_sample,
)
add_mail_pages(desk_router, MAILS)
