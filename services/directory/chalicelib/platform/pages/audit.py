"""The audit log: who did what to which item when, a month at a time."""

from collections.abc import Mapping
from typing import Any

from chalicelib.platform import audit_texts as texts
from chalicelib.platform.collaborators import clock
from chalicelib.platform.domain.audit import Note, Wanted, month_of, months_until
from chalicelib.platform.pages.routing import desk_router
from chalicelib.platform.repository.audit import notes
from shared import auth, dates, pagination
from shared.auth import Organiser
from shared.clock import amsterdam
from shared.errors import Invalid, SignInNeeded
from shared.http import Answer, File, Html, Request, organiser
from shared.pages import link, render, say
from shared.spreadsheets import csv_file
from shared.texts import later as _

AUDIT = "/beheer/logboek"
OWNER = organiser(auth.PLATFORM, "own")
PAGE_SIZE = 50
LONGEST = 200  # characters of what is typed in a filter

COLUMNS = (_("Wanneer"), _("Wie"), _("Wie (id)"), _("Wat"), _("Actie"), _("Waarover (id)"))
_ABOUT_PEOPLE = ("organiser.", "account.")
_REMOVED = _("(verwijderd)")
_MEMBER = _("lid of partner")


@desk_router.page(AUDIT, access=OWNER)
def audit(request: Request) -> Answer:
    """A month of the log, newest first, page by page."""
    wanted = _wanted(request)
    before = _before(request, wanted)
    found = list(notes(wanted, clock.now(), before=before, limit=PAGE_SIZE + 1))
    shown, more = found[:PAGE_SIZE], len(found) > PAGE_SIZE
    people = _people()
    cursor = _cursor(wanted, shown[-1]) if more else ""
    text = render(
        request,
        "audit/log.html",
        rows=[_row(request, note, people) for note in shown],
        values={name: request.query.get(name, "") for name in ("q", "maand", "wie", "wat")},
        months=[
            (month_of(day), dates.month(day, request.language))
            for day in list(months_until(clock.now()))[1:]  # besides "this month"
        ],
        people=_choices(request, people, wanted.who),
        actions=_actions(request),
        export_url=link(
            f"{AUDIT}/logboek.csv", request.language, maand=wanted.month, **_query(wanted)
        ),
        filtered=bool(_query(wanted)),
        next_url=request.url(cursor=cursor) if more else "",
        first_url=request.url(cursor="") if before else "",
    )
    return Html(text)


@desk_router.page(f"{AUDIT}/logboek.csv", access=OWNER)
def download(request: Request) -> Answer:
    """The filtered month for a spreadsheet; that somebody took it along is written down too."""
    wanted = _wanted(request)
    people = _people()
    rows = [_cells(request, note, people) for note in notes(wanted, clock.now())]
    auth.audit(_who(request), "audit.exported", wanted.month, clock)
    data = csv_file((say(request, name) for name in COLUMNS), rows)
    return File(data, f"logboek-{wanted.month}.csv", "text/csv; charset=utf-8")


def _row(request: Request, note: Note, people: Mapping[str, Organiser]) -> dict[str, Any]:
    service, path = texts.place_of(note.action, note.item)
    visible = bool(path) and _who(request).may(service, "read")
    if note.action.startswith(_ABOUT_PEOPLE) and note.item not in people:
        visible = False
    return {
        "note": note,
        "who": _name(request, note.who, people),
        "known": note.who in people,
        "what": _said(request, note.action),
        "href": link(path, request.language) if visible else "",
    }


def _cells(request: Request, note: Note, people: Mapping[str, Organiser]) -> tuple[str, ...]:
    return (
        f"{amsterdam(note.at):%Y-%m-%d %H:%M:%S}",
        _name(request, note.who, people),
        note.who,
        _said(request, note.action),
        note.action,
        note.item,
    )


def _name(request: Request, who: str, people: Mapping[str, Organiser]) -> str:
    if who in people:
        return people[who].name
    # Members and partners stand in the log as what they are, a slash, and an id.
    return say(request, _MEMBER if "/" in who else _REMOVED)


def _said(request: Request, action: str) -> str:
    return say(request, texts.ACTIONS[action]) if action in texts.ACTIONS else action


def _people() -> dict[str, Organiser]:
    return {one.id: one for one in auth.every_organiser()}


def _choices(
    request: Request, people: Mapping[str, Organiser], chosen: str
) -> list[tuple[str, str]]:
    """Who to choose from: everybody, and who was chosen by a link though they are gone."""
    found = [(one.id, one.name) for one in people.values()]  # by name
    if chosen and chosen not in people:
        found.append((chosen, f"{_name(request, chosen, people)} {chosen}"))
    return found


def _actions(request: Request) -> list[tuple[str, str]]:
    """Each subject with all of it first, then its actions."""
    everything = say(request, _("alles"))
    found = []
    for subject, name in texts.SUBJECTS.items():
        said = say(request, name)
        found.append((subject, f"{said}: {everything}"))
        found += [
            (action, f"{said}: {say(request, text)}")
            for action, text in texts.ACTIONS.items()
            if action.startswith(subject)
        ]
    return found


def _wanted(request: Request) -> Wanted:
    """The filters. Raises Invalid for a month that the log cannot hold."""
    now = clock.now()
    month = request.query.get("maand", "") or month_of(now)
    if month not in map(month_of, months_until(now)):
        raise Invalid("invalid_month", _("Kies een maand uit de lijst."))
    names = {"who": "wie", "what": "wat", "item": "q"}
    given = {key: request.query.get(name, "").strip() for key, name in names.items()}
    return Wanted(month, **{key: value[:LONGEST] for key, value in given.items()})


def _query(wanted: Wanted) -> dict[str, str]:
    query = {"wie": wanted.who, "wat": wanted.what, "q": wanted.item}
    return {name: value for name, value in query.items() if value}


def _cursor(wanted: Wanted, last: Note) -> str:
    return pagination.encode({"month": wanted.month, "before": last.id})


def _before(request: Request, wanted: Wanted) -> str:
    """The note that the page before ended with, or "". Raises Invalid."""
    text = request.query.get("cursor", "")
    if not text:
        return ""
    cursor = pagination.decode(text)
    # The month was changed in a form that kept the cursor: start at the top of that month.
    return cursor["before"] if cursor.get("month") == wanted.month else ""


def _who(request: Request) -> Organiser:
    if request.organiser is None:
        raise SignInNeeded
    return request.organiser
