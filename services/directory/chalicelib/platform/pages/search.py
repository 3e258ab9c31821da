"""One search for the whole desk: each service finds what this organiser may see on its own page."""

from collections.abc import Iterator

import msgspec

from chalicelib.platform.pages.front import DESK
from chalicelib.platform.pages.routing import desk_router
from shared.auth import Organiser
from shared.http import SIGNED_IN, Answer, Html, Request
from shared.listing import LONGEST_QUESTION
from shared.pages import link, render, say
from shared.texts import later as _

SEARCH = f"{DESK}/zoeken"
PLACES = (
    ("registration", "/congres/beheer/zoeken", _("Deelnemers van een congres")),
    ("directory", "/leden/beheer", _("Leden")),
    ("documents", "/documenten/beheer", _("Documenten")),
)


class Place(msgspec.Struct, frozen=True):
    """Where a service answers the words."""

    title: str
    href: str


@desk_router.page(SEARCH, access=SIGNED_IN)
def search(request: Request) -> Answer:
    """The words, and where each service shows what it finds; a script shows it in place."""
    words = request.query.get("q", "").strip()[:LONGEST_QUESTION]
    places = list(_places(request, request.organiser, words)) if words else []
    return Html(render(request, "search.html", values={"q": words}, places=places))


def _places(request: Request, who: Organiser | None, words: str) -> Iterator[Place]:
    for service, path, title in PLACES:
        if who and who.may_somewhere(service, "read"):
            yield Place(say(request, title), link(path, request.language, q=words))
