"""How many come, for what and since when."""

from __future__ import annotations

from chalicelib.registration import usecases
from chalicelib.registration.collaborators import clock, repository
from chalicelib.registration.figures import figures_view
from chalicelib.registration.pages.routing import READER, desk_router
from chalicelib.registration.views import DESK, event_view
from shared import pages
from shared.answers import Answer, Html
from shared.request import Request


@desk_router.page(f"{DESK}/{{event}}/cijfers", access=READER)
def figures(request: Request, event: str) -> Answer:
    """Totals per audience, session and day, as charts and as tables."""
    found = usecases.find_event(repository(), event, drafts=True)
    totals = usecases.count_totals(repository(), event=event)
    now = clock.now()
    text = pages.render(
        request,
        "desk_figures.html",
        event=event_view(found, request.language, now),
        figures=figures_view(totals, found.definition, request.language, now),
        counted_at=now,
    )
    return Html(text)
