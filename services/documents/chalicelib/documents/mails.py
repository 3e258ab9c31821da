"""The mails of the documents service: composed from the current state, sent once."""

from functools import partial
from typing import Any

from chalicelib.documents import settings, usecases
from chalicelib.documents.domain import Document, Partner, State
from chalicelib.documents.mail_kinds import KINDS
from chalicelib.documents.models import LedgerItem
from chalicelib.documents.repository import Repository
from chalicelib.documents.views import document_view
from shared import auth, pages
from shared.auth import codes
from shared.clock import Clock
from shared.code_mail import compose_code
from shared.mail import Mail, send_once
from shared.mail_texts import filled_words
from shared.network import network
from shared.request import MEMBER_HOMES

SERVICE = "documents"


def send_invitation(repository: Repository, clock: Clock, invitation_id: str) -> None:
    """Mail a partner the link with which they can upload, unless it has ended."""
    invitation = repository.invitation(invitation_id)
    if invitation is None or not invitation.admits(invitation.version, clock.now()):
        return
    partner = repository.partner(invitation.member_id)
    if partner is None or not partner.email:
        return
    token = auth.sign_link("invitation", invitation.id, invitation.version)
    path = pages.link("/documenten/uploaden", partner.language, sleutel=token)
    address = settings.load().origin + path
    context = {"address": address, "ends_at": invitation.ends_at}
    send_once(
        LedgerItem,
        person=partner.member_id,
        reason=f"invitation#{invitation.id}#{invitation.version}",
        compose=lambda: to_partner(partner, "invitation", context),
        clock=clock,
    )


def send_published(repository: Repository, clock: Clock, document_id: str) -> None:
    """Tell the partner that their document is on the website."""
    _send_decision(repository, clock, document_id, State.PUBLISHED)


def send_declined(repository: Repository, clock: Clock, document_id: str) -> None:
    """Tell the partner that their document was not placed, and why."""
    _send_decision(repository, clock, document_id, State.DECLINED)


def send_withdrawn(repository: Repository, clock: Clock, document_id: str) -> None:
    """Tell the partner that their document left the website, and why."""
    _send_decision(repository, clock, document_id, State.WITHDRAWN)


def send_code(repository: Repository, clock: Clock, request: str) -> None:
    """Mail a code and a link to whose address was typed, while the request is open.

    A delivery after a crash mints anew: what an earlier mail says is worthless then.
    """
    asked = codes.asked(SERVICE, request, clock)
    partners = usecases.partners_with(repository, asked.address) if asked else []
    if asked is None or not partners:
        return
    to = partners[0].email

    def compose() -> Mail:
        minted = codes.mint(request, [one.member_id for one in partners], to, clock)
        return compose_code(SERVICE, to, asked.language, minted)

    send_once(LedgerItem, person=request, reason="sign_in", compose=compose, clock=clock)


def _send_decision(repository: Repository, clock: Clock, document_id: str, state: State) -> None:
    document = repository.document(document_id, clock.now())
    if document is None or document.state is not state or not document.member_id:
        return
    partner = repository.partner(document.member_id)
    if partner is None or not partner.email:
        return
    found: Partner = partner
    path = pages.link(f"/documenten/{document.id}", found.language)
    context = {"address": settings.load().origin + path}
    send_once(
        LedgerItem,
        person=found.member_id,
        reason=f"{state.value}#{document.id}",
        compose=lambda: to_partner(found, state.value, context, document),
        clock=clock,
    )


def to_partner(
    partner: Partner, kind: str, context: dict[str, Any], document: Document | None = None
) -> Mail:
    """A mail of this kind, in the organisation's words."""
    values = {
        "lid": partner.name,
        "netwerk": network().name,
        "document": document.title if document else "",
    }
    words = filled_words(SERVICE, KINDS[kind], partner.language, values)
    mine = settings.load().origin + pages.link(MEMBER_HOMES[SERVICE], partner.language)
    context = {**context, "opening": words.opening, "mine": mine}
    return _compose(partner.email, partner.language, kind, words.subject, context, document)


def _compose(
    to: str,
    language: str,
    template: str,
    subject: str,
    context: dict[str, Any],
    document: Document | None = None,
) -> Mail:
    say = partial(pages.translate, SERVICE, language)
    if document:
        context = {**context, "document": document_view(document, say, language)}
    context = {**context, "subject": subject}
    render = partial(pages.render_plain, SERVICE)
    return Mail(
        to=to,
        subject=subject,
        text=render(f"mail/{template}.txt", language, **context),
        html=render(f"mail/{template}.html", language, **context),
        language=language,
    )
