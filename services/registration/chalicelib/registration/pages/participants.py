"""Who comes and who waits: the list, search, one participant, and cancelling for people."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.registration import forms, usecases
from chalicelib.registration.collaborators import clock, repository
from chalicelib.registration.domain import Event, Registration, Wanted
from chalicelib.registration.pages.routing import (
    ORGANISER,
    READER,
    SOMEWHERE,
    desk_router,
    who,
)
from chalicelib.registration.question_views import reply_facts
from chalicelib.registration.views import DESK, event_view, participant_view
from shared import auth, listing, pages
from shared.answers import Answer, Html, SeeOther
from shared.errors import Conflict, Gone, NotFound, PlekkenError
from shared.listing import Chosen
from shared.request import Request
from shared.texts import later as _

PAGE_SIZE = listing.PAGE
SHORTEST_SEARCH = 2
CANCEL = _("Afzeggen")
FILTERS = ("q", "stand", "sessie", "wie", "komt")
STATES = ("seated", "waiting", "cancelled")
SAYINGS = {"ja": "yes", "nee": "no", "geen": "nothing"}  # to "are you still coming?"
UNCONFIRMED = "onbevestigd"  # the same, whose address nobody confirmed yet
FAILING = "adres"  # in place of a state: whose address fails


@desk_router.page(f"{DESK}/{{event}}", access=READER)
def participants(request: Request, event: str) -> Answer:
    """The list, page by page, or whoever is searched for."""
    found = usecases.find_event(repository(), event, drafts=True)
    values = {name: request.query.get(name, "") for name in FILTERS}
    wanted = wanted_by(values, found.definition.day)
    may_work = who(request).may("registration", "work", event)
    cursor = request.query.get("cursor")
    page = usecases.list_registrations(
        repository(), event=event, cursor=cursor, limit=PAGE_SIZE, wanted=wanted
    )
    text = pages.render(
        request,
        "desk_participants.html",
        event=event_view(found, request.language, clock.now()),
        rows=[
            participant_view(one, found.definition, request.language) for one in page.registrations
        ],
        values=values,
        mail_url=pages.link(f"{DESK}/{event}/mail", request.language, **_given(values)),
        asks=bool(found.definition.mails.reconfirm),
        is_filtered=wanted != Wanted(),
        actions=_actions(request, event) if may_work and not wanted.is_cancelled else [],
        may_work=may_work,
        may_check_in=who(request).may("registration", "check_in", event),
        next_url=request.url(cursor=page.cursor) if page.cursor else "",
        first_url=request.url(cursor="") if cursor else "",
    )
    return Html(text)


def _actions(request: Request, event: str) -> list[tuple[str, str, str]]:
    here = f"{DESK}/{event}"
    return [
        (f"{here}/mail", pages.say(request, _("Mail deze deelnemers")), "quiet"),
        (f"{here}/afzeggen", pages.say(request, CANCEL), "danger"),
    ]


def _given(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


def wanted_by(values: Mapping[str, str], day: str) -> Wanted:
    """Whom the list's filters ask for; `values` by their names, each given."""
    state, says = values["stand"], SAYINGS.get(values["komt"], "")
    if says == "no" and not state:
        state = "cancelled"  # whoever does not come any more has no seat
    return Wanted(
        text=values["q"].strip()[: listing.LONGEST_QUESTION],
        state=state if state in STATES else "",
        failing=state == FAILING,
        unconfirmed=state == UNCONFIRMED,
        session=values["sessie"],
        audience=values["wie"],
        says=says,
        day=day if says else "",
    )


@desk_router.page(f"{DESK}/zoeken", access=SOMEWHERE)
def search(request: Request) -> Answer:
    """Whom this organiser may see, in every congress."""
    asked = request.query.get("q", "").strip()[: listing.LONGEST_QUESTION]
    cursor = request.query.get("cursor")
    definitions = {
        one.id: one
        for one in reversed(repository().definitions.all())
        if who(request).may("registration", "read", one.id)
    }
    long_enough = len(asked) >= SHORTEST_SEARCH
    page = (
        usecases.search_everywhere(
            repository(), events=list(definitions), text=asked, cursor=cursor, limit=PAGE_SIZE
        )
        if long_enough
        else None
    )
    found = page.registrations if page else ()
    text = pages.render(
        request,
        "desk_search.html",
        rows=[
            (
                participant_view(one, definitions[one.event], request.language),
                event_view(Event(definitions[one.event], {}), request.language, clock.now()),
            )
            for one in found
        ],
        values={"q": asked},
        errors={"q": pages.say(request, _("Vul minstens twee letters in."))}
        if asked and not long_enough
        else {},
        searched=long_enough,
        next_url=request.url(cursor=page.cursor) if page and page.cursor else "",
        first_url=request.url(cursor="") if cursor else "",
    )
    return Html(text)


