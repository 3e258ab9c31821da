"""The mails of the documents service: composed from the current state, sent once."""

from functools import partial
from typing import Any

from chalicelib.documents import settings
from chalicelib.documents.domain import Document, Partner, State
from chalicelib.documents.models import LedgerItem
from chalicelib.documents.repository import Repository
from chalicelib.documents.views import document_view
from shared import auth, pages
from shared.clock import Clock
from shared.mail import Mail, send_once
from shared.texts import later

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
    context = {"name": partner.name, "address": address, "ends_at": invitation.ends_at}
    send_once(
        LedgerItem,
        person=partner.member_id,
        reason=f"invitation#{invitation.id}#{invitation.version}",
        compose=lambda: _compose(
            partner.email, partner.language, "invitation", later("Deel je documenten"), context
        ),
        clock=clock,
    )


def send_review_notice(repository: Repository, clock: Clock, document_id: str) -> None:
    """Tell every organiser that a document waits, unless somebody decided already."""
    document = repository.document(document_id, clock.now())
    if document is None or document.state is not State.INSPECTED:
        return
    context = {"address": f"{settings.load().origin}/documenten/beheer/{document.id}"}
    for organiser in auth.organisers(SERVICE):
        send_once(
            LedgerItem,
            person=organiser.id,
            reason=f"inspected#{document.id}",
            compose=partial(
                _compose,
                organiser.email,
                "nl",
                "review",
                later("Er wacht een document op je"),
                context,
                document,
            ),
            clock=clock,
        )


def send_published(repository: Repository, clock: Clock, document_id: str) -> None:
    """Tell the partner that their document is on the website."""
    _send_decision(
        repository, clock, document_id, State.PUBLISHED, later("Je document staat op de website")
    )


def send_declined(repository: Repository, clock: Clock, document_id: str) -> None:
    """Tell the partner that their document was not placed, and why."""
    _send_decision(
        repository, clock, document_id, State.DECLINED, later("Je document is niet geplaatst")
    )


def send_withdrawn(repository: Repository, clock: Clock, document_id: str) -> None:
    """Tell the partner that their document left the website, and why."""
    _send_decision(
        repository,
        clock,
        document_id,
        State.WITHDRAWN,
        later("Je document is van de website gehaald"),
    )


def _send_decision(
    repository: Repository, clock: Clock, document_id: str, state: State, subject: str
) -> None:
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
        compose=lambda: _compose(
            found.email, found.language, state.value, subject, context, document
        ),
        clock=clock,
    )


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
    context = {**context, "subject": say(subject)}
    render = partial(pages.render_plain, SERVICE)
    return Mail(
        to=to,
        subject=context["subject"],
        text=render(f"mail/{template}.txt", language, **context),
        html=render(f"mail/{template}.html", language, **context),
        language=language,
    )
