"""The JSON interface. A view parses, asks for one thing and answers."""

from __future__ import annotations

from chalicelib.registration import answers, usecases
from chalicelib.registration.collaborators import clock, repository
from chalicelib.registration.door_schemas import CheckInRequest
from chalicelib.registration.registering import register_request
from chalicelib.registration.schemas import (
    EventList,
    Health,
    RegistrationRequest,
)
from chalicelib.registration.views import event_view
from shared import auth, proof
from shared.answers import Answer, Json
from shared.errors import Forbidden, SignInNeeded
from shared.http import PUBLIC, Router, organiser
from shared.request import Request
from shared.settings import Settings, load

router = Router("registration")


@router.get("/congres/api/v1/events", access=PUBLIC)
def list_events(request: Request) -> Answer:
    """The published congresses, soonest first, with their free places."""
    now = clock.now()
    found = usecases.list_events(repository())
    views = [event_view(event, request.language, now) for event in found]
    return Json(EventList([answers.summary_of(view) for view in views]))


@router.get("/congres/api/v1/events/{event}", access=PUBLIC)
def get_event(request: Request, event: str) -> Answer:
    """One congress with its programme and its free places."""
    found = usecases.find_event(repository(), event)
    view = event_view(found, request.language, clock.now())
    return Json(answers.event_of(view, found.definition, request.language))


@router.post(
    "/congres/api/v1/events/{event}/registrations", access=PUBLIC, body=RegistrationRequest
)
def create_registration(request: Request, body: RegistrationRequest, event: str) -> Answer:
    """Register one person; the manage link comes by mail.

    The answer is the same for an address that has a registration already.
    """
    definition = usecases.find_definition(repository(), event)
    receipt = register_request(repository(), clock, request, definition, body)
    return Json(answers.receipt_of(receipt), status=201)


@router.get("/congres/api/v1/challenge", access=PUBLIC)
def get_challenge(request: Request) -> Answer:  # noqa: ARG001 - the router's shape
    """An ALTCHA puzzle (version 2); its solution is good for one registration, for 20 minutes."""
    return Json(proof.challenge(clock))


@router.get("/congres/api/v1/registrations/{registration}", access=PUBLIC)
def get_registration(request: Request, registration: str) -> Answer:
    """A registration, for whoever holds its manage link (`Authorization: Bearer …`)."""
    link = _link(request, registration)
    found = usecases.registration_for_manage(repository(), link.subject, link.version)
    found.check_active()
    definition = usecases.find_definition(repository(), found.event, drafts=True)
    given = usecases.answers_of(repository(), found.id)
    replies = answers.replies_of(given.replies, definition, request.language)
    return Json(answers.registration_of(found, replies))


@router.delete("/congres/api/v1/registrations/{registration}", access=PUBLIC)
def cancel_registration(request: Request, registration: str) -> Answer:
    """Cancel; doing it twice is the same as once."""
    link = _link(request, registration)
    found = usecases.cancel(
        repository(), clock, registration_id=link.subject, link_version=link.version
    )
    return Json(answers.registration_of(found))


@router.get("/congres/api/v1/events/{event}/check-in", access=organiser("registration", "check_in"))
def get_door_list(request: Request, event: str) -> Answer:
    """Who is expected and who is inside, for a phone at the door to take along; no addresses."""
    from chalicelib.registration import door  # noqa: PLC0415 - only the door needs it

    return Json(door.list_for_phone(repository(), clock, request, event))


@router.post(
    "/congres/api/v1/events/{event}/check-in",
    access=organiser("registration", "check_in"),
    body=CheckInRequest,
)
def send_check_ins(request: Request, body: CheckInRequest, event: str) -> Answer:
    """What a phone saw at the door, answered per fact; sending it twice is the same as once."""
    from chalicelib.registration import door  # noqa: PLC0415 - only the door needs it

    return Json(door.take_batch(repository(), clock, request, event, body))


@router.get("/congres/api/health", access=PUBLIC)
def get_health(request: Request) -> Answer:  # noqa: ARG001 - the router's shape
    """Whether the service answers; it asks nothing of its table."""
    return Json(Health("ok", "registration", load(Settings).version))


@router.get("/congres/api/openapi.json", access=PUBLIC)
def get_openapi(request: Request) -> Answer:  # noqa: ARG001 - the router's shape
    """This interface, described."""
    from chalicelib.registration import interface  # noqa: PLC0415 - few ask for it

    return Json(interface.document())


def _link(request: Request, registration: str) -> auth.Link:
    """The link in the Authorization header. Raises SignInNeeded, Forbidden."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise SignInNeeded("link_needed", "Stuur de sleutel uit je mail mee.")
    link = auth.read_link("registration", token.strip())
    if link.subject != registration:
        raise Forbidden("invalid_link", "Deze link klopt niet of is niet meer geldig.")
    return link
