"""Uploading, for partners with an invitation."""

from chalicelib.documents import settings
from chalicelib.documents.collaborators import clock, repository, storage
from chalicelib.documents.domain import (
    ACCEPTED_SUFFIXES,
    LARGEST_FILE,
    Invitation,
    Method,
    State,
    Wish,
    quarantine_key,
)
from chalicelib.documents.links import cookie_for, invitation_from, invitation_of
from chalicelib.documents.pages.routing import router
from chalicelib.documents.pages.showing import category_options, show
from chalicelib.documents.texts import CONSENT
from chalicelib.documents.usecases import announce_upload, find_upload
from shared import pages
from shared.errors import Invalid
from shared.http import OWN_PAGES, PUBLIC, Answer, Html, Request, SeeOther

UPLOADS = "/documenten/uploaden"


@router.page(UPLOADS, access=PUBLIC)
def upload_page(request: Request) -> Answer:
    """With a link: only a button, since mail scanners follow links. With the cookie: the form."""
    token = request.query.get("sleutel", "")
    if token:
        invitation_from(token, repository, clock)  # say at once that a link has ended
        return Html(pages.render(request, "upload_start.html", token=token))
    invitation = invitation_of(request, repository, clock)
    return _upload_form(request, invitation, {}, {})


@router.form(UPLOADS, access=OWN_PAGES)
def open_link(request: Request) -> Answer:
    """Trade the link for a cookie, so that the address holds no secret any more."""
    token = request.form.get("sleutel", "")
    invitation_from(token, repository, clock)
    return SeeOther(pages.link(UPLOADS, request.language), cookies=(cookie_for(token),))


@router.form(f"{UPLOADS}/gegevens", access=OWN_PAGES)
def announce(request: Request) -> Answer:
    """Without JavaScript: first what it is, then (on the next page) the file itself."""
    invitation = invitation_of(request, repository, clock)
    form = request.form
    wish = Wish(
        title=" ".join(form.get("title", "").split()),
        category=form.get("category", ""),
        description=form.get("description", ""),
        consent=form.get("consent") == "ja",
    )
    try:
        announced = announce_upload(
            repository,
            storage(),
            clock,
            invitation=invitation,
            wish=wish,
            key=request.idempotency_key,
        )
    except Invalid as invalid:
        return _upload_form(request, invitation, form, invalid.fields, status=422)
    return SeeOther(pages.link(f"{UPLOADS}/{announced.id}", request.language))


@router.page(f"{UPLOADS}/{{document_id}}", access=PUBLIC)
def upload_status(request: Request, document_id: str) -> Answer:
    """Where an upload stands; for a plain form also the field for the file."""
    invitation = invitation_of(request, repository, clock)
    found = find_upload(repository, clock, invitation, document_id)
    sent = request.query.get("verstuurd") == "ja"
    form = None
    if found.method is Method.FORM and found.state is State.ANNOUNCED and not sent:
        own = pages.link(f"{UPLOADS}/{found.id}", request.language, verstuurd="ja")
        form = storage().form(quarantine_key(found.id), settings.load().origin + own)
    return Html(
        pages.render(
            request,
            "upload_status.html",
            document=show(request, found),
            form=form,
            accept=",".join(ACCEPTED_SUFFIXES),
            decided=found.state in (State.PUBLISHED, State.DECLINED, State.WITHDRAWN),
            refresh=found.state in (State.ANNOUNCED, State.RECEIVED),
        ),
        policy={"form-action": settings.load().upload_origin},
    )


def _upload_form(
    request: Request,
    invitation: Invitation,
    values: dict[str, str],
    errors: dict[str, str],
    status: int = 200,
) -> Html:
    partner = repository.partner(invitation.member_id)
    sent = repository.documents_of(invitation.member_id, clock.now())
    text = pages.render(
        request,
        "upload_form.html",
        partner=partner.name if partner else "",
        sent=[show(request, each) for each in sent],
        options=[category[:3] for category in category_options(request, {})],
        consent_text=pages.say(request, CONSENT),
        accept=",".join(ACCEPTED_SUFFIXES),
        largest=LARGEST_FILE,
        by_mail=request.member is not None,
        values=values,
        errors={name: pages.say(request, wrong) for name, wrong in errors.items()},
    )
    return Html(text, status=status, policy={"connect-src": settings.load().upload_origin})
