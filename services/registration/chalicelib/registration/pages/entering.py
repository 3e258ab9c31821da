"""Registering somebody who phones, stands at the desk, or has no e-mail address."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from msgspec.structs import replace

from chalicelib.registration import consents, forms, usecases
from chalicelib.registration.collaborators import clock, repository
from chalicelib.registration.domain import Definition, Receipt
from chalicelib.registration.fingerprints import fingerprint
from chalicelib.registration.pages.congress import asked_definition
from chalicelib.registration.pages.routing import ORGANISER, desk_router, who
from chalicelib.registration.schemas import RegistrationRequest
from chalicelib.registration.usecases import Asked
from chalicelib.registration.views import DESK, event_view
from shared import auth, pages
from shared.answers import Answer, Html, SeeOther
from shared.errors import Conflict, Invalid, PlekkenError, Unavailable
from shared.request import Request
from shared.texts import later as _

ENTER = f"{DESK}/{{event}}/aanmelden"
LANGUAGES = ("nl", "en")


@desk_router.page(ENTER, access=ORGANISER)
def ask_who(request: Request, event: str) -> Answer:
    """The empty form."""
    return _page(request, event, {"taal": "nl"}, {})


@desk_router.form(ENTER, access=ORGANISER, most_fields=forms.MOST_FIELDS)
def enter(request: Request, event: str) -> Answer:
    """Register somebody, and go on to their page."""
    definition = asked_definition(request, event, drafts=True)
    try:
        body = forms.read_form(request, definition)
        receipt = _enter(request, definition, _in_language(body, request.form.get("taal", "")))
    except (Invalid, Conflict, Unavailable) as refused:
        return _refused(request, definition, refused)
    words = (
        _("De deelnemer is aangemeld en krijgt een mail.")
        if body.email.strip()
        else _(
            "De deelnemer is aangemeld. Zonder e-mailadres gaat er geen mail: print het kaartje."
        )
    )
    path = f"{DESK}/{event}/deelnemer/{receipt.registration_id}"
    return SeeOther(pages.link(path, request.language), flash=pages.say(request, words))


def _enter(request: Request, definition: Definition, body: RegistrationRequest) -> Receipt:
    return usecases.enter(
        repository(),
        clock,
        event=definition.id,
        entry=forms.entry(body, definition, clock.now(), by_organiser=True),
        language=body.language,
        asked=Asked(request.form.get("idempotency_key") or None, fingerprint(definition.id, body)),
        note=lambda made: auth.audited(who(request), "registration.entered", made.id, clock),
    )


def _in_language(body: RegistrationRequest, language: str) -> RegistrationRequest:
    """The mails' language is the participant's, not the organiser's."""
    return replace(body, language=language if language in LANGUAGES else "nl")


def _refused(request: Request, definition: Definition, refused: PlekkenError) -> Answer:
    values = forms.typed_values(request, definition)
    errors = forms.form_errors(refused.fields, definition) or {"": refused.title}
    if isinstance(refused, usecases.AddressTaken):
        errors = {"email": refused.title}
    if refused.code == "idempotency_mismatch":
        values["idempotency_key"] = ""
        errors = {"": forms.SENT_BEFORE}
    return _page(request, definition.id, values, errors, refused.status)


def _page(
    request: Request,
    event: str,
    values: Mapping[str, str | list[str]],
    errors: Mapping[str, str],
    status: int = 200,
) -> Answer:
    found = usecases.find_event(repository(), event, drafts=True)
    text = pages.render(
        request,
        "desk_enter.html",
        event=event_view(found, request.language, clock.now()),
        values=values,
        errors={name: pages.say(request, error) for name, error in errors.items()},
        request_key=values.get("idempotency_key") or secrets.token_urlsafe(16),
        consent=pages.say(request, consents.BY_ORGANISER.text),
        consent_version=consents.BY_ORGANISER.version,
    )
    return Html(text, status=status)
