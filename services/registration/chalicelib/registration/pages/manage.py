"""What the holder of a manage link sees. GET changes nothing: mail scanners follow links too."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.registration import calendar_link, forms, usecases
from chalicelib.registration.collaborators import clock, repository
from chalicelib.registration.domain import Definition, Registration, is_asking, text
from chalicelib.registration.pages.congress import asked_definition, published_views
from chalicelib.registration.pages.routing import router
from chalicelib.registration.question_views import filled_in, question_views
from chalicelib.registration.views import event_view, line_views
from shared import auth, pages
from shared.answers import Answer, Cookie, File, Html, SeeOther
from shared.auth import Link
from shared.errors import (
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    PlekkenError,
    TooManyRequests,
)
from shared.http import OWN_PAGES, PUBLIC
from shared.request import Request
from shared.texts import later as _

PATH = "/congres/aanmelding"
COOKIE = "__Secure-aanmelding"
COOKIE_LIFE = 3600  # seconds; the mailed link opens it again


@router.page(PATH, access=PUBLIC)
def manage(request: Request) -> Answer:
    """A button for whoever comes from a mail; the registration for whoever pressed it."""
    token = request.query.get("sleutel", "")
    try:
        if token:
            auth.read_link("registration", token)
        elif COOKIE in request.cookies:
            return _manage_page(request, _registration(request))
    except (Forbidden, Gone) as refused:
        return closed_page(request, refused)
    return Html(pages.render(request, "manage_open.html", token=token, problem=""))


@router.form(PATH, access=OWN_PAGES)
def open_registration(request: Request) -> Answer:
    """Trade the link's token for a cookie, so that the address no longer holds it."""
    token = request.form.get("sleutel", "")
    try:
        link = auth.read_link("registration", token)
        usecases.registration_for_manage(repository(), link.subject, link.version)
    except (Forbidden, Gone) as refused:
        return closed_page(request, refused)
    return opened(request, token)


@router.page(f"{PATH}/kaartje", access=PUBLIC)
def ticket(request: Request) -> Answer:
    """The ticket, for a phone or for paper."""
    from chalicelib.registration import tickets  # noqa: PLC0415 - nobody's first page has one

    registration = _seated(request)
    event = usecases.find_event(repository(), registration.event, drafts=True)
    code = tickets.code(registration)
    page = pages.render(
        request,
        "manage_ticket.html",
        event=event_view(event, request.language, clock.now()),
        registration=registration,
        lines=line_views(registration.lines, event.definition, request.language),
        picture=tickets.picture(code),
        code=tickets.shown(code),
    )
    return Html(page)


@router.page(f"{PATH}/agenda.ics", access=PUBLIC)
def appointment(request: Request) -> Answer:
    """The congress as this person's appointment, the same as in the mail."""
    from chalicelib.registration import mails  # noqa: PLC0415 - nobody's first page has one

    registration = _seated(request)
    definition = usecases.find_definition(repository(), registration.event, drafts=True)
    made = mails.appointment(definition, registration)
    return File(made.data, made.name, made.content_type)


@router.form(f"{PATH}/wijzigen", access=OWN_PAGES, most_fields=forms.MOST_FIELDS)
def change(request: Request) -> Answer:
    """Change the name, the chosen sessions and the answers."""
    link = open_link(request)
    registration = _registration(request)
    definition = asked_definition(request, registration.event, drafts=True)
    try:
        forms.check_questions(request.form, definition)
        usecases.change(
            repository(),
            clock,
            registration_id=link.subject,
            link_version=link.version,
            name=forms.checked_name(request.form.get("naam", "")),
            sessions=forms.chosen_sessions(request.form, definition),
            answers=forms.given_answers(request, definition),
            seen=request.form.get("gezien"),
        )
    except Invalid as refused:
        errors = forms.form_errors(refused.fields, definition)
        typed = forms.typed_values(request, definition)
        return _manage_page(request, registration, typed, errors)
    except Conflict as refused:
        if refused.code != "changed_meanwhile":
            raise
        typed = forms.typed_values(request, definition)
        now = _registration(request)
        return _manage_page(request, now, typed, {"": refused.title}, refused.status)
    saved = pages.say(request, "Je aanmelding is opgeslagen.")
    return SeeOther(pages.link(PATH, request.language), flash=saved)


@router.page(f"{PATH}/afzeggen", access=PUBLIC)
def ask_to_cancel(request: Request) -> Answer:
    """Ask once more before the seat goes to somebody else."""
    registration = _registration(request)
    event = event_view(
        usecases.find_event(repository(), registration.event, drafts=True),
        request.language,
        clock.now(),
    )
    return Html(pages.render(request, "manage_cancel.html", event=event, registration=registration))


@router.form(f"{PATH}/afzeggen", access=OWN_PAGES)
def cancel(request: Request) -> Answer:
    """Cancel, and forget the link in this browser."""
    link = open_link(request)
    usecases.cancel(repository(), clock, registration_id=link.subject, link_version=link.version)
    return goodbye(request)


@router.page(f"{PATH}/afgemeld", access=PUBLIC)
def cancelled(request: Request) -> Answer:
    """Say that the registration has ended."""
    return Html(pages.render(request, "manage_cancelled.html"))


@router.form(f"{PATH}/sluiten", access=OWN_PAGES)
def close(request: Request) -> Answer:
    """Forget the link in this browser; the one in the mail keeps working."""
    return SeeOther(pages.link(PATH, request.language), cookies=[_cookie("", max_age=0)])


