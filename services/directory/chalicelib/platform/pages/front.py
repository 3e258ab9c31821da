"""The front page: a part of every service, which each publishes itself."""

import time

from chalicelib.platform.pages.routing import router
from shared import fragments
from shared.auth import SERVICES
from shared.http import PUBLIC, Answer, Html, Request
from shared.pages import render

DESK = "/beheer"
FRESH = 15.0
"""Seconds that a front page may show an older part of a service."""

_parts: dict[tuple[str, str, str], tuple[float, str]] = {}


@router.page("/", access=PUBLIC)
def front(request: Request) -> Answer:
    """The network's front page, with a part of every service."""
    parts = {service: _part(service, "front", request.language) for service in SERVICES}
    return Html(render(request, "front.html", fragments=parts))


def _part(service: str, name: str, language: str) -> str:
    key = (service, name, language)
    found = _parts.get(key)
    if found is None or time.monotonic() - found[0] > FRESH:
        found = (time.monotonic(), fragments.read(service, name, language))
        _parts[key] = found
    return found[1]
