"""What organisers do with a whole congress: put it online, close registration, delete it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from chalicelib.registration import event_form, usecases
from chalicelib.registration.collaborators import clock, repository
from chalicelib.registration.domain import Definition, is_congress
from chalicelib.registration.pages.congress import form_page
from chalicelib.registration.pages.routing import ORGANISER, READER, desk_router, who
from chalicelib.registration.usecases.definition_parts import wall_clock, write
from chalicelib.registration.views import DESK, EventView, event_view
from shared import auth, pages
from shared.answers import Answer, Html, SeeOther
from shared.errors import Conflict, Invalid, PlekkenError
from shared.request import Request
from shared.texts import later as _

STATE = f"{DESK}/{{event}}/stand"
Values = dict[str, Any]


def _closed_now(request: Request, values: Values, now: datetime) -> Values:  # noqa: ARG001
    return {"registration": values["registration"] | {"closes": wall_clock(_minute(now))}}


def _open_again(request: Request, values: Values, now: datetime) -> Values:  # noqa: ARG001
    typed = event_form.typed(request.form)
    closes = event_form.plain(typed)["registration"]["closes"]
    return {"registration": values["registration"] | {"closes": closes}}


def _online(request: Request, values: Values, now: datetime) -> Values:  # noqa: ARG001
    return {"published": True}


def _offline(request: Request, values: Values, now: datetime) -> Values:  # noqa: ARG001
    return {"published": False}


# What a button asks for, with its name in the audit log and what is said afterwards.
ACTIONS: dict[str, tuple[Callable[[Request, Values, datetime], Values], str, str]] = {
    "online": (_online, "event.published", _("Het congres staat online.")),
    "offline": (_offline, "event.unpublished", _("Het congres staat niet meer online.")),
    "sluiten": (_closed_now, "event.closed", _("Aanmelden is gesloten.")),
    "openen": (_open_again, "event.reopened", _("Aanmelden kan weer.")),
}


@desk_router.page(f"{DESK}/{{event}}/voorbeeld", access=READER)
def preview(request: Request, event: str) -> Answer:
    """The page as visitors will see it, with a form that cannot be sent."""
    return form_page(request, _view(request, event), {}, {}, preview=True)


@desk_router.page(STATE, access=ORGANISER)
def state(request: Request, event: str) -> Answer:
    """Where the congress stands, and what can be done with it."""
    return _page(request, usecases.find_definition(repository(), event, drafts=True), {})


@desk_router.form(STATE, access=ORGANISER)
def change_state(request: Request, event: str) -> Answer:
    """Do one of those things."""
    definition = usecases.find_definition(repository(), event, drafts=True)
    verb = request.form.get("doe", "")
    try:
        if verb == "wissen":
            return _delete(request, definition)
        return _act(request, definition, verb)
    except (Invalid, Conflict) as refused:
        repository().definitions.refresh(event)
        return _refused(request, event, refused)


def _act(request: Request, definition: Definition, verb: str) -> Answer:
    if verb not in ACTIONS:
        raise Invalid(fields={"": _("Kies wat je wilt doen.")})
    change, action, done = ACTIONS[verb]
    values = write(definition)
    usecases.define_event(
        repository(),
        clock,
        definition=values | change(request, values, clock.now()),
        revision=event_form.revision(request.form),
        by=who(request).id,
        note=auth.audited(who(request), action, definition.id, clock),
    )
    path = pages.link(f"{DESK}/{definition.id}", request.language)
    return SeeOther(path, flash=pages.say(request, done))


def _delete(request: Request, definition: Definition) -> Answer:
    if not request.form.get("zeker"):
        raise Invalid(fields={"zeker": _("Zet het vinkje als je het zeker weet.")})
    usecases.delete_draft(
        repository(),
        clock,
        event=definition.id,
        revision=event_form.revision(request.form),
        note=auth.audited(who(request), "event.deleted", definition.id, clock),
    )
    done = pages.say(request, _("Het concept is gewist."))
    return SeeOther(pages.link(DESK, request.language), flash=done)


def _refused(request: Request, event: str, refused: PlekkenError) -> Answer:
    definition = usecases.find_definition(repository(), event, drafts=True)
    errors = refused.fields or {"": refused.title}
    said = {name: pages.say(request, one) for name, one in errors.items()}
    return _page(request, definition, said, refused.status)


def _page(
    request: Request, definition: Definition, errors: dict[str, str], status: int = 200
) -> Answer:
    values = {"registration.closes": wall_clock(_suggested(definition))}
    page = pages.render(
        request,
        "desk_state.html",
        event=_view(request, definition.id),
        unused=_unused(definition),
        revision=definition.revision,
        values=values | ({**request.form} if errors else {}),
        errors=errors,
    )
    return Html(page, status=status)


def _suggested(definition: Definition) -> datetime:
    """Until when registration might be open again: as it was, or until the day before."""
    now = clock.now()
    return next(
        one
        for one in (
            definition.closes_at,
            definition.starts_at - timedelta(days=1),
            definition.ends_at,
        )
        if one > now or one == definition.ends_at
    )


def _unused(definition: Definition) -> bool:
    """Whether nobody ever registered: who cancelled counts too."""
    pools = repository().pools.get_all(definition.id, filter(is_congress, definition.capacities()))
    return not any(pool.issued for pool in pools.values())


def _view(request: Request, event: str) -> EventView:
    found = usecases.find_event(repository(), event, drafts=True)
    return event_view(found, request.language, clock.now())


def _minute(moment: datetime) -> datetime:
    """The whole minute: what a form can show."""
    return moment.replace(second=0, microsecond=0)
