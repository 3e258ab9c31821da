"""What organisers see first: the congresses with their figures; and the list, or a congress, as a
file.
"""

from __future__ import annotations

import msgspec

from chalicelib.registration import export, usecases
from chalicelib.registration.collaborators import clock, repository
from chalicelib.registration.domain import Definition
from chalicelib.registration.pages.routing import READER, SOMEWHERE, desk_router, who
from chalicelib.registration.usecases.definition_parts import write
from chalicelib.registration.views import DESK, event_view
from shared import auth, pages
from shared.answers import XLSX, Answer, File, Html
from shared.request import Request


@desk_router.page(DESK, access=SOMEWHERE)
def congresses(request: Request) -> Answer:
    """The congresses with how full they are, drafts too."""
    found = usecases.list_events(repository(), drafts=True)
    seen = [
        event_view(one, request.language, clock.now())
        for one in found
        if who(request).may("registration", "read", one.definition.id)
    ]
    may_create = who(request).may("registration", "work")
    return Html(pages.render(request, "desk_events.html", events=seen, may_create=may_create))


@desk_router.page(f"{DESK}/{{event}}/deelnemers.csv", access=READER)
def download(request: Request, event: str) -> Answer:
    """Everybody on the list, with what they need, for a spreadsheet."""
    definition, rows = _everybody(request, event)
    data = export.participants_csv(definition, rows, request.language)
    return File(data, f"deelnemers-{event}.csv", "text/csv; charset=utf-8")


@desk_router.page(f"{DESK}/{{event}}/deelnemers.xlsx", access=READER)
def download_workbook(request: Request, event: str) -> Answer:
    """The same for Excel and its like, with a sheet per session."""
    definition, rows = _everybody(request, event)
    data = export.participants_xlsx(definition, rows, request.language, clock.now())
    return File(data, f"deelnemers-{event}.xlsx", XLSX)


@desk_router.page(f"{DESK}/{{event}}/definitie.json", access=READER)
def download_definition(request: Request, event: str) -> Answer:  # noqa: ARG001 - the router's shape
    """The congress itself as a file that `make load` reads: JSON is YAML too."""
    definition = usecases.find_definition(repository(), event, drafts=True)
    data = msgspec.json.format(msgspec.json.encode(write(definition)), indent=2)
    return File(data + b"\n", f"{event}.json", "application/json")


def _everybody(request: Request, event: str) -> tuple[Definition, export.Rows]:
    """Whom a download is about; that somebody took it along is written down."""
    definition = usecases.find_definition(repository(), event, drafts=True)
    auth.audit(who(request), "registration.exported", event, clock)
    return definition, usecases.export_rows(repository(), event)
