"""An organiser's own account: password, authenticator app, sessions."""

from collections.abc import Callable
from typing import Any

from chalicelib.platform.collaborators import clock
from chalicelib.platform.pages.routing import desk_router
from chalicelib.platform.pages.sign_in import (
    MISTAKES,
    SIGN_IN,
    STEP_COOKIE,
    form_page,
    over,
    said,
    session_cookie,
    step_cookie,
)
from chalicelib.platform.pages.sign_in_steps import shown
from chalicelib.platform.usecases import account as usecases
from shared import auth
from shared.auth.passwords import Over
from shared.errors import Conflict, SignInNeeded
from shared.http import SIGNED_IN, Answer, Cookie, Html, Request, SeeOther
from shared.pages import link, say
from shared.request import SESSION_COOKIE
from shared.texts import later as _

ACCOUNT = "/beheer/account"
PASSWORD = f"{ACCOUNT}/wachtwoord"
APP = f"{ACCOUNT}/app"


@desk_router.page(ACCOUNT, access=SIGNED_IN)
def account(request: Request) -> Answer:
    """Who I am here, what I may do, and how I sign in."""
    return Html(_account_page(request, {}))


@desk_router.form(ACCOUNT, access=SIGNED_IN)
def rename(request: Request) -> Answer:
    """Change how I am called."""
    try:
        usecases.rename(_session(request), request.form.get("naam", ""), clock)
    except MISTAKES as error:
        return Html(_account_page(request, said(request, error)), status=error.status)
    return _back(request, _("We noemen je voortaan zo."))


@desk_router.page(PASSWORD, access=SIGNED_IN)
def password_form(request: Request) -> Answer:
    """The form for another password."""
    return Html(_page(request, "account_password.html", {}))


@desk_router.form(PASSWORD, access=SIGNED_IN)
def change_password(request: Request) -> Answer:
    """Change my password; other sessions of mine end."""
    form = request.form

    def change() -> str:
        return usecases.change_password(
            _session(request),
            form.get("wachtwoord", ""),
            form.get("nieuw", ""),
            form.get("code", ""),
            clock,
        )

    done = _("Je nieuwe wachtwoord geldt vanaf nu. Op andere apparaten ben je uitgelogd.")
    return _renewing(request, "account_password.html", change, done)


@desk_router.page(APP, access=SIGNED_IN)
def app_form(request: Request) -> Answer:
    """The form to start or stop using an app."""
    return Html(_app_page(request, {}))


@desk_router.form(APP, access=SIGNED_IN)
def use_app(request: Request) -> Answer:
    """Show a secret, check the app's first code, or stop using an app."""
    form, session = request.form, _session(request)
    if form.get("stap") == "uit":
        password, code = form.get("wachtwoord", ""), form.get("code", "")
        done = _("Je logt voortaan in zonder code. Op andere apparaten ben je uitgelogd.")
        return _renewing(
            request,
            "account_app.html",
            lambda: usecases.remove_app(session, password, code, clock),
            done,
        )
    if form.get("geheim"):
        token = request.cookies.get(STEP_COOKIE, "")
        done = _(
            "Vanaf nu log je in met een code uit je app. Op andere apparaten ben je uitgelogd."
        )
        return _renewing(
            request,
            "account_app.html",
            lambda: usecases.confirm_app(session, token, form.get("code", ""), clock),
            done,
        )
    return _offer(request, session)


@desk_router.form(f"{ACCOUNT}/overal-uitloggen", access=SIGNED_IN)
def sign_out_everywhere(request: Request) -> Answer:
    """End all my sessions, this one too."""
    usecases.sign_out_everywhere(_session(request), clock)
    spent = Cookie(SESSION_COOKIE, "", max_age=0)
    text = say(request, _("Je bent overal uitgelogd."))
    return SeeOther(link(SIGN_IN, request.language), cookies=[spent], flash=text)


def _offer(request: Request, session: auth.Session) -> Answer:
    try:
        secret, token = usecases.offer_app(session, request.form.get("wachtwoord", ""), clock)
    except MISTAKES as error:
        return Html(_app_page(request, said(request, error)), status=error.status)
    page = _app_page(request, {}, **shown(secret))
    return Html(page, cookies=[step_cookie(token)])


def _renewing(request: Request, template: str, change: Callable[[], str], done: str) -> Answer:
    """Do something that ends this browser's session too, and give it a new one."""
    try:
        token = change()
    except Over:
        return over(request)
    except (*MISTAKES, Conflict) as error:
        context = shown(request.form.get("geheim", ""))
        page = _page(request, template, said(request, error), **context)
        return Html(page, status=error.status)
    answer = _back(request, done)
    return SeeOther(
        answer.location,
        cookies=[session_cookie(token), Cookie(STEP_COOKIE, "", max_age=0)],
        flash=answer.flash,
    )


def _back(request: Request, text: str) -> SeeOther:
    return SeeOther(link(ACCOUNT, request.language), flash=say(request, text))


def _account_page(request: Request, errors: dict[str, str]) -> str:
    values = {"naam": request.form.get("naam", _session(request).organiser.name)}
    return _page(request, "account.html", errors, values=values)


def _app_page(request: Request, errors: dict[str, str], **context: Any) -> str:
    return _page(request, "account_app.html", errors, **{**shown(""), **context})


def _page(request: Request, template: str, errors: dict[str, str], **context: Any) -> str:
    return form_page(request, template, errors, session=_session(request), **context)


def _session(request: Request) -> auth.Session:
    if request.session is None:
        raise SignInNeeded
    return request.session
