"""What organisers see: the congresses with their figures, the participants, the list as CSV."""

from __future__ import annotations

from chalicelib.registration import export, usecases
from chalicelib.registration.collaborators import clock, repository
from chalicelib.registration.domain import Registration
from chalicelib.registration.pages.congress import published_views
from chalicelib.registration.pages.routing import router
from chalicelib.registration.views import event_view, participant_view
from shared import auth, pages
from shared.answers import Answer, File, Html, SeeOther
from shared.errors import NotFound
from shared.http import organiser
from shared.request import Request

PATH = "/congres/beheer"
PAGE_SIZE = 50
READER = organiser("registration", "reader")
ORGANISER = organiser("registration", "organiser")


@router.page(PATH, access=READER)
def congresses(request: Request) -> Answer:
    """The congresses with how full they are."""
    return Html(pages.render(request, "desk_events.html", events=published_views(request)))


@router.page(f"{PATH}/{{event}}", access=READER)
def participants(request: Request, event: str) -> Answer:
    """Who comes and who waits, page by page."""
    found = usecases.find_event(repository(), event, drafts=True)
    cursor = request.query.get("cursor")
    page = usecases.list_registrations(repository(), event=event, cursor=cursor, limit=PAGE_SIZE)
    text = pages.render(
        request,
        "desk_participants.html",
        event=event_view(found, request.language, clock.now()),
        rows=[
            participant_view(one, found.definition, request.language) for one in page.registrations
        ],
        next_url=request.url(cursor=page.cursor) if page.cursor else "",
        first_url=request.url(cursor="") if cursor else "",
    )
    return Html(text)


@router.page(f"{PATH}/{{event}}/deelnemers.csv", access=READER)
def download(request: Request, event: str) -> Answer:
    """Everybody on the list, with what they need, for a spreadsheet."""
    found = usecases.find_event(repository(), event, drafts=True)
    rows = usecases.export_rows(repository(), event)
    auth.audit(_who(request), "registration.exported", event, clock)
    data = export.participants_csv(found.definition, rows, request.language)
    return File(data, f"deelnemers-{event}.csv", "text/csv; charset=utf-8")


@router.page(f"{PATH}/{{event}}/afzeggen/{{registration}}", access=ORGANISER)
def ask_to_cancel(request: Request, event: str, registration: str) -> Answer:
    """Ask once more: the person gets a mail and the seat goes to somebody else."""
    found = usecases.find_event(repository(), event, drafts=True)
    row = participant_view(_registration(event, registration), found.definition, request.language)
    view = event_view(found, request.language, clock.now())
    return Html(pages.render(request, "desk_cancel.html", event=view, row=row))


@router.form(f"{PATH}/{{event}}/afzeggen/{{registration}}", access=ORGANISER)
def cancel(request: Request, event: str, registration: str) -> Answer:
    """Cancel somebody's registration for them."""
    found = _registration(event, registration)
    note = auth.audited(_who(request), "registration.cancelled", found.id, clock)
    usecases.cancel(repository(), clock, registration_id=found.id, link_version=None, note=note)
    done = pages.say(request, "De deelnemer is afgezegd en krijgt een mail.")
    return SeeOther(pages.link(f"{PATH}/{event}", request.language), flash=done)


def _registration(event: str, registration: str) -> Registration:
    found = usecases.registration_for_manage(repository(), registration, None)
    if found.event != event:
        raise NotFound("registration_not_found")
    return found


def _who(request: Request) -> auth.Organiser:
    if request.organiser is None:  # the route's access has made sure
        raise AssertionError
    return request.organiser
