"""A forgotten password: a code by mail, and a new password."""

from datetime import timedelta
from typing import Any

from chalicelib.platform.collaborators import clock
from chalicelib.platform.pages.routing import desk_router
from chalicelib.platform.pages.sign_in import (
    LONGEST_ADDRESS,
    MISTAKES,
    SIGN_IN,
    form_page,
    said,
)
from chalicelib.platform.usecases import account as usecases
from shared.access import AccessLimit
from shared.errors import Invalid
from shared.http import OWN_PAGES, PUBLIC, Answer, Cookie, Html, Request, SeeOther
from shared.limits import Limit, spend
from shared.pages import link, say
from shared.request import SESSION_COOKIE
from shared.texts import later as _

RESET = "/beheer/wachtwoord"
NEW = f"{RESET}/nieuw"
RESET_PER_VISITOR = Limit("reset-visitor", most=20, per=timedelta(minutes=15))


@desk_router.page(RESET, access=PUBLIC)
def ask_form(request: Request) -> Answer:
    """Ask whose password was forgotten."""
    return Html(form_page(request, "reset.html", {}))


@desk_router.form(RESET, access=OWN_PAGES)
def ask(request: Request) -> Answer:
    """Mail a code, if there is such an organiser: the page is the same when there is not."""
    email = request.form.get("email", "")[:LONGEST_ADDRESS]
    try:
        if "@" not in email:
            raise Invalid(fields={"email": _("Vul je e-mailadres in, zoals naam@voorbeeld.nl.")})
        spend(AccessLimit, RESET_PER_VISITOR, request.ip_hash, clock)
        usecases.ask_reset(email, clock)
    except MISTAKES as error:
        page = form_page(request, "reset.html", said(request, error))
        return Html(page, status=error.status)
    return Html(_code_page(request, {}, asked=True))


@desk_router.page(NEW, access=PUBLIC)
def code_form(request: Request) -> Answer:
    """Where the mail leads to."""
    return Html(_code_page(request, {}))


@desk_router.form(NEW, access=OWN_PAGES)
def choose(request: Request) -> Answer:
    """Choose a new password; every session of this person ends."""
    form = request.form
    email = form.get("email", "")[:LONGEST_ADDRESS]
    try:
        spend(AccessLimit, RESET_PER_VISITOR, request.ip_hash, clock)
        usecases.reset_password(email, form.get("code", ""), form.get("nieuw", ""), clock)
    except MISTAKES as error:
        return Html(_code_page(request, said(request, error)), status=error.status)
    text = say(request, _("Je hebt een nieuw wachtwoord. Log ermee in."))
    spent = Cookie(SESSION_COOKIE, "", max_age=0)
    return SeeOther(link(SIGN_IN, request.language), cookies=[spent], flash=text)


def _code_page(request: Request, errors: dict[str, str], *, asked: bool = False) -> str:
    context: dict[str, Any] = {"asked": asked}
    return form_page(request, "reset_code.html", errors, **context)
