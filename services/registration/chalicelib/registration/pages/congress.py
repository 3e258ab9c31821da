"""What visitors see: the congresses, one congress with its form, and the thanks page."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from chalicelib.registration import consents, forms, receipts, usecases
from chalicelib.registration.collaborators import clock, repository
from chalicelib.registration.domain import Definition, Event
from chalicelib.registration.pages.routing import router
from chalicelib.registration.registering import register_request
from chalicelib.registration.views import EventView, event_view, line_views
from shared import pages
from shared.answers import Answer, Html, SeeOther
from shared.errors import Conflict, Invalid, PlekkenError, TooManyRequests, Unavailable
from shared.http import PUBLIC
from shared.request import Request


@router.page("/congres", access=PUBLIC)
def congresses(request: Request) -> Answer:
    """The congresses that people can see, soonest first."""
    return Html(pages.render(request, "events.html", events=published_views(request)))


@router.page("/congres/{event}", access=PUBLIC)
def congress(request: Request, event: str) -> Answer:
    """One congress with its form. The page holds a fresh key, so it is never cached."""
    return show(request, event)


@router.form("/congres/{event}/aanmelden", access=PUBLIC, most_fields=forms.MOST_FIELDS)
def register(request: Request, event: str) -> Answer:
    """Register; what is wrong is shown next to what was typed."""
    return send(request, event)


@router.page("/congres/{event}/bedankt", access=PUBLIC)
def thanks(request: Request, event: str) -> Answer:
    """Say what the signed receipt says; the page reads nothing about the person or the lines."""
    return show_thanks(request, event)


def show(request: Request, event: str, *, framed: bool = False) -> Answer:
    """A congress with its empty form; `framed` for a frame on another website."""
    return form_page(request, _view(request, event), {}, {}, framed=framed)


def send(request: Request, event: str, *, framed: bool = False) -> Answer:
    """Register who sent the form, and go on to the thanks."""
    definition = asked_definition(request, event)
    try:
        body = forms.read_form(request, definition)
        receipt = register_request(repository(), clock, request, definition, body)
    except (Invalid, Conflict, TooManyRequests, Unavailable) as refused:
        return _refused(request, definition, refused, framed=framed)
    token = receipts.sign(receipt, directory=body.directory is not None)
    path = f"/congres/{event}/insluiten/bedankt" if framed else f"/congres/{event}/bedankt"
    return SeeOther(pages.link(path, request.language, bewijs=token))


def show_thanks(request: Request, event: str, *, framed: bool = False) -> Answer:
    """What the signed receipt in the address says."""
    lines, directory = receipts.read(request.query.get("bewijs", ""), event)
    definition = usecases.find_definition(repository(), event)
    text = pages.render(
        request,
        "thanks.html",
        event=event_view(Event(definition, {}), request.language, clock.now()),
        lines=line_views(lines, definition, request.language),
        directory=directory,
        framed=framed,
    )
    return Html(text, embeddable=framed)


def published_views(request: Request) -> list[EventView]:
    """The published congresses in the language of the request, soonest first."""
    now = clock.now()
    found = usecases.list_events(repository())
    return [event_view(event, request.language, now) for event in found]


def asked_definition(request: Request, event: str, *, drafts: bool = False) -> Definition:
    """The congress that a form is about, read anew where the form knows other questions than we
    remember: those may be newer, or older. Raises NotFound.
    """
    found = usecases.find_definition(repository(), event, drafts=drafts)
    if forms.is_for_other_questions(request.form, found):
        repository().definitions.refresh(event)
        found = usecases.find_definition(repository(), event, drafts=drafts)
    return found


def _view(request: Request, event: str) -> EventView:
    return event_view(usecases.find_event(repository(), event), request.language, clock.now())


def _refused(
    request: Request, definition: Definition, refused: PlekkenError, *, framed: bool
) -> Answer:
    """The same page with what was typed, whatever went wrong."""
    values = forms.typed_values(request, definition)
    errors = forms.form_errors(refused.fields, definition) or {"": refused.title}
    if refused.code == "idempotency_mismatch":
        # Sent before, then changed with the browser's back button: the next try is a new request.
        values["idempotency_key"] = _new_key()
        errors = {"": forms.SENT_BEFORE}
    shown = {name: pages.say(request, text) for name, text in errors.items()}
    view = _view(request, definition.id)
    return form_page(request, view, values, shown, refused.status, framed=framed)


def _new_key() -> str:
    return secrets.token_urlsafe(16)


def form_page(
    request: Request,
    event: EventView,
    values: Mapping[str, str | list[str]],
    errors: Mapping[str, str],
    status: int = 200,
    *,
    preview: bool = False,
    framed: bool = False,
) -> Answer:
    """A congress with its form; as a `preview` the form cannot be sent.

    `framed` is the form alone; only that may stand in a frame, on the sites that the stage names.
    """
    text = pages.render(
        request,
        "event.html",
        event=event,
        preview=preview,
        framed=framed,
        values=values,
        errors=errors,
        request_key=values.get("idempotency_key") or _new_key(),
        consent=pages.say(request, consents.CONGRESS.text),
        consent_version=consents.CONGRESS.version,
        directory_consent=pages.say(request, consents.DIRECTORY.text),
    )
    return Html(text, status=status, embeddable=framed)
