"""The organiser's pages: what waits, and what can be done with an entry."""

from collections.abc import Callable
from typing import Any

from shared import auth
from shared.errors import Invalid, NotFound, PlekkenError
from shared.http import Answer, Html, Request, SeeOther, organiser
from shared.pages import link, render, translate

from . import domain, texts, usecases
from .domain import Contact, Member, Profile, State, fold
from .edge import clock, repository, router
from .forms import MOST_THEMES, Typed, read_contact, read_profile, refuse_errors
from .texts import later as _
from .usecases import Overtaken
from .views import SERVICE, options, translated, typed_by, values_of

MAY_READ = organiser(SERVICE, "reader")
MAY_DECIDE = organiser(SERVICE, "organiser")

DESK = "/leden/beheer"
CONFLICT = 409
MOST_DIGITS = 9


@router.page(DESK, access=MAY_READ)
def desk(request: Request) -> Answer:
    """Every entry by state, what waits first."""
    members = _members()
    by_state = {state: [m for m in members if m.state is state] for state in State}
    published = by_state[State.PUBLISHED]
    text = render(
        request,
        "desk/members.html",
        drafts=[(draft, _look_alikes(draft, published)) for draft in by_state[State.DRAFT]],
        published=sorted(published, key=lambda member: fold(member.profile.name)),
        closed=by_state[State.WITHDRAWN] + by_state[State.DECLINED],
        kinds=texts.KINDS,
        states=texts.STATES,
    )
    return Html(text)


@router.page("/leden/beheer/{member_id}", access=MAY_READ)
def member(request: Request, member_id: str) -> Answer:
    """One entry with everything we know of it."""
    return Html(_member_page(request, _get(member_id)))


@router.form("/leden/beheer/{member_id}/goedkeuren", access=MAY_DECIDE)
def approve(request: Request, member_id: str) -> Answer:
    """Publish a draft."""
    done = _("%(name)s staat nu in de ledengids.")
    return _decide(request, member_id, usecases.approve, "member.approved", done)


@router.form("/leden/beheer/{member_id}/afwijzen", access=MAY_DECIDE)
def decline(request: Request, member_id: str) -> Answer:
    """Say no to a draft."""
    done = _("%(name)s is afgewezen. Over 30 dagen wissen we de gegevens.")
    return _decide(request, member_id, usecases.decline, "member.declined", done)


@router.form("/leden/beheer/{member_id}/intrekken", access=MAY_DECIDE)
def withdraw(request: Request, member_id: str) -> Answer:
    """Take an entry out of the guide."""
    done = _("%(name)s is uit de ledengids gehaald.")
    return _decide(request, member_id, usecases.withdraw, "member.withdrawn", done)


@router.page("/leden/beheer/{member_id}/wijzigen", access=MAY_DECIDE)
def edit_form(request: Request, member_id: str) -> Answer:
    """The form that changes an entry."""
    current = _get(member_id)
    if current.state not in (State.DRAFT, State.PUBLISHED):
        return SeeOther(link(f"{DESK}/{member_id}", request.language))
    return Html(_edit_page(request, current, _values_of_member(current), {}))


@router.form("/leden/beheer/{member_id}/wijzigen", access=MAY_DECIDE)
def edit(request: Request, member_id: str) -> Answer:
    """Change an entry; who comes second sees what the first one changed, and keeps their words."""
    typed = typed_by(request)
    try:
        profile, contact = _read(typed)
        changed = usecases.edit(repository, clock, member_id, _version(request), profile, contact)
    except Overtaken as error:
        current = error.current
        if current is None or current.state not in (State.DRAFT, State.PUBLISHED):
            return _overtaken_page(request, error)
        wanted = domain.edit(current, *_read(typed), clock.now())
        return _edit_conflict(request, current, wanted, error)
    except Invalid as error:
        text = _edit_page(request, _get(member_id), values_of(request), error.fields)
        return Html(text, status=error.status)
    _audit(request, "member.changed", member_id)
    flash = _say(request, _("De wijzigingen van %(name)s zijn opgeslagen."), changed)
    return SeeOther(link(f"{DESK}/{member_id}", request.language), flash=flash)


