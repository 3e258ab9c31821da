"""Partners sign in by mail, and choose for whom they upload."""

from chalicelib.documents import usecases
from chalicelib.documents.collaborators import clock, repository
from chalicelib.documents.domain import Partner
from chalicelib.documents.links import forget_link
from chalicelib.documents.pages.routing import router
from shared import member_pages
from shared.auth import codes
from shared.errors import MailSignInNeeded, NotFound
from shared.http import BY_MAIL, OWN_PAGES, PUBLIC, Answer, Html, Request, SeeOther
from shared.pages import link, render

HOME = "/documenten/mijn"
UPLOADS = "/documenten/uploaden"


@router.page(f"{HOME}/inloggen", access=PUBLIC)
def ask_form(request: Request) -> Answer:
    """The form that asks for a code."""
    return member_pages.ask_page(request)


@router.form(f"{HOME}/inloggen", access=OWN_PAGES)
def ask(request: Request) -> Answer:
    """Have a code mailed; a known address gets the same answer as an unknown one."""
    return member_pages.ask(
        request, lambda asking: usecases.ask_to_sign_in(repository, clock, asking)
    )


@router.page(f"{HOME}/code", access=PUBLIC)
def code_form(request: Request) -> Answer:
    """The form for the code."""
    return member_pages.code_page(request)


@router.form(f"{HOME}/code", access=OWN_PAGES)
def use_code(request: Request) -> Answer:
    """Sign in with the code."""
    return member_pages.use_code(request, clock)


@router.page(f"{HOME}/link", access=PUBLIC)
def link_button(request: Request) -> Answer:
    """The page behind the mailed link: a button."""
    return member_pages.link_page(request)


@router.form(f"{HOME}/link", access=OWN_PAGES)
def use_link(request: Request) -> Answer:
    """Sign in with the link."""
    return member_pages.use_link(request, clock)


@router.form(f"{HOME}/uitloggen", access=BY_MAIL)
def sign_out(request: Request) -> Answer:
    """End the session."""
    return member_pages.sign_out(request)


@router.page(HOME, access=BY_MAIL)
def mine(request: Request) -> Answer:
    """For whom to upload, or at once the uploads of the one that there is.

    From here the session counts, not the link of an invitation that was opened before.
    """
    partners = _partners(request)
    if len(partners) == 1 and member_pages.session_of(request).chosen:
        uploads = link(UPLOADS, request.language)
        return SeeOther(uploads, cookies=[forget_link()])
    return Html(render(request, "mine.html", partners=partners, home=HOME))


@router.form(f"{HOME}/kiezen", access=BY_MAIL)
def choose(request: Request) -> Answer:
    """Upload for this one from now on."""
    chosen = request.form.get("lid", "")
    if chosen not in {one.member_id for one in _partners(request)}:
        raise NotFound
    codes.choose(member_pages.session_of(request), chosen)
    return SeeOther(link(UPLOADS, request.language), cookies=[forget_link()])


def _partners(request: Request) -> list[Partner]:
    partners = usecases.partners_of(repository, member_pages.session_of(request))
    if not partners:
        raise MailSignInNeeded
    return partners
