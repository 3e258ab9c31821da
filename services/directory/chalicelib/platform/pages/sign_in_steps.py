"""What may come between a password and a session, a page per step."""

from typing import Any

from chalicelib.platform.collaborators import clock
from chalicelib.platform.pages.qr import app_address, app_picture
from chalicelib.platform.pages.routing import desk_router
from chalicelib.platform.pages.sign_in import (
    MISTAKES,
    SIGN_IN,
    STEP_COOKIE,
    STEP_PAGES,
    form_page,
    go_to,
    over,
    said,
)
from chalicelib.platform.repository import challenges
from chalicelib.platform.repository.challenges import Step
from chalicelib.platform.usecases import sign_in as usecases
from shared.auth.passwords import Over
from shared.http import OWN_PAGES, PUBLIC, Answer, Html, Request, SeeOther
from shared.pages import link

TEMPLATES = {
    "password": "sign_in_password.html",
    "code": "sign_in_code.html",
    "app": "sign_in_app.html",
}


@desk_router.page(STEP_PAGES["password"], access=PUBLIC)
def password_form(request: Request) -> Answer:
    """The page on which an invited person chooses a password."""
    return _show(request, "password")


@desk_router.form(STEP_PAGES["password"], access=OWN_PAGES)
def choose_password(request: Request) -> Answer:
    """Replace the mailed password."""
    try:
        return go_to(
            request, usecases.choose_password(_token(request), request.form.get("nieuw", ""), clock)
        )
    except Over:
        return over(request)
    except MISTAKES as error:
        return _again(request, "password", error)


@desk_router.page(STEP_PAGES["code"], access=PUBLIC)
def code_form(request: Request) -> Answer:
    """The page that asks for an app's code."""
    return _show(request, "code")


@desk_router.form(STEP_PAGES["code"], access=OWN_PAGES)
def enter_code(request: Request) -> Answer:
    """Check an app's code."""
    try:
        return go_to(
            request, usecases.enter_code(_token(request), request.form.get("code", ""), clock)
        )
    except Over:
        return over(request)
    except MISTAKES as error:
        return _again(request, "code", error)


@desk_router.page(STEP_PAGES["app"], access=PUBLIC)
def app_form(request: Request) -> Answer:
    """Say that this network wants an app; nothing is made yet."""
    return _show(request, "app")


@desk_router.form(STEP_PAGES["app"], access=OWN_PAGES)
def set_app_up(request: Request) -> Answer:
    """Show a secret for the app, and check its first code."""
    token, secret = _token(request), request.form.get("geheim", "")
    try:
        if not secret:
            secret = usecases.offer_app(token, clock)
            return Html(_page(request, "app", {}, **shown(secret)))
        return go_to(request, usecases.confirm_app(token, request.form.get("code", ""), clock))
    except Over:
        return over(request)
    except MISTAKES as error:
        return _again(request, "app", error, **shown(secret))


def shown(secret: str) -> dict[str, Any]:
    """What shows a secret that an app reads; one that was tampered with fools its sender only."""
    return {
        "secret": secret,
        "picture": app_picture(secret) if secret else "",
        "address": app_address(secret) if secret else "",
    }


def _show(request: Request, step: Step) -> Answer:
    token = _token(request)
    if not token:
        return SeeOther(link(SIGN_IN, request.language))
    try:
        challenges.find(token, step, clock)
    except Over:
        return over(request)
    return Html(_page(request, step, {}))


def _again(request: Request, step: Step, error: Any, **context: Any) -> Answer:
    return Html(_page(request, step, said(request, error), **context), status=error.status)


def _page(request: Request, step: Step, errors: dict[str, str], **context: Any) -> str:
    wanted = shown("") if step == "app" else {}
    return form_page(request, TEMPLATES[step], errors, **{**wanted, **context})


def _token(request: Request) -> str:
    return request.cookies.get(STEP_COOKIE, "")
