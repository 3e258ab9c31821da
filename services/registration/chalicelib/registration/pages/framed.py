"""The form and the thanks for a frame on another website (shared/static/embed.js).

Pages of their own: nothing else of this service may stand in a frame. They need no cookie.
"""

from __future__ import annotations

from chalicelib.registration.forms import MOST_FIELDS
from chalicelib.registration.pages import congress as whole
from chalicelib.registration.pages.routing import router
from shared.answers import Answer
from shared.http import PUBLIC
from shared.request import Request

FRAME = "/congres/{event}/insluiten"


@router.page(FRAME, access=PUBLIC)
def congress(request: Request, event: str) -> Answer:
    """The form of a congress, and what one must know to fill it in."""
    return whole.show(request, event, framed=True)


@router.form(FRAME, access=PUBLIC, most_fields=MOST_FIELDS)
def register(request: Request, event: str) -> Answer:
    """Register, and stay in the frame."""
    return whole.send(request, event, framed=True)


@router.page(f"{FRAME}/bedankt", access=PUBLIC)
def thanks(request: Request, event: str) -> Answer:
    """What the signed receipt says."""
    return whole.show_thanks(request, event, framed=True)
