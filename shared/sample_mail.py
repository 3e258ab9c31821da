"""A mail with made-up data, to the organiser who writes its words; the mail workers send it."""

from collections.abc import Callable, Mapping

from shared import auth, mail_texts
from shared.clock import Clock
from shared.events import Event
from shared.events.directory import DirectoryTestMailAsked
from shared.events.documents import DocumentsTestMailAsked
from shared.events.registration import RegistrationTestMailAsked
from shared.ledger import LedgerItem
from shared.mail import Mail, send_once
from shared.mail_texts import LANGUAGES, MailKind

ASKED = (DirectoryTestMailAsked, DocumentsTestMailAsked, RegistrationTestMailAsked)


def send_sample(
    event: Event,
    service: str,
    kinds: Mapping[str, MailKind],
    sample: Callable[[str, str, str], Mail],
    *,
    ledger: type[LedgerItem],
    clock: Clock,
) -> None:
    """Send it once, unless who asked may not any more; it has the newest words."""
    asked = event.data
    assert isinstance(asked, ASKED)  # noqa: S101 - the handlers say so
    organiser = auth.find_organiser(asked.organiser_id)
    if organiser is None or not organiser.may(service, "own"):
        return
    if asked.kind not in kinds or asked.language not in LANGUAGES:  # of another version
        return
    mail_texts.forget()
    send_once(
        ledger,
        person=organiser.id,
        reason=f"sample:{event.id}",
        compose=lambda: sample(asked.kind, asked.language, organiser.email),
        clock=clock,
    )
