"""A member changes their own entry, or takes it out of the guide."""

from functools import partial

from msgspec.structs import replace

from chalicelib.directory import domain, usecases
from chalicelib.directory.collaborators import clock, repository
from chalicelib.directory.domain import Contact, Member, Profile, State
from chalicelib.directory.pages.desk import CONFLICT, say, version_seen
from chalicelib.directory.pages.editing import differences, entry_page, read_entry, values_of_member
from chalicelib.directory.pages.mine import HOME, entry_of
from chalicelib.directory.pages.routing import router
from chalicelib.directory.usecases import Overtaken
from chalicelib.directory.views import SERVICE, typed_by, values_of
from shared import member_pages
from shared.auth import codes
from shared.auth.audit import audited_by
from shared.errors import Invalid, MailSignInNeeded
from shared.http import BY_MAIL, Answer, Html, Request, SeeOther
from shared.pages import link, render, translate
from shared.texts import later as _
from shared.transactions import Join, Refused, Transaction

ENTRY = f"{HOME}/vermelding/{{member_id}}"
_page = partial(entry_page, template="mine/entry.html", home=HOME)


@router.page(ENTRY, access=BY_MAIL)
def my_entry(request: Request, member_id: str) -> Answer:
    """The form that changes the own entry."""
    current = entry_of(request, member_id)
    return Html(_page(request, current, values_of_member(current), {}))


@router.form(ENTRY, access=BY_MAIL)
def change(request: Request, member_id: str) -> Answer:
    """Change the own entry; the guide shows it at once."""
    before = entry_of(request, member_id)
    try:
        profile, contact = _read(request, before)
        changed = usecases.edit(
            repository,
            clock,
            member_id,
            version_seen(request),
            profile,
            contact,
            _noted(request, "member.changed", member_id, contact.email),
        )
    except Overtaken as error:
        return _conflict(request, error)
    except Invalid as error:
        errors = error.fields or {"": error.title}
        return Html(_page(request, before, values_of(request), errors), status=error.status)
    except Refused as refused:  # signed out in another tab
        raise MailSignInNeeded from refused
    flash = say(request, _("De wijzigingen van %(name)s zijn opgeslagen."), changed)
    return SeeOther(link(f"{HOME}/vermelding/{member_id}", request.language), flash=flash)


@router.page(f"{ENTRY}/intrekken", access=BY_MAIL)
def leave_form(request: Request, member_id: str) -> Answer:
    """Ask whether they are sure."""
    return Html(render(request, "mine/leave.html", member=entry_of(request, member_id), home=HOME))


@router.form(f"{ENTRY}/intrekken", access=BY_MAIL)
def leave(request: Request, member_id: str) -> Answer:
    """Take the own entry out of the guide, and out of every other output."""
    entry_of(request, member_id)
    try:
        note = _audited("member.withdrawn", member_id)
        usecases.withdraw(repository, clock, member_id, version_seen(request), note)
    except Overtaken as error:
        return _conflict(request, error)
    text = _("Je vermelding is uit de ledengids gehaald.")
    # Whatever else is theirs they still see at home; with nothing left the session is worthless.
    return SeeOther(
        link("/leden", request.language), flash=translate(SERVICE, request.language, text)
    )


def _read(request: Request, before: Member) -> tuple[Profile, Contact]:
    profile, contact = read_entry(typed_by(request))
    place = before.profile  # on the map, which only organisers set
    return replace(profile, latitude=place.latitude, longitude=place.longitude), contact


def _noted(request: Request, action: str, member_id: str, address: str) -> Join:
    """The note for the audit log, and the session that goes along to a new address."""
    note = _audited(action, member_id)
    session = member_pages.session_of(request)
    if codes.mark_of(address) == session.mark:
        return note
    keep = codes.moved(session, address)

    def join(transaction: Transaction) -> None:
        note(transaction)
        keep(transaction)

    return join


def _audited(action: str, member_id: str) -> Join:
    return audited_by(f"member/{member_id}", action, member_id, clock)


def _conflict(request: Request, error: Overtaken) -> Answer:
    """The entry as an organiser left it a moment ago, with what was typed."""
    current = error.current
    if current is None or current.state is not State.PUBLISHED:
        raise MailSignInNeeded
    typed = request.form.get("name") is not None
    wanted = domain.edit(current, *_read(request, current), clock.now()) if typed else current
    values = values_of(request) if typed else values_of_member(current)
    text = _page(
        request,
        current,
        values,
        {},
        notice=translate(SERVICE, request.language, error.title),
        changed=differences(request, current, wanted),
    )
    return Html(text, status=CONFLICT)
