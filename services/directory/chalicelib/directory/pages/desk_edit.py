"""The organiser's form that changes an entry, without overwriting another organiser's change."""

from functools import partial

from chalicelib.directory import domain, usecases
from chalicelib.directory.collaborators import clock, repository
from chalicelib.directory.domain import Member, State
from chalicelib.directory.pages.desk import (
    CONFLICT,
    MAY_DECIDE,
    audited,
    member_of,
    overtaken_page,
    say,
    version_seen,
)
from chalicelib.directory.pages.editing import differences, entry_page, read_entry, values_of_member
from chalicelib.directory.pages.routing import desk_router
from chalicelib.directory.usecases import Overtaken
from chalicelib.directory.views import DESK, SERVICE, typed_by, values_of
from shared.errors import Invalid, PlekkenError
from shared.http import Answer, Html, Request, SeeOther
from shared.pages import link, translate
from shared.texts import later as _

_edit_page = partial(entry_page, template="desk/edit.html")


@desk_router.page("/leden/beheer/{member_id}/wijzigen", access=MAY_DECIDE)
def edit_form(request: Request, member_id: str) -> Answer:
    """The form that changes an entry."""
    current = member_of(member_id)
    if current.state not in (State.DRAFT, State.PUBLISHED):
        return SeeOther(link(f"{DESK}/{member_id}", request.language))
    return Html(_edit_page(request, current, values_of_member(current), {}))


@desk_router.form("/leden/beheer/{member_id}/wijzigen", access=MAY_DECIDE)
def edit(request: Request, member_id: str) -> Answer:
    """Change an entry; who comes second sees what the first one changed, and keeps their words."""
    typed = typed_by(request)
    try:
        profile, contact = read_entry(typed)
        changed = usecases.edit(
            repository,
            clock,
            member_id,
            version_seen(request),
            profile,
            contact,
            audited(request, "member.changed", member_id),
        )
    except Overtaken as error:
        current = error.current
        if current is None or current.state not in (State.DRAFT, State.PUBLISHED):
            return overtaken_page(request, error)
        wanted = domain.edit(current, *read_entry(typed), clock.now())
        return _edit_conflict(request, current, wanted, error)
    except Invalid as error:
        errors = error.fields or {"": error.title}
        text = _edit_page(request, member_of(member_id), values_of(request), errors)
        return Html(text, status=error.status)
    flash = say(request, _("De wijzigingen van %(name)s zijn opgeslagen."), changed)
    return SeeOther(link(f"{DESK}/{member_id}", request.language), flash=flash)


def _edit_conflict(
    request: Request, current: Member, wanted: Member, error: PlekkenError
) -> Answer:
    text = _edit_page(
        request,
        current,
        values_of(request),
        {},
        notice=translate(SERVICE, request.language, error.title),
        changed=differences(request, current, wanted),
    )
    return Html(text, status=CONFLICT)
