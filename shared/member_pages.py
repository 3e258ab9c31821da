"""The pages with which members and partners sign in by mail, the same in every service.

A known and an unknown address get the same bytes: nothing here reads whose address it is.
"""

from collections.abc import Callable, Mapping

from shared.answers import Answer, Cookie, Html, SeeOther
from shared.auth import SESSION_LIFE, AskEnded, WrongCode, codes
from shared.clock import Clock
from shared.email_address import NotAnAddress, normalise
from shared.errors import Gone, Invalid, MailSignInNeeded, PlekkenError, TooManyRequests
from shared.pages import link, render, say
from shared.request import MEMBER_COOKIE, MEMBER_HOMES, Request
from shared.texts import later as _

ASK_COOKIE = "__Secure-vraag"
HONEYPOT = "website"

ELSEWHERE = _(
    "Een code werkt alleen in de browser waarin je hem vroeg, en 10 minuten lang. Gebruik de link "
    "uit de mail, of vraag hieronder een nieuwe code aan."
)


def ask_page(request: Request) -> Answer:
    """The form that asks for a mail."""
    return _ask_page(request, {})


def ask(request: Request, send: Callable[[codes.Asking], str]) -> Answer:
    """Have the mail sent, if the address is somebody's; the answer does not say."""
    to_code = link(f"{_home(request)}/code", request.language)
    if request.form.get(HONEYPOT):
        return SeeOther(to_code)
    try:
        asking = codes.Asking(request.service, _address(request), request.language, request.ip_hash)
        secret = send(asking)
    except (Invalid, TooManyRequests) as error:
        return _ask_page(request, error.fields or {"": error.title}, error.status)
    seconds = int(codes.ASK_LIFE.total_seconds())
    cookie = Cookie(ASK_COOKIE, secret, max_age=seconds, path=_home(request))
    return SeeOther(to_code, cookies=[cookie])


def code_page(request: Request) -> Answer:
    """The form for the code, in the browser that asked."""
    if ASK_COOKIE not in request.cookies:
        return SeeOther(link(f"{_home(request)}/inloggen", request.language))
    return Html(_page(request, "code", {}))


def use_code(request: Request, clock: Clock) -> Answer:
    """Sign in with the code. Who types it in another browser is told to use the link."""
    secret = request.cookies.get(ASK_COOKIE, "")
    if not secret:
        return _ask_page(request, {"": ELSEWHERE}, Invalid.status)
    try:
        token = codes.use_code(request.service, secret, request.form.get("code", ""), clock)
    except WrongCode as wrong:
        if not wrong.left:
            return _ended(request, AskEnded())
        text = _page(request, "code", wrong.fields, left=wrong.left)
        return Html(text, status=wrong.status)
    except AskEnded as ended:
        return _ended(request, ended)
    return _signed_in(request, token)


def link_page(request: Request) -> Answer:
    """The page behind the mailed link: a button only, since mail scanners open links."""
    return Html(_page(request, "link", {}, token=request.query.get("sleutel", "")))


def use_link(request: Request, clock: Clock) -> Answer:
    """Sign in with the link, in whatever browser."""
    try:
        token = codes.use_link(request.service, request.form.get("sleutel", ""), clock)
    except AskEnded as ended:
        return _ended(request, ended)
    return _signed_in(request, token)


def sign_out(request: Request) -> Answer:
    """End the session on the server and in the browser."""
    codes.end(session_of(request))
    return SeeOther(
        link(f"{_home(request)}/inloggen", request.language),
        cookies=[_session_cookie(request, "", 0)],
        flash=say(request, _("Je bent uitgelogd.")),
    )


def session_of(request: Request) -> codes.MemberSession:
    """The session of a request behind a sign-in by mail. Raises MailSignInNeeded."""
    if request.member is None:
        raise MailSignInNeeded
    return request.member


def no_session(request: Request) -> Cookie:
    """What makes the browser forget its session."""
    return _session_cookie(request, "", 0)


def _signed_in(request: Request, token: str) -> Answer:
    home = _home(request)
    cookies = [
        _session_cookie(request, token, int(SESSION_LIFE.total_seconds())),
        Cookie(ASK_COOKIE, "", max_age=0, path=home),
    ]
    return SeeOther(link(home, request.language), cookies=cookies)


def _session_cookie(request: Request, token: str, seconds: int) -> Cookie:
    return Cookie(MEMBER_COOKIE, token, max_age=seconds, path=_home(request).rpartition("/")[0])


def _ended(request: Request, error: PlekkenError) -> Answer:
    return _ask_page(request, {"": error.title}, Gone.status)


def _ask_page(request: Request, errors: Mapping[str, str], status: int = 200) -> Html:
    return Html(_page(request, "ask", errors), status=status)


def _page(request: Request, name: str, errors: Mapping[str, str], **context: object) -> str:
    form = request.form
    return render(
        request,
        f"sign_in/{name}.html",
        home=_home(request),
        honeypot_name=HONEYPOT,
        values={name: form.get(name, "") for name in ("email", "code")},
        errors={field: say(request, text) for field, text in errors.items()},
        **context,
    )


def _address(request: Request) -> str:
    typed = request.form.get("email", "")
    if not typed:
        raise Invalid(fields={"email": _("Vul je e-mailadres in.")})
    try:
        return normalise(typed)
    except NotAnAddress as error:
        wrong = _("Dit is geen e-mailadres. Een voorbeeld: naam@example.org.")
        raise Invalid(fields={"email": wrong}) from error


def _home(request: Request) -> str:
    return MEMBER_HOMES[request.service]