@desk_router.page(f"{DESK}/{{event}}/deelnemer/{{registration}}", access=READER)
def participant(request: Request, event: str, registration: str) -> Answer:
    """One participant: what the list shows and the rest that organisers need."""
    return show(request, event, registration, "desk_participant.html")


@desk_router.page(f"{DESK}/{{event}}/afzeggen/{{registration}}", access=ORGANISER)
def ask_to_cancel(request: Request, event: str, registration: str) -> Answer:
    """Ask once more: the person gets a mail and the seat goes to somebody else."""
    return show(request, event, registration, "desk_cancel.html")


@desk_router.form(f"{DESK}/{{event}}/afzeggen/{{registration}}", access=ORGANISER)
def cancel(request: Request, event: str, registration: str) -> Answer:
    """Cancel somebody's registration for them."""
    _cancel(request, registration_of(event, registration))
    done = pages.say(request, "De deelnemer is afgezegd en krijgt een mail.")
    return SeeOther(pages.link(f"{DESK}/{event}", request.language), flash=done)


@desk_router.form(f"{DESK}/{{event}}/afzeggen", access=ORGANISER)
def cancel_chosen(request: Request, event: str) -> Answer:
    """Cancel several registrations, after asking once more with their names."""
    here = f"{DESK}/{event}"
    chosen, refusal = listing.chosen_or_back(request, here)
    if refusal:
        return refusal
    if request.form.get("zeker") != "ja":
        return _ask(request, event, chosen)

    def act(row: Chosen) -> None:
        try:
            found = registration_of(event, row.id)
        except Gone as gone:
            raise NotFound from gone
        if found.state == "cancelled":
            raise Conflict
        _cancel(request, found)

    outcome = listing.for_each(chosen, act)
    done = _("%(count)s afgezegd. Elke deelnemer krijgt een mail.")
    flash = listing.told(request, outcome, done)
    return SeeOther(pages.link(here, request.language), flash=flash)


@desk_router.form(f"{DESK}/{{event}}/adres/{{registration}}", access=ORGANISER)
def clear_address(request: Request, event: str, registration: str) -> Answer:
    """Send mail to this participant again: the organiser knows that the address is right."""
    found = registration_of(event, registration)
    note = auth.audited(who(request), "registration.address_cleared", found.id, clock)
    usecases.clear_address(repository(), clock, registration_id=found.id, note=note)
    done = pages.say(request, _("Deze deelnemer krijgt weer mail."))
    path = pages.link(f"{DESK}/{event}/deelnemer/{found.id}", request.language)
    return SeeOther(path, flash=done)


def _ask(request: Request, event: str, chosen: list[Chosen]) -> Answer:
    text = pages.render(
        request,
        "sure.html",
        title=pages.say(request, _("Deelnemers afzeggen")),
        lead=pages.say(
            request,
            _(
                "Elke deelnemer krijgt een mail. De plekken gaan naar de eersten op de wachtlijst. "
                "Je kunt dit niet terugdraaien."
            ),
        ),
        names=[_name(event, row.id) for row in chosen],
        chosen=[row.field for row in chosen],
        action=f"{DESK}/{event}/afzeggen",
        label=pages.say(request, _("Ja, zeg deze deelnemers af")),
        back=f"{DESK}/{event}",
        reason="",
    )
    return Html(text)


def _name(event: str, registration: str) -> str:
    """The name of one of those that were chosen, unless somebody removed it meanwhile."""
    try:
        return registration_of(event, registration).name
    except (Gone, NotFound):
        return registration


def _cancel(request: Request, registration: Registration) -> None:
    note = auth.audited(who(request), "registration.cancelled", registration.id, clock)
    usecases.cancel(
        repository(), clock, registration_id=registration.id, link_version=None, note=note
    )


def show(
    request: Request,
    event: str,
    registration: str,
    template: str,
    refused: PlekkenError | None = None,
) -> Answer:
    """A page about one participant; where the form on it was `refused`, with what was typed."""
    found = usecases.find_event(repository(), event, drafts=True)
    one = registration_of(event, registration)
    text = pages.render(
        request,
        template,
        event=event_view(found, request.language, clock.now()),
        row=participant_view(one, found.definition, request.language),
        registration=one,
        answers=reply_facts(
            usecases.answers_of(repository(), one.id).replies, found.definition, request.language
        ),
        may_work=who(request).may("registration", "work", event),
        note_mark=usecases.note_mark(one.note),
        values=request.form if refused else {"notitie": one.note},
        errors=_errors(request, refused) if refused else {},
    )
    return Html(text, status=refused.status if refused else 200)


def _errors(request: Request, refused: PlekkenError) -> dict[str, str]:
    found = refused.fields or {"": refused.title}
    return {
        forms.FORM_NAMES.get(name, name): pages.say(request, text) for name, text in found.items()
    }


def registration_of(event: str, registration: str) -> Registration:
    """One of this congress's registrations. Raises Gone, NotFound."""
    found = usecases.registration_for_manage(repository(), registration, None)
    if found.event != event:
        raise NotFound("registration_not_found")
    return found
