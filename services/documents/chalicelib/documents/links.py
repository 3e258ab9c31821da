"""A partner at the edge: the link from their mail, or the cookie that replaced it."""

from chalicelib.documents.domain import Invitation
from chalicelib.documents.repository import Repository
from chalicelib.documents.usecases import open_invitation
from shared import auth
from shared.clock import Clock
from shared.errors import Forbidden, SignInNeeded
from shared.http import Cookie, Request

COOKIE = "__Secure-uploaden"
COOKIE_PATH = "/documenten"
COOKIE_SECONDS = 4 * 60 * 60


def invitation_from(token: str, repository: Repository, clock: Clock) -> Invitation:
    """The invitation that a link's token opens. Raises Forbidden or Gone."""
    link = auth.read_link("invitation", token)
    return open_invitation(repository, clock, link.subject, link.version)


def invitation_of(request: Request, repository: Repository, clock: Clock) -> Invitation:
    """The invitation behind a request: its bearer token or its cookie.

    Raises Forbidden or Gone, and for a program without either SignInNeeded.
    """
    bearer = request.headers.get("authorization", "")
    token = bearer[7:].strip() if bearer[:7].lower() == "bearer " else request.cookies.get(COOKIE)
    if not token:
        needed = SignInNeeded if request.wants_json else Forbidden
        raise needed("link_needed", "Open eerst de link uit de mail met je uitnodiging.")
    return invitation_from(token, repository, clock)


def cookie_for(token: str) -> Cookie:
    """The cookie that stands for the link, so that the address bar no longer holds it."""
    return Cookie(COOKIE, token, max_age=COOKIE_SECONDS, path=COOKIE_PATH)
