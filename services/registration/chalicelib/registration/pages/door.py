"""The page for phones at the door: it works without a script, and with one without internet."""

from __future__ import annotations

from msgspec.structs import replace

from chalicelib.registration import door, door_words, tickets, usecases
from chalicelib.registration.collaborators import clock, repository
from chalicelib.registration.domain import Registration
from chalicelib.registration.domain.check_in import Fact, Told
from chalicelib.registration.door_words import Result
from chalicelib.registration.pages.routing import desk_router, who
from chalicelib.registration.usecases import Guest
from chalicelib.registration.views import DESK, SERVICE, event_view
from shared import auth, keys, listing, pages
from shared.answers import Answer, Html, Text
from shared.errors import Invalid
from shared.http import organiser
from shared.ids import new_id
from shared.request import Request

DOOR = f"{DESK}/{{event}}/inchecken"
VOLUNTEER = organiser(SERVICE, "check_in")
VOLUNTEER_SOMEWHERE = organiser(SERVICE, "check_in", somewhere=True)
# Every other page of ours forbids the camera.
CAMERA = {"Permissions-Policy": "camera=(self), geolocation=(), microphone=()"}
FILES = ("plekken.css", "form.js", "desk.js", "icon.svg")
SCRIPTS = ("door.js", "door-store.js", "door-scan.js")
DECODER = ("qr-decode.js", "qr-index.js")  # for browsers that cannot read a QR code themselves
LONGEST_ID = 64


@desk_router.page(f"{DESK}/inchecken", access=VOLUNTEER_SOMEWHERE)
def doors(request: Request) -> Answer:
    """The congresses where this volunteer may check people in."""
    seen = [
        event_view(one, request.language, clock.now())
        for one in usecases.list_events(repository(), drafts=True)
        if who(request).may(SERVICE, "check_in", one.definition.id)
    ]
    return Html(pages.render(request, "desk_doors.html", events=seen))


@desk_router.page(DOOR, access=VOLUNTEER)
def check_in_page(request: Request, event: str) -> Answer:
    """Search, a button per person, and what the phone's script needs to do it alone."""
    return _page(request, event, request.query.get("q", ""), None)


@desk_router.form(DOOR, access=VOLUNTEER)
def check_in(request: Request, event: str) -> Answer:
    """Check one person in. Sending the form again is the same fact, so it needs no way round."""
    fact = _fact(request)
    told = usecases.check_in(repository(), clock, event=event, fact=fact)
    return _page(request, event, "", _done(request, event, fact, told))


@desk_router.form(f"{DOOR}/terug", access=VOLUNTEER)
def undo_check_in(request: Request, event: str) -> Answer:
    """Take one check-in back."""
    fact = _fact(request)
    told = usecases.undo_check_in(repository(), event=event, fact=fact)
    return _page(request, event, "", _done(request, event, fact, told))


@desk_router.page(f"{DOOR}.js", access=VOLUNTEER)
def worker(request: Request, event: str) -> Answer:
    """The script that keeps this page, and no other, on the phone."""
    page = DOOR.format(event=event)
    files, decoder = ([pages.asset(name) for name in names] for names in (FILES + SCRIPTS, DECODER))
    text = pages.render(request, "door_worker.txt", page=page, files=files, decoder=decoder)
    return Text(text, "text/javascript")


def _page(request: Request, event: str, asked: str, result: Result | None) -> Answer:
    found = usecases.find_event(repository(), event, drafts=True)
    asked = asked.strip()[: listing.LONGEST_QUESTION]
    code = tickets.typed(asked)
    guests = _search(event, asked, code) if asked else ()
    text = pages.render(
        request,
        "desk_door.html",
        event=event_view(found, request.language, clock.now()),
        inside=usecases.count_inside(repository(), event=event),
        values={"q": asked},
        rows=[(one, door.guest_of(one, found.definition, request.language)) for one in guests],
        new_fact=lambda: new_id(clock),
        result=result,
        words=door_words.for_script(request, found.definition),
    )
    return Html(text, headers=CAMERA)


def _search(event: str, asked: str, code: str) -> tuple[Guest, ...]:
    def is_ticket(one: Registration) -> bool:
        return bool(code) and tickets.code(one) == code

    return usecases.find_guests(repository(), event=event, text=asked, is_ticket=is_ticket)


def _fact(request: Request) -> Fact:
    """What the form says. Raises Invalid for ids that no page of ours has."""
    id_, registration = (request.form.get(name, "") for name in ("feit", "aanmelding"))
    for given in (id_, registration):
        if not given.isalnum() or not given.isascii() or len(given) > LONGEST_ID:
            raise Invalid
    return Fact(
        id=id_,
        registration=registration,
        at=clock.now(),
        phone=_phone(request),
        by=who(request).id,
    )


def _phone(request: Request) -> str:
    """What a browser without a script is called: its session, which nobody can read back."""
    return keys.fingerprint("phone", request.session.hash if request.session else "")


def _done(request: Request, event: str, fact: Fact, told: Told) -> Result:
    auth.audit(who(request), "registration.checked_in", event, clock)
    definition = usecases.find_definition(repository(), event, drafts=True)
    guest = usecases.guest_of(repository(), event=event, registration_id=fact.registration)
    shown = door.guest_of(guest, definition, request.language) if guest else None
    said = door_words.result_of(
        request,
        definition,
        told,
        phone=fact.phone,
        name=shown.name if shown else "",
        sessions=", ".join(shown.sessions) if shown else "",
    )
    return replace(said, registration=fact.registration)
