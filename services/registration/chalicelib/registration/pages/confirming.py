"""Is this address yours? Behind the link in a mail. GET changes nothing: scanners follow links."""

from __future__ import annotations

from chalicelib.registration import usecases
from chalicelib.registration.collaborators import clock, repository
from chalicelib.registration.pages import manage
from chalicelib.registration.pages.routing import router
from chalicelib.registration.views import event_view
from shared import pages
from shared.answers import Answer, Html
from shared.errors import Forbidden, Gone
from shared.http import OWN_PAGES, PUBLIC
from shared.request import Request
from shared.texts import later as _

PATH = f"{manage.PATH}/bevestigen"


@router.page(PATH, access=PUBLIC)
def ask(request: Request) -> Answer:
    """One button that confirms."""
    token = request.query.get("sleutel", "")
    try:
        link = manage.link_of(request, token)
        found = usecases.registration_for_manage(repository(), link.subject, link.version)
        found.check_active()
    except (Forbidden, Gone) as refused:
        return manage.closed_page(request, refused)
    if found.is_confirmed:
        return manage.opened(request, token)
    event = usecases.find_event(repository(), found.event, drafts=True)
    page = pages.render(
        request,
        "confirm.html",
        event=event_view(event, request.language, clock.now()),
        registration=found,
        token=token,
    )
    return Html(page)


@router.form(PATH, access=OWN_PAGES)
def confirm(request: Request) -> Answer:
    """Keep the seat, and go on to the registration."""
    token = request.form.get("sleutel", "")
    try:
        link = manage.link_of(request, token)
        usecases.confirm(
            repository(), clock, registration_id=link.subject, link_version=link.version
        )
    except (Forbidden, Gone) as refused:
        return manage.closed_page(request, refused)
    done = pages.say(request, _("Bedankt, je aanmelding is bevestigd."))
    return manage.opened(request, token, done)
