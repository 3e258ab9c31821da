"""Making and changing a congress in the browser: one form, without JavaScript too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from chalicelib.registration import event_changes, event_form, question_form, usecases
from chalicelib.registration.collaborators import clock, repository
from chalicelib.registration.domain import CONGRESS, SHARE, Definition, Saved, is_congress, text
from chalicelib.registration.event_copy import copy_for_next_year
from chalicelib.registration.event_form import MOST_FIELDS, Typed
from chalicelib.registration.pages.routing import ORGANISER, desk_router, who
from chalicelib.registration.question_views import WORDS
from chalicelib.registration.usecases.definition_reader import TWICE
from chalicelib.registration.views import DESK
from shared import auth, pages
from shared.answers import Answer, Html, SeeOther
from shared.errors import Conflict, Invalid, NotFound, PlekkenError
from shared.request import Request
from shared.texts import later as _

NEW = f"{DESK}/nieuw"
EDIT = f"{DESK}/{{event}}/bewerken"
TAKEN = _("Er is al een congres met dit adres. Kies een ander.")
NOTHING_CHANGED = _("Er is niets veranderd.")


@desk_router.page(NEW, access=ORGANISER)
def new(request: Request) -> Answer:
    """An empty form, or one that is filled with an earlier congress."""
    example = request.query.get("kopie", "")
    if not example:
        return _page(request, None, event_form.empty(), revision=0)
    definition = usecases.find_definition(repository(), example, drafts=True)
    return _page(request, None, copy_for_next_year(definition, clock.now()), revision=0)


@desk_router.form(NEW, access=ORGANISER, most_fields=MOST_FIELDS)
def create(request: Request) -> Answer:
    """Save a new congress, or add or remove a row."""
    return _sent(request, None)


@desk_router.page(EDIT, access=ORGANISER)
def edit(request: Request, event: str) -> Answer:
    """The form with the congress as it is now."""
    known = _known(event)
    return _page(request, known, event_form.start(known), revision=known.revision)


@desk_router.form(EDIT, access=ORGANISER, most_fields=MOST_FIELDS)
def save(request: Request, event: str) -> Answer:
    """Save what changed, or add or remove a row."""
    return _sent(request, _known(event))


def _known(event: str) -> Definition:
    """The newest definition: what stands in a form must not be half a minute old."""
    found = repository().definitions.refresh(event)
    if found is None:
        raise NotFound("event_not_found", "Dit congres kennen we niet.")
    return found


def _sent(request: Request, known: Definition | None) -> Answer:
    tree = event_form.typed(request.form)
    revision = event_form.revision(request.form)
    if known:
        tree["id"] = known.id
    verb, _colon, row = request.form.get("doe", "").partition(":")
    if verb in ("erbij", "weg"):
        change = event_form.add if verb == "erbij" else event_form.remove
        changed = event_form.name_asked(change(tree, row))
        return _page(request, known, changed, revision=revision)
    tree = event_form.name_rows(tree)
    try:
        saved = _save(request, known, tree, revision, publish=verb == "publiceer")
    except Invalid as refused:
        return _page(request, known, tree, revision, errors=_said(request, refused.fields))
    except Conflict as refused:
        return _conflict(request, known, tree, revision, refused)
    return _done(request, known, saved)


def _save(
    request: Request, known: Definition | None, tree: Typed, revision: int, *, publish: bool
) -> Definition:
    values = event_form.plain(tree) | {"published": publish or bool(known and known.published)}
    action = "event.changed" if known else "event.created"
    return usecases.define_event(
        repository(),
        clock,
        definition=values,
        revision=revision,
        by=who(request).id,
        note=auth.audited(who(request), action, tree["id"], clock),
    )


def _done(request: Request, known: Definition | None, saved: Definition) -> Answer:
    if known == saved:
        done = NOTHING_CHANGED
    elif saved.published and not (known and known.published):
        done = _("Het congres is bewaard en staat online.")
    elif saved.published:
        done = _("De veranderingen zijn bewaard en staan online.")
    else:
        done = _("Het concept is bewaard. Alleen organisatoren zien het.")
    path = pages.link(f"{DESK}/{saved.id}", request.language)
    return SeeOther(path, flash=pages.say(request, done))


def _conflict(
    request: Request,
    known: Definition | None,
    tree: Typed,
    revision: int,
    refused: PlekkenError,
) -> Answer:
    """The form again with what was typed, and what stands in the way."""
    if refused.code != "changed_meanwhile":
        errors = _figures(request, known, tree, refused)
        return _page(request, known, tree, revision, errors=errors, status=refused.status)
    if known is None:
        errors = _said(request, {"id": TAKEN})
        return _page(request, None, tree, revision, errors=errors, status=refused.status)
    now = _known(known.id)
    return _page(request, now, tree, now.revision, seen=revision, status=refused.status)


def _figures(
    request: Request, known: Definition | None, tree: Typed, refused: PlekkenError
) -> dict[str, str]:
    """Where somebody would lose a seat: beside the field, with how many there are."""
    line = str(refused.figures.get("line", ""))
    if refused.code == "capacity_too_small":
        words = pages.say(
            request,
            _("Er zijn al %(seated)s plekken vergeven. Kies minstens %(seated)s plekken."),
        )
        return {_capacity_field(tree, line): words % refused.figures}
    if refused.code == "session_in_use":
        if is_congress(line):
            words = _(
                "Deze doelgroep kan niet zonder eigen plekken: er staan al mensen voor op de lijst."
            )
            return {"audiences": pages.say(request, words)}
        session = known.sessions().get(line) if known else None
        title = text(session.title, request.language) if session else line
        words = pages.say(
            request,
            _("De sessie “%(title)s” kan niet weg. Aantal mensen op de lijst: %(holders)s."),
        )
        return {"": words % {**refused.figures, "title": title}}
    return {"": pages.say(request, refused.title)}


def _capacity_field(tree: Typed, line: str) -> str:
    if line == CONGRESS:
        return "capacity"
    for i, audience in enumerate(tree["audiences"]):
        if line == f"{SHARE}{audience['id']}":
            return f"audiences[{i}].share"
    for i, round_ in enumerate(tree["rounds"]):
        for j, session in enumerate(round_["sessions"]):
            if session["id"] == line:
                return f"rounds[{i}].sessions[{j}].capacity"
    return ""


def _page(
    request: Request,
    known: Definition | None,
    tree: Typed,
    revision: int,
    *,
    errors: Mapping[str, str] | None = None,
    seen: int | None = None,
    status: int = 0,
) -> Answer:
    """`seen` is the revision that somebody was editing while another saved a newer one."""
    words = {value: pages.say(request, one) for value, one in WORDS.items()}
    page = pages.render(
        request,
        "desk_editor.html",
        known=known,
        title=text(known.title, request.language) if known else "",
        tree=tree,
        values=event_form.fields(tree),
        errors=errors or {},
        revision=revision,
        labels={name: pages.say(request, one) for name, one in event_changes.LABELS.items()},
        meanwhile=_meanwhile(request, known, tree, seen) if known and seen is not None else None,
        is_moment=_is_moment,
        kinds=[(kind, pages.say(request, one)) for kind, one in question_form.KINDS.items()],
        conditions=[
            question_form.conditions(tree["questions"], index, words)
            for index in range(len(tree["questions"]))
        ],
        twice=[name for name, said in (errors or {}).items() if said == pages.say(request, TWICE)],
    )
    return Html(page, status=status or (422 if errors else 200))


def _meanwhile(request: Request, now: Definition, tree: Typed, seen: int) -> dict[str, object]:
    """What others saved since revision `seen`; without changes when that is forgotten by now."""
    before = repository().definitions.saved(now.id, seen)
    last: Saved | None = repository().definitions.saved(now.id, now.revision)
    person = auth.find_organiser(last.by) if last and last.by else None
    changes = (
        event_changes.changes(
            event_form.start(before.definition),
            event_form.start(now),
            tree,
            lambda one: pages.say(request, one),
        )
        if before
        else []
    )
    by, at = person.name if person else "", last.at if last else None
    return {"changes": changes, "by": by, "at": at}


def _is_moment(value: str) -> bool:
    """Whether a field for dates and times can show `value`; else it stays a text, as typed."""
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return not value
    return True


def _said(request: Request, errors: Mapping[str, str]) -> dict[str, str]:
    return {name: pages.say(request, one) for name, one in errors.items()}
