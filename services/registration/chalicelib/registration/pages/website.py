"""What an organiser pastes on another website: the form, or a link to it."""

from __future__ import annotations

from html import escape

from chalicelib.registration import usecases
from chalicelib.registration.collaborators import clock, repository
from chalicelib.registration.pages.routing import READER, desk_router
from chalicelib.registration.views import DESK, EventView, event_view
from shared import pages
from shared.answers import Answer, Html
from shared.request import Request
from shared.settings import Settings, load
from shared.texts import later as _

SCRIPT = "/insluiten.js"
REGISTER_FOR = _("Meld je aan voor %(title)s")


@desk_router.page(f"{DESK}/{{event}}/website", access=READER)
def website(request: Request, event: str) -> Answer:
    """The element, the link, and which sites may show the form."""
    settings = load(Settings)
    found = usecases.find_event(repository(), event, drafts=True)
    view = event_view(found, request.language, clock.now())
    address = settings.origin + pages.link(view.url, request.language)
    text = pages.render(
        request,
        "desk_website.html",
        event=view,
        address=address,
        element=_element(request, view, address),
        policy=f"script-src {settings.origin}; frame-src {settings.origin}",
        sites=settings.frame_ancestors.split(),
    )
    return Html(text)


def _element(request: Request, event: EventView, address: str) -> str:
    """The HTML to paste. The link inside is for whoever cannot see the form there."""
    words = pages.say(request, REGISTER_FOR) % {"title": event.title}
    language = ' lang="en"' if request.language == "en" else ""
    return (
        f'<plekken-aanmelden event="{event.id}"{language}>\n'
        f'  <a href="{escape(address)}">{escape(words, quote=False)}</a>\n'
        "</plekken-aanmelden>\n"
        f'<script type="module" src="{load(Settings).origin}{SCRIPT}"></script>'
    )
