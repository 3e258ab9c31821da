"""The two statements that every visitor may read."""

from chalicelib.platform.pages.routing import router
from shared.http import PUBLIC, Answer, Html, Request
from shared.pages import render


@router.page("/privacy", access=PUBLIC)
def privacy(request: Request) -> Answer:
    """What is kept, why, and until when."""
    return Html(render(request, "privacy.html"))


@router.page("/toegankelijkheid", access=PUBLIC)
def accessibility(request: Request) -> Answer:
    """What we do so that everybody can take part."""
    return Html(render(request, "accessibility.html"))
