"""Members sign in by mail, and see which entries are theirs."""

from chalicelib.directory import texts, usecases
from chalicelib.directory.collaborators import clock, repository
from chalicelib.directory.domain import Member
from chalicelib.directory.pages.routing import router
from shared import member_pages
from shared.errors import MailSignInNeeded, NotFound
from shared.http import BY_MAIL, OWN_PAGES, PUBLIC, Answer, Html, Request, SeeOther
from shared.pages import link, render

HOME = "/leden/mijn"


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
    """Whose entry to change: with one entry there is nothing to choose."""
    entries = entries_of(request)
    if len(entries) == 1:
        return SeeOther(link(f"{HOME}/vermelding/{entries[0].id}", request.language))
    return Html(render(request, "mine/entries.html", entries=entries, kinds=texts.KINDS))


def entries_of(request: Request) -> list[Member]:
    """The entries of who signed in. Raises MailSignInNeeded when none is theirs any more."""
    entries = usecases.entries_of(repository, clock, member_pages.session_of(request))
    if not entries:
        raise MailSignInNeeded
    return entries


def entry_of(request: Request, member_id: str) -> Member:
    """One of the entries of who signed in. Raises NotFound for somebody else's."""
    for entry in entries_of(request):
        if entry.id == member_id:
            return entry
    raise NotFound