@router.page(f"{PATH}/link", access=PUBLIC)
def ask_for_link(request: Request) -> Answer:
    """The form that asks for the manage link again."""
    return _link_page(request, {}, {})


@router.form(f"{PATH}/link", access=OWN_PAGES)
def send_link(request: Request) -> Answer:
    """Have the link mailed; the answer is the same for every address."""
    try:
        forms.refuse_robot(request.form)
        definition = usecases.find_definition(repository(), request.form.get("congres", ""))
        email = forms.checked_email(request.form.get("email", ""))
        usecases.request_link(
            repository(), clock, event=definition.id, email=email, visitor=request.ip_hash
        )
    except NotFound:
        return _link_page(request, request.form, {"congres": _("Kies een congres.")})
    except Invalid as refused:
        return _link_page(request, request.form, refused.fields)
    except TooManyRequests as refused:
        return _link_page(request, request.form, {"": refused.title}, refused.status)
    return SeeOther(pages.link(f"{PATH}/link/verstuurd", request.language))


@router.page(f"{PATH}/link/verstuurd", access=PUBLIC)
def link_sent(request: Request) -> Answer:
    """The same words for every address."""
    return Html(pages.render(request, "link_sent.html"))


def opened(request: Request, token: str, flash: str = "") -> Answer:
    """Go to the registration; the address no longer holds the link's token."""
    cookies = [_cookie(token, COOKIE_LIFE)] if token else []
    return SeeOther(pages.link(PATH, request.language), cookies=cookies, flash=flash)


def goodbye(request: Request) -> Answer:
    """Say that the registration has ended, and forget its link."""
    path = pages.link(f"{PATH}/afgemeld", request.language)
    return SeeOther(path, cookies=[_cookie("", max_age=0)])


def _cookie(token: str, max_age: int) -> Cookie:
    return Cookie(COOKIE, token, max_age=max_age, path=PATH)


def open_link(request: Request) -> Link:
    """The link of the registration that this browser has open. Raises Forbidden, Gone."""
    token = request.cookies.get(COOKIE, "")
    if not token:
        raise Forbidden("link_needed", "Open je aanmelding met de link uit je mail.")
    return auth.read_link("registration", token)


def link_of(request: Request, token: str) -> Link:
    """The link of a mail, or of the registration that this browser has open. Raises Forbidden,
    Gone.
    """
    return auth.read_link("registration", token) if token else open_link(request)


def _registration(request: Request) -> Registration:
    link = open_link(request)
    found = usecases.registration_for_manage(repository(), link.subject, link.version)
    found.check_active()
    return found


def _seated(request: Request) -> Registration:
    registration = _registration(request)
    if registration.state != "seated":
        raise Conflict("no_seat", "Dit krijg je zodra je een plek hebt.")
    return registration


def closed_page(request: Request, refused: PlekkenError) -> Answer:
    """Say why the link does not work, and offer a new one."""
    page = pages.render(
        request, "manage_open.html", token="", problem=pages.say(request, refused.title)
    )
    # A bad link from elsewhere does not close the registration that this browser has open.
    from_cookie = request.method == "GET" and "sleutel" not in request.query
    forgotten = [_cookie("", max_age=0)] if from_cookie else []
    return Html(page, status=refused.status, cookies=forgotten)


def _manage_page(
    request: Request,
    registration: Registration,
    typed: Mapping[str, str | list[str]] | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 422,
) -> Answer:
    event = usecases.find_event(repository(), registration.event, drafts=True)
    definition = event.definition
    audiences = {one.id: text(one.title, request.language) for one in definition.audiences}
    answered = usecases.answers_of(repository(), registration.id).replies
    replies = {one.question: one for one in answered}
    page = pages.render(
        request,
        "manage.html",
        event=event_view(event, request.language, clock.now()),
        registration=registration,
        lines=line_views(registration.lines, definition, request.language),
        calendar_link=calendar_link.google(definition, request.language),
        audience=audiences.get(registration.audience, registration.audience),
        own=[line.id for line in registration.session_lines if line.state == "seated"],
        says=registration.says_for(definition.day),
        asking=registration.state == "seated" and is_asking(definition, clock.now()),
        may_change=clock.now() < definition.ends_at,
        seen=usecases.seen_mark(registration, definition, answered),
        questions=question_views(
            definition, request.language, audience=registration.audience, before=replies
        ),
        values=typed
        or shown_values(registration, definition)
        | filled_in(replies.values(), definition.questions),
        errors={name: pages.say(request, error) for name, error in (errors or {}).items()},
    )
    return Html(page, status=status if errors else 200)


def shown_values(registration: Registration, definition: Definition) -> dict[str, str | list[str]]:
    """What the form shows at first."""
    values: dict[str, str | list[str]] = {"naam": registration.name}
    for round_, session in usecases.chosen_sessions(registration, definition).items():
        values[f"sessie-{round_}"] = session
    return values


def _link_page(
    request: Request, values: Mapping[str, str], errors: Mapping[str, str], status: int = 422
) -> Answer:
    page = pages.render(
        request,
        "link.html",
        events=published_views(request),
        values={**values, "congres": values.get("congres") or request.query.get("congres", "")},
        errors={name: pages.say(request, error) for name, error in errors.items()},
    )
    return Html(page, status=status if errors else 200)
