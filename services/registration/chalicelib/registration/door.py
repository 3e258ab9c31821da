"""Turns what a phone sends into facts, and what use cases know into its answers."""

from __future__ import annotations

from datetime import timedelta

from chalicelib.registration import tickets, usecases
from chalicelib.registration.domain import Definition, text
from chalicelib.registration.domain.check_in import Fact, Told, door_opens
from chalicelib.registration.door_schemas import (
    CheckInRequest,
    CheckInResponse,
    CheckInSeen,
    DoorResponse,
    FactAnswer,
    FactRequest,
    GuestResponse,
)
from chalicelib.registration.repository import Repository
from chalicelib.registration.usecases import Guest
from shared import auth
from shared.clock import Clock, rfc3339
from shared.errors import Unavailable
from shared.limits import Limit
from shared.request import Request

SENT = Limit("check-in", 300, timedelta(minutes=1))  # batches of one session: several phones
LIST_KEPT = timedelta(days=1)  # on a phone, after the congress


def list_for_phone(
    repository: Repository, clock: Clock, request: Request, event: str
) -> DoorResponse:
    """A part of the list: names, states and sessions, no addresses."""
    found = usecases.find_event(repository, event, drafts=True)
    cursor = request.query.get("cursor") or None
    page = usecases.door_list(repository, event=event, cursor=cursor)
    if cursor is None and request.organiser:
        auth.audit(request.organiser, "registration.door_list", event, clock)
    congress = found.congress
    definition = found.definition
    return DoorResponse(
        event=event,
        now=rfc3339(clock.now()),
        opens_at=rfc3339(door_opens(definition)),
        forget_at=rfc3339(definition.ends_at + LIST_KEPT),
        seated=congress.capacity - congress.free,
        inside=usecases.count_inside(repository, event=event),
        people=[guest_of(guest, definition, request.language) for guest in page.guests],
        cursor=page.cursor,
    )


def take_batch(
    repository: Repository, clock: Clock, request: Request, event: str, body: CheckInRequest
) -> CheckInResponse:
    """Act on each fact by itself. Raises NotFound, TooManyRequests."""
    if request.session is None or request.organiser is None:  # the route's access has made sure
        raise AssertionError
    repository.guards.spend(SENT, request.session.hash)
    usecases.find_definition(repository, event, drafts=True)
    auth.audit(request.organiser, "registration.checked_in", event, clock)
    by = request.organiser.id
    answers = [_act(repository, clock, event, body.phone, by, one) for one in body.facts]
    return CheckInResponse(answers, usecases.count_inside(repository, event=event))


def guest_of(guest: Guest, definition: Definition, language: str) -> GuestResponse:
    """Somebody as a phone's list knows them."""
    one, titles = guest.registration, definition.sessions()
    return GuestResponse(
        id=one.id,
        name=one.name,
        state=one.state,
        sessions=[
            text(titles[line.id].title, language)
            for line in one.session_lines
            if line.state == "seated" and line.id in titles
        ],
        ticket=tickets.mark(tickets.code(one)),
        place_in_line=one.place_in_line if one.state == "waiting" else None,
        inside=_seen(guest.inside),
    )


def _act(
    repository: Repository, clock: Clock, event: str, phone: str, by: str, one: FactRequest
) -> FactAnswer:
    fact = Fact(id=one.id, registration=one.registration, at=one.at, phone=phone, by=by)
    try:
        if one.kind == "undo":
            told = usecases.undo_check_in(repository, event=event, fact=fact)
        else:
            told = usecases.check_in(repository, clock, event=event, fact=fact)
    except Unavailable:  # the others may go well
        return FactAnswer(id=one.id, answer="busy")
    return _answer(told)


def _answer(told: Told) -> FactAnswer:
    return FactAnswer(
        id=told.id,
        answer=told.answer,
        inside=_seen(told.inside),
        place_in_line=told.place_in_line,
    )


def _seen(fact: Fact | None) -> CheckInSeen | None:
    return CheckInSeen(fact.id, rfc3339(fact.at), fact.phone) if fact else None
