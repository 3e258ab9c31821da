"""The pages that no service owns: the front page, the desk, signing in, and the two statements."""

import time
from datetime import timedelta
from urllib.parse import urlsplit

from chalicelib.directory.collaborators import clock, repository
from chalicelib.directory.fragments import desk_part
from chalicelib.directory.pages.routing import router
from chalicelib.directory.views import translated
from shared import auth, fragments
from shared.errors import Forbidden, Invalid, SignInNeeded, TooManyRequests, Unavailable
from shared.http import OWN_PAGES, PUBLIC, SIGNED_IN, Answer, Cookie, Html, Request, SeeOther
from shared.limits import Limit, address_hash
from shared.pages import link, render
from shared.request import SESSION_COOKIE

SERVICES = ("registration", "directory", "documents")
DESK = "/beheer"
FRESH = 15.0
"""Seconds that a front page may show an older part of a service."""

SIGN_IN_PER_VISITOR = Limit("sign-in-visitor", most=50, per=timedelta(minutes=15))
SIGN_IN_PER_ADDRESS = Limit("sign-in-address", most=10, per=timedelta(minutes=15))
"""Attempts for one e-mail address, known or not, the right ones too."""

LONGEST_PATH = 500

_parts: dict[tuple[str, str, str], tuple[float, str]] = {}


@router.page("/", access=PUBLIC)
def front(request: Request) -> Answer:
    """The network's front page, with a part of every service."""
    parts = {service: _part(service, "front", request.language) for service in SERVICES}
    return Html(render(request, "platform/front.html", fragments=parts))


@router.page(DESK, access=SIGNED_IN)
def desk(request: Request) -> Answer:
    """What needs the organiser, with a part of every service that they work in."""
    parts = {
        service: _desk_part(service, request.language)
        for service in SERVICES
        if request.organiser and request.organiser.may(service, "reader")
    }
    return Html(render(request, "platform/desk.html", fragments=parts))


@router.page("/beheer/inloggen", access=PUBLIC)
def sign_in_form(request: Request) -> Answer:
    """The form to sign in."""
    return Html(_sign_in_page(request, local_path(request.query.get("verder", "")), {}))


@router.form("/beheer/inloggen", access=OWN_PAGES)
def sign_in(request: Request) -> Answer:
    """Start a session. The same words answer an unknown address and a wrong password."""
    form = request.form
    email = form.get("email", "")[:254]
    next_path = local_path(form.get("verder", ""))
    try:
        repository.spend(SIGN_IN_PER_VISITOR, request.ip_hash, clock)
        repository.spend(SIGN_IN_PER_ADDRESS, address_hash(email), clock)
        token = auth.sign_in(email, form.get("wachtwoord", "")[:256], clock)
    except (Invalid, TooManyRequests, Unavailable) as error:
        errors = error.fields or {"": error.title}
        return Html(_sign_in_page(request, next_path, errors), status=error.status)
    cookie = Cookie(SESSION_COOKIE, token, max_age=int(auth.SESSION_LIFE.total_seconds()))
    return SeeOther(next_path or link(DESK, request.language), cookies=[cookie])


@router.form("/beheer/uitloggen", access=OWN_PAGES)
def sign_out(request: Request) -> Answer:
    """End the session on the server and in the browser."""
    try:
        session = _session(request)
    except SignInNeeded:
        session = None
    if session is not None:
        if not auth.csrf_matches(session, request.form.get("csrf_token", "")):
            raise Forbidden("csrf")
        auth.sign_out(session)
    spent = Cookie(SESSION_COOKIE, "", max_age=0)
    return SeeOther(link("/beheer/inloggen", request.language), cookies=[spent])


@router.page("/privacy", access=PUBLIC)
def privacy(request: Request) -> Answer:
    """What is kept, why, and until when."""
    return Html(render(request, "platform/privacy.html"))


@router.page("/toegankelijkheid", access=PUBLIC)
def accessibility(request: Request) -> Answer:
    """What we do so that everybody can take part."""
    return Html(render(request, "platform/accessibility.html"))


def local_path(text: str) -> str:
    """`text` when it is a path on this site, else "": a sign-in must not lead to another site."""
    plain = text.startswith("/") and not text.startswith("//") and text.isprintable()
    if not plain or "\\" in text or len(text) > LONGEST_PATH:
        return ""
    parts = urlsplit(text)
    return "" if parts.scheme or parts.netloc else text


def _session(request: Request) -> auth.Session:
    """Who is signed in, whatever their role. Raises SignInNeeded."""
    token = request.cookies.get(SESSION_COOKIE)
    request.session = auth.session_of(token, clock) if token else None
    if request.session is None:
        raise SignInNeeded
    return request.session


def _sign_in_page(request: Request, next_path: str, errors: dict[str, str]) -> str:
    return render(
        request,
        "platform/sign_in.html",
        values={"email": request.form.get("email", "")},
        errors=translated(request, errors),
        next_path=next_path,
    )


def _desk_part(service: str, language: str) -> str:
    # Our own figures need no detour: they are read as they are now.
    if service == "directory":
        return desk_part(repository, clock, language)
    return _part(service, "desk", language)


def _part(service: str, name: str, language: str) -> str:
    key = (service, name, language)
    found = _parts.get(key)
    if found is None or time.monotonic() - found[0] > FRESH:
        found = (time.monotonic(), fragments.read(service, name, language))
        _parts[key] = found
    return found[1]
