"""The organiser's page of one entry, and what can be done with it."""

from collections.abc import Callable, Sequence

from chalicelib.directory import domain, texts, usecases
from chalicelib.directory.collaborators import clock, repository
from chalicelib.directory.domain import Member, State
from chalicelib.directory.pages.routing import desk_router
from chalicelib.directory.usecases import Overtaken
from chalicelib.directory.views import DESK, REOPEN, SERVICE
from shared import auth
from shared.errors import Invalid, NotFound, SignInNeeded
from shared.http import Answer, Html, Request, SeeOther, Undo, organiser
from shared.listing import CHOSEN, Chosen
from shared.pages import link, render, translate
from shared.texts import later as _
from shared.transactions import Join
from shared.words import fold

MAY_READ = organiser(SERVICE, "read")
MAY_DECIDE = organiser(SERVICE)

CONFLICT = 409
MOST_DIGITS = 9


@desk_router.page("/leden/beheer/{member_id}", access=MAY_READ)
def member(request: Request, member_id: str) -> Answer:
    """One entry with everything we know of it."""
    return Html(_member_page(request, member_of(member_id)))


@desk_router.form("/leden/beheer/{member_id}/goedkeuren", access=MAY_DECIDE)
def approve(request: Request, member_id: str) -> Answer:
    """Publish a draft."""
    done = _("%(name)s staat nu in de ledengids.")
    return _decide(request, member_id, usecases.approve, "member.approved", done)


@desk_router.form("/leden/beheer/{member_id}/afwijzen", access=MAY_DECIDE)
def decline(request: Request, member_id: str) -> Answer:
    """Say no to a draft."""
    done = _("%(name)s is afgewezen. Over 30 dagen wissen we de gegevens.")
    return _decide(request, member_id, usecases.decline, "member.declined", done)


@desk_router.form("/leden/beheer/{member_id}/intrekken", access=MAY_DECIDE)
def withdraw(request: Request, member_id: str) -> Answer:
    """Take an entry out of the guide."""
    done = _("%(name)s is uit de ledengids gehaald.")
    return _decide(request, member_id, usecases.withdraw, "member.withdrawn", done)


def _decide(
    request: Request,
    member_id: str,
    verb: Callable[..., Member],
    action: str,
    done: str,
) -> Answer:
    try:
        note = audited(request, action, member_id)
        changed = verb(repository, clock, member_id, version_seen(request), note)
    except Overtaken as error:
        return overtaken_page(request, error)
    back = undo(request, [changed]) if changed.state is State.DECLINED else None
    return SeeOther(link(DESK, request.language), flash=say(request, done, changed), undo=back)


def undo(request: Request, declined: Sequence[Member]) -> Undo | None:
    """The way back from declining: nobody was told, so an entry can just wait again."""
    if not declined:
        return None
    rows = [Chosen(one.id, str(one.version)).field for one in declined]
    return Undo(link(REOPEN, request.language), {CHOSEN: rows})


def overtaken_page(request: Request, error: Overtaken) -> Answer:
    """The entry as it now is, for who came second. Raises NotFound."""
    if error.current is None:
        raise NotFound
    notice = translate(SERVICE, request.language, error.title)
    return Html(_member_page(request, error.current, notice=notice), status=CONFLICT)


def _member_page(request: Request, current: Member, notice: str = "") -> str:
    return render(
        request,
        "desk/member.html",
        member=current,
        look_alikes=look_alikes(current, _published()) if current.state is State.DRAFT else [],
        notice=notice,
        kinds=texts.KINDS,
        themes=texts.THEMES,
        states=texts.STATES,
        may_decide=may_decide(request),
    )


def look_alikes(draft: Member, published: list[Member]) -> list[Member]:
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


def members_now() -> list[Member]:
    """Every entry that is still kept, in the order in which they came."""
    now = clock.now()
    return [member for member in repository.every() if not domain.is_expired(member, now)]


def _published() -> list[Member]:
    return [member for member in members_now() if member.state is State.PUBLISHED]


def member_of(member_id: str) -> Member:
    """The entry. Raises NotFound."""
    found = repository.get(member_id, clock.now())
    if found is None:
        raise NotFound
    return found


def version_seen(request: Request) -> int:
    """The version that the organiser was looking at. Raises Invalid without one."""
    text = request.form.get("version", "")
    if not text.isascii() or not text.isdigit() or len(text) > MOST_DIGITS:
        raise Invalid(
            "version_missing", _("Deze pagina is te oud. Ververs hem en probeer opnieuw.")
        )
    return int(text)


def may_decide(request: Request) -> bool:
    """Whether this organiser may do more than look."""
    return request.organiser is not None and request.organiser.may(SERVICE, "work")


def audited(request: Request, action: str, member_id: str) -> Join:
    """What notes in the audit log who did this; ids only."""
    if request.organiser is None:
        raise SignInNeeded
    return auth.audited(request.organiser, action, member_id, clock)


def say(request: Request, text: str, changed: Member) -> str:
    """A message about an entry, in the organiser’s language."""
    return translate(SERVICE, request.language, text) % {"name": changed.profile.name}
