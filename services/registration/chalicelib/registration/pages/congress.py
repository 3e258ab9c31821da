"""What visitors see: the congresses, one congress with its form, and the thanks page."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from chalicelib.registration import consents, forms, receipts, usecases
from chalicelib.registration.collaborators import clock, repository
from chalicelib.registration.domain import Definition, Event
from chalicelib.registration.even import even_answers
from chalicelib.registration.fingerprints import fingerprint
from chalicelib.registration.pages.routing import router
from chalicelib.registration.views import EventView, event_view, line_views
from shared import pages
from shared.answers import Answer, Html, SeeOther
from shared.errors import Conflict, Invalid, PlekkenError, TooManyRequests, Unavailable
from shared.http import PUBLIC
from shared.proof import sending
from shared.request import Request


@router.page("/congres", access=PUBLIC)
def congresses(request: Request) -> Answer:
    """The congresses that people can see, soonest first."""
    return Html(
        pages.render(request, "events.html", events=published_views(request)), embeddable=True
    )


@router.page("/congres/{event}", access=PUBLIC)
def congress(request: Request, event: str) -> Answer:
    """One congress with its form. The page holds a fresh key, so it is never cached."""
    return _form_page(request, _view(request, event), {}, {})


@router.form("/congres/{event}/aanmelden", access=PUBLIC)
def register(request: Request, event: str) -> Answer:
    """Register; what is wrong is shown next to what was typed."""
    definition = usecases.find_definition(repository(), event)
    try:
        body = forms.read_form(request.form, definition, request.language)
        with even_answers():
            receipt = usecases.register(
                repository(),
                clock,
                event=event,
                entry=forms.entry(body, definition, clock.now()),
                language=request.language,
                fingerprint=fingerprint(event, body),
                sending=sending(request, body.altcha, clock),
            )
    except (Invalid, Conflict, TooManyRequests, Unavailable) as refused:
        return _refused(request, definition, refused)
    token = receipts.sign(receipt, directory=body.directory is not None)
    return SeeOther(pages.link(f"/congres/{event}/bedankt", request.language, bewijs=token))


@router.page("/congres/{event}/bedankt", access=PUBLIC)
def thanks(request: Request, event: str) -> Answer:
    """Say what the signed receipt says; the page reads nothing about the person or the lines."""
    lines, directory = receipts.read(request.query.get("bewijs", ""), event)
    definition = usecases.find_definition(repository(), event)
    text = pages.render(
        request,
        "thanks.html",
        event=event_view(Event(definition, {}), request.language, clock.now()),
        lines=line_views(lines, definition, request.language),
        directory=directory,
    )
    return Html(text, embeddable=True)


def published_views(request: Request) -> list[EventView]:
    """The published congresses in the language of the request, soonest first."""
    now = clock.now()
    found = usecases.list_events(repository())
    return [event_view(event, request.language, now) for event in found]


def _view(request: Request, event: str) -> EventView:
    return event_view(usecases.find_event(repository(), event), request.language, clock.now())


def _refused(request: Request, definition: Definition, refused: PlekkenError) -> Answer:
    """The same page with what was typed, whatever went wrong."""
    values = dict(request.form)
    errors = forms.form_errors(refused.fields, definition) or {"": refused.title}
    if refused.code == "idempotency_mismatch":
        # Sent before, then changed with the browser's back button: the next try is a new request.
        values["idempotency_key"] = _new_key()
        errors = {"": forms.SENT_BEFORE}
    shown = {name: pages.say(request, text) for name, text in errors.items()}
    return _form_page(request, _view(request, definition.id), values, shown, refused.status)


def _new_key() -> str:
    return secrets.token_urlsafe(16)


def _form_page(
    request: Request,
    event: EventView,
    values: Mapping[str, str],
    errors: Mapping[str, str],
    status: int = 200,
) -> Answer:
    text = pages.render(
        request,
        "event.html",
        event=event,
        values=values,
        errors=errors,
        request_key=values.get("idempotency_key") or _new_key(),
        consent=pages.say(request, consents.CONGRESS.text),
        consent_version=consents.CONGRESS.version,
        directory_consent=pages.say(request, consents.DIRECTORY.text),
    )
    return Html(text, status=status, embeddable=True)