def _decide(
    request: Request,
    member_id: str,
    verb: Callable[..., Member],
    action: str,
    done: str,
) -> Answer:
    try:
        changed = verb(repository, clock, member_id, _version(request))
    except Overtaken as error:
        return _overtaken_page(request, error)
    _audit(request, action, member_id)
    return SeeOther(link(DESK, request.language), flash=_say(request, done, changed))


def _overtaken_page(request: Request, error: Overtaken) -> Answer:
    if error.current is None:
        raise NotFound
    notice = translate(SERVICE, request.language, error.title)
    return Html(_member_page(request, error.current, notice=notice), status=CONFLICT)


def _edit_conflict(
    request: Request, current: Member, wanted: Member, error: PlekkenError
) -> Answer:
    text = _edit_page(
        request,
        current,
        values_of(request),
        {},
        notice=translate(SERVICE, request.language, error.title),
        differences=domain.changes(current, wanted),
    )
    return Html(text, status=CONFLICT)


def _member_page(request: Request, current: Member, notice: str = "") -> str:
    return render(
        request,
        "desk/member.html",
        member=current,
        look_alikes=_look_alikes(current, _published()) if current.state is State.DRAFT else [],
        notice=notice,
        kinds=texts.KINDS,
        themes=texts.THEMES,
        states=texts.STATES,
        may_decide=_may_decide(request),
    )


def _edit_page(
    request: Request,
    current: Member,
    values: dict[str, Any],
    errors: dict[str, str],
    *,
    notice: str = "",
    differences: list[domain.Change] | None = None,
) -> str:
    return render(
        request,
        "desk/edit.html",
        member=current,
        values=values,
        errors=translated(request, errors),
        notice=notice,
        differences=differences or [],
        fields=texts.FIELDS,
        kinds=options(request, texts.KINDS),
        themes=options(request, texts.THEMES),
        most_themes=MOST_THEMES,
    )


def _read(typed: Typed) -> tuple[Profile, Contact]:
    profile, contact = read_profile(typed), read_contact(typed)
    refuse_errors(typed)
    return profile, contact


def _values_of_member(current: Member) -> dict[str, Any]:
    profile, contact = current.profile, current.contact
    return {
        "name": profile.name,
        "kind": profile.kind.value,
        "place": profile.place,
        "district": profile.district,
        "website": profile.website,
        "about": profile.about,
        "themes": [theme.value for theme in profile.themes],
        "latitude": "" if profile.latitude is None else str(profile.latitude),
        "longitude": "" if profile.longitude is None else str(profile.longitude),
        "email": contact.email,
        "phone": contact.phone,
        "email_public": "ja" if contact.email_public else "",
        "phone_public": "ja" if contact.phone_public else "",
    }


def _look_alikes(draft: Member, published: list[Member]) -> list[Member]:
    """Entries that may be the same member: the organiser decides, the applicant is told nothing."""
    name, email, website = _marks(draft)
    found = []
    for other in published:
        other_name, other_email, other_website = _marks(other)
        same_site = bool(website) and website == other_website
        if name == other_name or (email and email == other_email) or same_site:
            found.append(other)
    return found


def _marks(member: Member) -> tuple[str, str, str]:
    site = member.profile.website.partition("://")[2].removeprefix("www.").rstrip("/")
    return fold(member.profile.name), member.contact.email.lower(), site.lower()


def _members() -> list[Member]:
    now = clock.now()
    return [member for member in repository.every() if not domain.is_expired(member, now)]


def _published() -> list[Member]:
    return [member for member in _members() if member.state is State.PUBLISHED]


def _get(member_id: str) -> Member:
    found = repository.get(member_id, clock.now())
    if found is None:
        raise NotFound
    return found


def _version(request: Request) -> int:
    """The version that the organiser was looking at. Raises Invalid without one."""
    text = request.form.get("version", "")
    if not text.isascii() or not text.isdigit() or len(text) > MOST_DIGITS:
        raise Invalid(
            "version_missing", _("Deze pagina is te oud. Ververs hem en probeer opnieuw.")
        )
    return int(text)


def _may_decide(request: Request) -> bool:
    return request.organiser is not None and request.organiser.may(SERVICE, "organiser")


def _audit(request: Request, action: str, member_id: str) -> None:
    if request.organiser is not None:
        auth.audit(request.organiser, action, member_id, clock)


def _say(request: Request, text: str, changed: Member) -> str:
    return translate(SERVICE, request.language, text) % {"name": changed.profile.name}
