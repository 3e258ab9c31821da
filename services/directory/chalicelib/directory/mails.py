"""The mails of the guide: composed from the current state, once per person and reason."""

from chalicelib.directory import usecases
from chalicelib.directory.domain import Member, State
from chalicelib.directory.mail_kinds import KINDS
from chalicelib.directory.models import Ledger
from chalicelib.directory.repository import Repository
from chalicelib.directory.settings import load
from chalicelib.directory.usecases import BY_OPERATOR
from shared.auth import codes
from shared.clock import Clock
from shared.code_mail import compose_code
from shared.mail import Mail, send_once
from shared.mail_texts import filled_words
from shared.network import network
from shared.pages import render_plain
from shared.request import MEMBER_HOMES

SERVICE = "directory"


def tell_member(repository: Repository, clock: Clock, member_id: str) -> None:
    """Tell a member that their entry is public, unless it has been withdrawn meanwhile.

    An operator who loads a list of members has told them in another way.
    """
    member = repository.get(member_id, clock.now())
    if member is None or member.state is not State.PUBLISHED:
        return
    if member.source == BY_OPERATOR or not member.contact.email:
        return
    send_once(
        Ledger,
        person=member.id,
        reason="member_published",
        compose=lambda: published(member),
        clock=clock,
    )


def published(member: Member) -> Mail:
    """Say that the entry is public."""
    values = {"lid": member.profile.name, "netwerk": network().name}
    kind = KINDS["member_published"]
    words = filled_words(SERVICE, kind, member.language, values)
    address = f"{load().origin}/leden/{member.slug}{_query(member.language)}"
    to, opening = member.contact.email, words.opening
    return _mail(kind.id, to, words.subject, member, address, opening=opening)


def send_code(repository: Repository, clock: Clock, request: str) -> None:
    """Mail a code and a link to whose address was typed, while the request is open.

    A delivery after a crash mints anew: what an earlier mail says is worthless then.
    """
    asked = codes.asked(SERVICE, request, clock)
    entries = usecases.entries_with(repository, asked.address) if asked else []
    if asked is None or not entries:
        return
    to = entries[0].contact.email

    def compose() -> Mail:
        minted = codes.mint(request, [one.id for one in entries], to, clock)
        return compose_code(SERVICE, to, asked.language, minted)

    send_once(Ledger, person=request, reason="sign_in", compose=compose, clock=clock)


def _mail(
    template: str,
    to: str,
    subject: str,
    member: Member,
    address: str,
    *,
    opening: str,
) -> Mail:
    language = member.language
    html, text = (
        render_plain(
            SERVICE,
            f"mail/{template}.{form}",
            language,
            subject=subject,
            opening=opening,
            member=member,
            address=address,
            mine=f"{load().origin}{MEMBER_HOMES[SERVICE]}{_query(language)}",
        )
        for form in ("html", "txt")
    )
    return Mail(to=to, subject=subject, text=text, html=html, language=language)


def _query(language: str) -> str:
    return "?lang=en" if language == "en" else ""
