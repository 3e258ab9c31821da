"""The mails of the guide: composed from the current state, once per person and reason."""

from chalicelib.directory.domain import Member, State
from chalicelib.directory.models import Ledger
from chalicelib.directory.repository import Repository
from chalicelib.directory.settings import load
from chalicelib.directory.usecases import BY_OPERATOR
from shared import auth
from shared.clock import Clock
from shared.mail import Mail, send_once
from shared.network import network
from shared.pages import render_plain, translate
from shared.texts import later as _

SERVICE = "directory"
WAITING = _("%(name)s wil in de ledengids")
PUBLISHED = _("%(name)s staat in de ledengids van %(network)s")


def tell_organisers(repository: Repository, clock: Clock, member_id: str) -> None:
    """Tell every organiser of the guide that a draft waits, unless it has been decided already.

    One organiser whose mail fails does not keep the notice from the others; the failure is raised
    afterwards, so that the message comes again and only the missing mails are sent.
    """
    member = repository.get(member_id, clock.now())
    if member is None or member.state is not State.DRAFT:
        return
    failures: list[Exception] = []
    for organiser in auth.organisers(SERVICE):
        try:
            _tell(organiser, member, clock)
        except Exception as error:  # noqa: BLE001 - raised below
            failures.append(error)
    if failures:
        raise failures[0]


def tell_member(repository: Repository, clock: Clock, member_id: str) -> None:
    """Tell a member that their entry is public, unless it has been withdrawn meanwhile.

    An operator who loads a list of members has told them in another way.
    """
    member = repository.get(member_id, clock.now())
    if member is None or member.state is not State.PUBLISHED:
        return
    if member.source == BY_OPERATOR or not member.contact.email:
        return

    def compose() -> Mail:
        subject = _say(PUBLISHED, member.language, name=member.profile.name)
        address = f"{load().origin}/leden/{member.slug}{_query(member.language)}"
        return _mail("member_published", member.contact.email, subject, member, address)

    send_once(Ledger, person=member.id, reason="member_published", compose=compose, clock=clock)


def _tell(organiser: auth.Organiser, member: Member, clock: Clock) -> None:
    def compose() -> Mail:
        subject = _say(WAITING, "nl", name=member.profile.name)
        address = f"{load().origin}/leden/beheer/{member.id}"
        return _mail("member_drafted", organiser.email, subject, member, address, language="nl")

    reason = f"member_drafted#{member.id}"
    send_once(Ledger, person=organiser.id, reason=reason, compose=compose, clock=clock)


def _mail(
    template: str, to: str, subject: str, member: Member, address: str, *, language: str = ""
) -> Mail:
    language = language or member.language
    html, text = (
        render_plain(
            SERVICE,
            f"mail/{template}.{form}",
            language,
            subject=subject,
            member=member,
            address=address,
        )
        for form in ("html", "txt")
    )
    return Mail(to=to, subject=subject, text=text, html=html, language=language)


def _say(text: str, language: str, **values: str) -> str:
    return translate(SERVICE, language, text) % {"network": network().name, **values}


def _query(language: str) -> str:
    return "?lang=en" if language == "en" else ""
