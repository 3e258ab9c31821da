"""A partner at the edge: the link from their mail, or the cookie that replaced it."""

from chalicelib.documents import settings
from chalicelib.documents.domain import Invitation
from chalicelib.documents.repository import Repository
from chalicelib.documents.usecases import invitation_of_session, open_invitation
from shared import auth
from shared.clock import Clock
from shared.errors import Forbidden, MailSignInNeeded, SignInNeeded
from shared.http import Cookie, Request, member_of

COOKIE = "__Secure-uploaden"
COOKIE_PATH = "/documenten"
COOKIE_SECONDS = 4 * 60 * 60


def invitation_from(token: str, repository: Repository, clock: Clock) -> Invitation:
    """The invitation that a link's token opens. Raises Forbidden or Gone."""
    link = auth.read_link("invitation", token)
    return open_invitation(repository, clock, link.subject, link.version)


def invitation_of(request: Request, repository: Repository, clock: Clock) -> Invitation:
    """The invitation behind a request: of its bearer token, of the link that it opened, or of the
    partner who signed in by mail.

    Raises Forbidden or Gone, for a program with neither SignInNeeded, and for a browser
    MailSignInNeeded.
    """
    bearer = request.headers.get("authorization", "")
    token = bearer[7:].strip() if bearer[:7].lower() == "bearer " else request.cookies.get(COOKIE)
    if token:
        return invitation_from(token, repository, clock)
    session = member_of(request)
    found = invitation_of_session(repository, session) if session else None
    if session is None or found is None:
        raise _sign_in_needed(request)
    _refuse_foreign_pages(request, session)
    return found


def _sign_in_needed(request: Request) -> SignInNeeded:
    if request.wants_json:
        text = "Open eerst de link uit de mail met je uitnodiging."
        return SignInNeeded("link_needed", text)
    return MailSignInNeeded()


def _refuse_foreign_pages(request: Request, session: auth.MemberSession) -> None:
    """A form brings the session's token; a script's request, the origin of our own page."""
    if request.method in ("GET", "HEAD"):
        return
    own = (
        request.headers.get("origin") == settings.load().origin
        if request.wants_json
        else auth.csrf_matches(session, request.form.get("csrf_token", ""))
    )
    if not own:
        raise Forbidden("csrf", "Deze pagina is te oud. Ga terug, ververs hem en probeer opnieuw.")


def forget_link() -> Cookie:
    """What makes the browser forget the link that it opened."""
    return Cookie(COOKIE, "", max_age=0, path=COOKIE_PATH)


def cookie_for(token: str) -> Cookie:
    """The cookie that stands for the link, so that the address bar no longer holds it."""
    return Cookie(COOKIE, token, max_age=COOKIE_SECONDS, path=COOKIE_PATH)
