"""Signing in and out."""

from datetime import timedelta
from typing import Any

from chalicelib.platform.collaborators import clock
from chalicelib.platform.pages.front import DESK
from chalicelib.platform.pages.routing import desk_router
from chalicelib.platform.repository import challenges
from chalicelib.platform.usecases import sign_in as usecases
from chalicelib.platform.usecases.sign_in import Step
from shared import auth
from shared.access import AccessLimit
from shared.auth import passwords
from shared.errors import Forbidden, Invalid, PlekkenError, TooManyRequests, Unavailable
from shared.flash import local_path
from shared.http import OWN_PAGES, PUBLIC, Answer, Cookie, Html, Request, SeeOther
from shared.limits import Limit, address_hash, spend
from shared.pages import link, render, say
from shared.request import SESSION_COOKIE

SIGN_IN_PER_VISITOR = Limit("sign-in-visitor", most=50, per=timedelta(minutes=15))
SIGN_IN_PER_ADDRESS = Limit("sign-in-address", most=10, per=timedelta(minutes=15))
"""Attempts for one e-mail address, known or not, the right ones too."""

SIGN_IN = "/beheer/inloggen"
STEP_COOKIE = "__Host-inloggen"
STEP_PAGES = {
    "password": f"{SIGN_IN}/wachtwoord",
    "code": f"{SIGN_IN}/code",
    "app": f"{SIGN_IN}/app",
}
LONGEST_ADDRESS = 254
MISTAKES = (Invalid, TooManyRequests, Unavailable)
"""What a form is shown again with."""


@desk_router.page(SIGN_IN, access=PUBLIC)
def sign_in_form(request: Request) -> Answer:
    """The form to sign in."""
    return Html(_sign_in_page(request, local_path(request.query.get("verder", "")), {}))


@desk_router.form(SIGN_IN, access=OWN_PAGES)
def sign_in(request: Request) -> Answer:
    """Check the password. The same words answer an unknown address and a wrong password."""
    form = request.form
    email = form.get("email", "")[:LONGEST_ADDRESS]
    next_path = local_path(form.get("verder", ""))
    try:
        spend(AccessLimit, SIGN_IN_PER_VISITOR, request.ip_hash, clock)
        spend(AccessLimit, SIGN_IN_PER_ADDRESS, address_hash(email), clock)
        step = usecases.sign_in(email, form.get("wachtwoord", "")[:256], next_path, clock)
    except MISTAKES as error:
        locked = isinstance(error, TooManyRequests)
        page = _sign_in_page(request, next_path, said(request, error), locked=locked)
        return Html(page, status=error.status)
    return go_to(request, step)


@desk_router.form("/beheer/uitloggen", access=OWN_PAGES)
def sign_out(request: Request) -> Answer:
    """End the session on the server and in the browser."""
    token = request.cookies.get(SESSION_COOKIE)
    session = auth.session_of(token, clock) if token else None
    if session is not None:
        if not auth.csrf_matches(session, request.form.get("csrf_token", "")):
            raise Forbidden("csrf")
        auth.sign_out(session)
    spent = [Cookie(name, "", max_age=0) for name in (SESSION_COOKIE, STEP_COOKIE)]
    return SeeOther(link(SIGN_IN, request.language), cookies=spent)


def go_to(request: Request, step: Step) -> Answer:
    """The page of the next step, or where somebody was going."""
    if step.what != "in":
        cookie = step_cookie(step.token)
        return SeeOther(link(STEP_PAGES[step.what], request.language), cookies=[cookie])
    cookies = [session_cookie(step.token)]
    if STEP_COOKIE in request.cookies:
        cookies.append(Cookie(STEP_COOKIE, "", max_age=0))
    return SeeOther(step.next_path or link(DESK, request.language), cookies=cookies)


def step_cookie(token: str) -> Cookie:
    """What opens the next step in this browser alone."""
    life = int(challenges.CHALLENGE_LIFE.total_seconds())
    return Cookie(STEP_COOKIE, token, max_age=life)


def session_cookie(token: str) -> Cookie:
    """What a session is opened with."""
    return Cookie(SESSION_COOKIE, token, max_age=int(auth.SESSION_LIFE.total_seconds()))


def over(request: Request) -> Answer:
    """Say that a step is no more, and lead to the start; where they were going is kept."""
    page = render(
        request,
        "step_over.html",
        next_path=challenges.place(request.cookies.get(STEP_COOKIE, "")),
        minutes=int(challenges.CHALLENGE_LIFE.total_seconds() // 60),
    )
    return Html(page, status=passwords.Over.status)


def said(request: Request, error: PlekkenError) -> dict[str, str]:
    """What is wrong with each field, in the request's language; "" when it is with none."""
    errors = error.fields or {"": error.title}
    return {name: say(request, text) for name, text in errors.items()}


def form_page(request: Request, template: str, errors: dict[str, str], **context: Any) -> str:
    """A page with a form that keeps what was typed, but for secrets."""
    kept = {name: request.form.get(name, "") for name in ("email", "naam")}
    return render(request, template, errors=errors, **{"values": kept, **context})


def _sign_in_page(
    request: Request, next_path: str, errors: dict[str, str], *, locked: bool = False
) -> str:
    minutes = int(SIGN_IN_PER_ADDRESS.per.total_seconds() // 60)
    return form_page(
        request, "sign_in.html", errors, next_path=next_path, locked=locked, minutes=minutes
    )
