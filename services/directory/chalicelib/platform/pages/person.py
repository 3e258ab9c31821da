"""One organiser: their name and roles, their account, and taking them away."""

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.platform import people_texts as texts
from chalicelib.platform.pages.people import (
    MAY_DECIDE,
    PEOPLE,
    accounts_of,
    ask,
    event_titles,
    said,
    typed_roles,
)
from chalicelib.platform.pages.routing import desk_router
from shared import auth
from shared.auth import Organiser
from shared.errors import Conflict, Invalid, NotFound, PlekkenError
from shared.http import Answer, Html, Request, SeeOther
from shared.pages import link, render, say
from shared.texts import later as _

PERSON = PEOPLE + "/{organiser_id}"
OVERTAKEN = "overtaken"  # chalicelib.platform.usecases.people
MOST_DIGITS = 9


@desk_router.page(PERSON, access=MAY_DECIDE)
def person(request: Request, organiser_id: str) -> Answer:
    """Somebody's name, roles and account."""
    current = _person(organiser_id)
    return Html(_page(request, current, _values(current)))


@desk_router.form(PERSON, access=MAY_DECIDE)
def change(request: Request, organiser_id: str) -> Answer:
    """Change name and roles; who comes second sees what the first one changed."""
    name = request.form.get("name", "")
    try:
        version = _version_seen(request)
        ask(
            request,
            "change",
            id=organiser_id,
            version=version,
            name=name,
            roles=typed_roles(request),
        )
    except PlekkenError as error:
        return _not_changed(request, _person(organiser_id), error)
    return _done(request, organiser_id, _("De wijzigingen zijn opgeslagen."))


@desk_router.form(PERSON + "/uitnodiging", access=MAY_DECIDE)
def invite_again(request: Request, organiser_id: str) -> Answer:
    """Mail a new first password."""
    return _do(request, organiser_id, "invite_again", _("De uitnodiging is opnieuw verstuurd."))


@desk_router.form(PERSON + "/tweede-stap", access=MAY_DECIDE)
def reset_second_step(request: Request, organiser_id: str) -> Answer:
    """Let somebody who lost their phone in again."""
    done = _("De tweede stap is uitgezet en alle sessies zijn beëindigd.")
    return _do(request, organiser_id, "reset_second_step", done)


@desk_router.form(PERSON + "/sessies", access=MAY_DECIDE)
def end_sessions(request: Request, organiser_id: str) -> Answer:
    """Sign somebody out everywhere."""
    return _do(request, organiser_id, "end_sessions", _("Alle sessies zijn beëindigd."))


@desk_router.form(PERSON + "/verwijderen", access=MAY_DECIDE)
def remove(request: Request, organiser_id: str) -> Answer:
    """Take somebody away; their sessions are worthless at once."""
    try:
        ask(request, "remove", id=organiser_id, version=_version_seen(request))
    except Conflict as error:
        return _not_changed(request, _person(organiser_id), error, typed=False)
    flash = say(request, _("Deze organisator is verwijderd."))
    return SeeOther(link(PEOPLE, request.language), flash=flash)


def _do(request: Request, organiser_id: str, action: str, done: str) -> Answer:
    try:
        ask(request, action, id=organiser_id)
    except Conflict as error:
        return _not_changed(request, _person(organiser_id), error, typed=False)
    return _done(request, organiser_id, done)


def _done(request: Request, organiser_id: str, text: str) -> Answer:
    place = link(f"{PEOPLE}/{organiser_id}", request.language)
    return SeeOther(place, flash=say(request, text))


def _not_changed(
    request: Request, current: Organiser, error: PlekkenError, *, typed: bool = True
) -> Answer:
    overtaken = error.code == OVERTAKEN
    text = _page(
        request,
        current,
        dict(request.form) if typed else _values(current),
        errors={} if overtaken else said(request, error.fields or {"": error.title}),
        notice=say(request, error.title) if overtaken else "",
        differences=list(_differences(request, current)) if overtaken and typed else [],
    )
    return Html(text, status=error.status)


def _differences(request: Request, current: Organiser) -> Iterable[tuple[str, str]]:
    """What now stands where something else was typed."""
    if request.form.get("name", "") != current.name:
        yield say(request, _("Naam")), current.name
    typed = {key: role for key, role in typed_roles(request).items() if role}
    for name, label, options in texts.role_fields(request, event_titles()):
        now = current.roles.get(name.removeprefix(texts.FIELD), "")
        if now != typed.get(name.removeprefix(texts.FIELD), ""):
            yield label, dict(options).get(now, say(request, _("geen rol")))


def _page(
    request: Request,
    current: Organiser,
    values: Mapping[str, Any],
    *,
    errors: Mapping[str, str] | None = None,
    notice: str = "",
    differences: Iterable[tuple[str, str]] = (),
) -> str:
    looked = accounts_of(request, [current])
    account = looked["accounts"].get(current.id, {"state": "gone"}) if looked else None
    return render(
        request,
        "people/person.html",
        person=current,
        account=account,
        states=texts.STATES,
        values=values,
        errors=errors or {},
        notice=notice,
        differences=differences,
        role_fields=texts.role_fields(request, _titles(current)),
        is_self=request.organiser is not None and request.organiser.id == current.id,
    )


def _titles(current: Organiser) -> dict[str, Any]:
    """The events to choose from: also one that is past, while somebody has a role for it."""
    own = [key.partition("/")[2] for key in current.roles if "/" in key]
    return {**{event: dict.fromkeys(("nl", "en"), event) for event in own}, **event_titles()}


def _values(current: Organiser) -> dict[str, str]:
    return {"name": current.name} | {texts.FIELD + key: role for key, role in current.roles.items()}


def _person(organiser_id: str) -> Organiser:
    found = auth.find_organiser(organiser_id)
    if found is None:
        raise NotFound
    return found


def _version_seen(request: Request) -> int:
    text = request.form.get("version", "")
    if not text.isascii() or not text.isdigit() or len(text) > MOST_DIGITS:
        text = _("Deze pagina is te oud. Ververs hem en probeer opnieuw.")
        raise Invalid("version_missing", text)
    return int(text)
