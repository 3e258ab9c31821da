"""What organisers do for one participant: change, correct the address, note, print a ticket."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.registration import forms, tickets, usecases
from chalicelib.registration.collaborators import clock, repository
from chalicelib.registration.domain import Definition, Registration
from chalicelib.registration.pages.congress import asked_definition
from chalicelib.registration.pages.manage import shown_values
from chalicelib.registration.pages.participants import registration_of, show
from chalicelib.registration.pages.routing import ORGANISER, desk_router, who
from chalicelib.registration.question_views import filled_in, question_views
from chalicelib.registration.views import DESK, event_view, line_views
from shared import auth, pages
from shared.answers import Answer, Html, SeeOther
from shared.errors import Conflict, Invalid
from shared.request import Request
from shared.texts import later as _
from shared.transactions import Join

CHANGED_MEANWHILE = _(
    "De aanmelding is intussen veranderd, door de deelnemer of een collega. Hieronder staat wat "
    "je hier koos. Klopt dat nog? Sla het dan opnieuw op."
)


@desk_router.page(f"{DESK}/{{event}}/wijzigen/{{registration}}", access=ORGANISER)
def ask_to_change(request: Request, event: str, registration: str) -> Answer:
    """The name, the sessions and the answers, to change for somebody."""
    return _change_page(request, _changeable(event, registration))


@desk_router.form(
    f"{DESK}/{{event}}/wijzigen/{{registration}}",
    access=ORGANISER,
    most_fields=forms.MOST_FIELDS,
)
def change(request: Request, event: str, registration: str) -> Answer:
    """Change somebody's registration for them; they get a mail that says how it stands."""
    before = _changeable(event, registration)
    definition = asked_definition(request, event, drafts=True)
    try:
        forms.check_questions(request.form, definition)
        usecases.change(
            repository(),
            clock,
            registration_id=before.id,
            link_version=None,
            name=forms.checked_name(request.form.get("naam", "")),
            sessions=forms.chosen_sessions(request.form, definition),
            answers=forms.given_answers(request, definition),
            seen=request.form.get("gezien"),
            note=_noted(request, "registration.changed", before),
        )
    except Invalid as refused:
        errors = forms.form_errors(refused.fields, definition)
        return _change_page(request, before, forms.typed_values(request, definition), errors)
    except Conflict as refused:
        if refused.code != "changed_meanwhile":
            raise
        typed = forms.typed_values(request, definition)
        now = _changeable(event, registration)
        return _change_page(request, now, typed, {"": CHANGED_MEANWHILE}, refused.status)
    return _done(request, before, _("De aanmelding is opgeslagen."))


@desk_router.page(f"{DESK}/{{event}}/e-mail/{{registration}}", access=ORGANISER)
def ask_for_address(request: Request, event: str, registration: str) -> Answer:
    """The address that mail goes to, to correct."""
    return _address_page(request, _changeable(event, registration))


@desk_router.form(f"{DESK}/{{event}}/e-mail/{{registration}}", access=ORGANISER)
def correct_address(request: Request, event: str, registration: str) -> Answer:
    """Mail to another address from now on, and send a new link and ticket there."""
    before = _changeable(event, registration)
    try:
        usecases.correct_address(
            repository(),
            clock,
            registration_id=before.id,
            email=forms.checked_email(request.form.get("email", "")),
            note=_noted(request, "registration.address_corrected", before),
        )
    except Invalid as refused:
        return _address_page(request, before, refused.fields)
    except usecases.AddressTaken as refused:
        return _address_page(request, before, {"email": refused.title}, refused.status)
    return _done(request, before, _("Het e-mailadres is verbeterd. Er gaat een mail heen."))


@desk_router.form(f"{DESK}/{{event}}/notitie/{{registration}}", access=ORGANISER)
def write_note(request: Request, event: str, registration: str) -> Answer:
    """Keep what organisers want each other to know."""
    before = registration_of(event, registration)
    try:
        usecases.write_note(
            repository(),
            clock,
            registration_id=before.id,
            text=forms.checked_note(request.form.get("notitie", "")),
            seen=request.form.get("gezien", ""),
            note=_noted(request, "registration.noted", before),
        )
    except (Invalid, usecases.NoteChanged) as refused:
        return show(request, event, registration, "desk_participant.html", refused)
    return _done(request, before, _("De notitie is opgeslagen."))


@desk_router.form(f"{DESK}/{{event}}/bevestigen/{{registration}}", access=ORGANISER)
def confirm(request: Request, event: str, registration: str) -> Answer:
    """Confirm for somebody: the organiser knows that the address is theirs."""
    before = _changeable(event, registration)
    note = _noted(request, "registration.confirmed", before)
    usecases.confirm(repository(), clock, registration_id=before.id, link_version=None, note=note)
    return _done(request, before, _("De aanmelding is bevestigd. De deelnemer krijgt een mail."))


@desk_router.page(f"{DESK}/{{event}}/kaartje/{{registration}}", access=ORGANISER)
def ticket(request: Request, event: str, registration: str) -> Answer:
    """Somebody's ticket, to print for who has no mail."""
    one = registration_of(event, registration)
    if one.state != "seated":
        raise Conflict("no_seat", "Wie geen plek heeft, heeft geen kaartje.")
    found = usecases.find_event(repository(), event, drafts=True)
    code = tickets.code(one)
    page = pages.render(
        request,
        "manage_ticket.html",
        event=event_view(found, request.language, clock.now()),
        registration=one,
        lines=line_views(one.lines, found.definition, request.language),
        picture=tickets.picture(code),
        code=tickets.shown(code),
        back=f"{DESK}/{event}/deelnemer/{one.id}",
    )
    return Html(page)


def _changeable(event: str, registration: str) -> Registration:
    found = registration_of(event, registration)
    found.check_active()
    return found


def _noted(request: Request, action: str, registration: Registration) -> Join:
    return auth.audited(who(request), action, registration.id, clock)


def _done(request: Request, registration: Registration, words: str) -> Answer:
    path = f"{DESK}/{registration.event}/deelnemer/{registration.id}"
    return SeeOther(pages.link(path, request.language), flash=pages.say(request, words))


def _change_page(
    request: Request,
    registration: Registration,
    typed: Mapping[str, str | list[str]] | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 422,
) -> Answer:
    found = usecases.find_event(repository(), registration.event, drafts=True)
    definition: Definition = found.definition
    replies = usecases.answers_of(repository(), registration.id).replies
    page = pages.render(
        request,
        "desk_change.html",
        event=event_view(found, request.language, clock.now()),
        registration=registration,
        seen=usecases.seen_mark(registration, definition, replies),
        own=[line.id for line in registration.session_lines if line.state == "seated"],
        questions=question_views(
            definition,
            request.language,
            audience=registration.audience,
            before={one.question: one for one in replies},
        ),
        values=typed
        or shown_values(registration, definition) | filled_in(replies, definition.questions),
        errors={name: pages.say(request, error) for name, error in (errors or {}).items()},
    )
    return Html(page, status=status if errors else 200)


def _address_page(
    request: Request,
    registration: Registration,
    errors: Mapping[str, str] | None = None,
    status: int = 422,
) -> Answer:
    found = usecases.find_event(repository(), registration.event, drafts=True)
    page = pages.render(
        request,
        "desk_address.html",
        event=event_view(found, request.language, clock.now()),
        registration=registration,
        values=request.form if errors else {"email": registration.email},
        errors={name: pages.say(request, error) for name, error in (errors or {}).items()},
    )
    return Html(page, status=status if errors else 200)
