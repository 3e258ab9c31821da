"""Who may work at the desk: the list, and the form that invites somebody."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chalicelib.platform import people_texts as texts
from chalicelib.platform.calls import call
from chalicelib.platform.domain.people import MOST_AT_ONCE
from chalicelib.platform.pages.routing import desk_router
from shared import auth, listing
from shared.auth import Organiser
from shared.desk import Texts, read_part
from shared.errors import PlekkenError, SignInNeeded
from shared.http import Answer, Html, Request, SeeOther, organiser
from shared.pages import link, render, say
from shared.texts import later as _

PEOPLE = "/beheer/mensen"
MAY_DECIDE = organiser(auth.PLATFORM, "own")


@desk_router.page(PEOPLE, access=MAY_DECIDE)
def list_people(request: Request) -> Answer:
    """Everybody who may sign in, with their roles and the state of their account."""
    asked, where = listing.wanted(request), request.query.get("waar", "")
    found = [
        one
        for one in auth.every_organiser()
        if asked.finds(one.name, one.email) and where in ("", *_places(one))
    ]
    page = listing.page_of(request, asked, found, MOST_AT_ONCE)
    titles = event_titles()
    looked = accounts_of(request, page.rows)
    values = {"q": asked.text, "waar": where}
    text = render(
        request,
        "people/list.html",
        page=page,
        people=[(one, list(texts.described(request, one.roles, titles))) for one in page.rows],
        accounts=looked.get("accounts"),
        leavers=looked.get("leavers", 0),
        states=texts.STATES,
        values=values,
        is_filtered=any(values.values()),
        places=[(key, say(request, label)) for key, label in texts.SERVICES.items()],
    )
    return Html(text)


@desk_router.page(f"{PEOPLE}/uitnodigen", access=MAY_DECIDE)
def invitation_form(request: Request) -> Answer:
    """The form that invites somebody."""
    return Html(_invitation_page(request, {}))


@desk_router.form(f"{PEOPLE}/uitnodigen", access=MAY_DECIDE)
def invite(request: Request) -> Answer:
    """Make somebody an organiser; the user pool mails them a first password."""
    asked = {"email": request.form.get("email", ""), "name": request.form.get("name", "")}
    try:
        ask(request, "invite", **asked, roles=typed_roles(request))
    except PlekkenError as error:
        errors = error.fields or {"": error.title}
        return Html(_invitation_page(request, errors), status=error.status)
    flash = say(request, _("De uitnodiging voor %(name)s is verstuurd.")) % asked
    return SeeOther(link(PEOPLE, request.language), flash=flash)


@desk_router.form(f"{PEOPLE}/opruimen", access=MAY_DECIDE)
def tidy(request: Request) -> Answer:
    """Remove the accounts that an interrupted removal left."""
    ask(request, "tidy")
    return SeeOther(link(PEOPLE, request.language), flash=say(request, _("Opgeruimd.")))


def ask(request: Request, action: str, **given: Any) -> dict[str, Any]:
    """Have the function `accounts` do it, for who is signed in."""
    if request.organiser is None:
        raise SignInNeeded
    return call("accounts", {"do": action, "by": request.organiser.id, **given})


def accounts_of(request: Request, people: Sequence[Organiser]) -> dict[str, Any]:
    """The state of their accounts; nothing when the user pool does not say."""
    try:
        return ask(request, "look", ids=[one.id for one in people])
    except PlekkenError:
        return {}


def event_titles() -> Mapping[str, Texts]:
    """The events that registration knows, by id."""
    return read_part("registration").titles


def _places(one: Organiser) -> Iterator[str]:
    """What the roles are for: a service (also for one event of it) or the platform."""
    return (key.partition("/")[0] for key in one.roles)


def typed_roles(request: Request) -> dict[str, str]:
    """The roles that were chosen, by key of `Organiser.roles`."""
    return {
        name.removeprefix(texts.FIELD): value
        for name, value in request.form.items()
        if name.startswith(texts.FIELD)
    }


def said(request: Request, errors: Mapping[str, str]) -> dict[str, str]:
    """Error texts in the organiser's language; those about roles stand at the first of them."""
    first = texts.FIELD + auth.SERVICES[0]
    return {first if name == "roles" else name: say(request, text) for name, text in errors.items()}


def _invitation_page(request: Request, errors: Mapping[str, str]) -> str:
    return render(
        request,
        "people/invite.html",
        values=dict(request.form),
        errors=said(request, errors),
        role_fields=texts.role_fields(request, event_titles()),
    )
