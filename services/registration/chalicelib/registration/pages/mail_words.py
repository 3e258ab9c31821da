"""The words of this service's mails, for organisers who own it."""

from typing import TYPE_CHECKING

from chalicelib.registration.collaborators import clock
from chalicelib.registration.mail_kinds import KINDS
from chalicelib.registration.models import Outbox
from chalicelib.registration.pages.routing import desk_router
from chalicelib.registration.views import SERVICE
from shared.events.registration import RegistrationTestMailAsked
from shared.mail_pages import MailDesk, add_mail_pages

if TYPE_CHECKING:
    from shared.mail import Mail


def _sample(kind: str, language: str, to: str) -> "Mail":
    from chalicelib.registration.mail_samples import sample  # noqa: PLC0415 - heavy

    return sample(kind, language, to)


MAILS = MailDesk(
    service=SERVICE,
    path="/congres/beheer/mails",
    kinds=KINDS,
    clock=clock,
    outbox=Outbox,
    asked=RegistrationTestMailAsked,
    sample=_sample,
)
add_mail_pages(desk_router, MAILS)
