"""An address that puts a congress in an online calendar; it holds nothing about a person."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode

from chalicelib.registration.domain import Definition, text
from shared.pages import link
from shared.settings import Settings, load

GOOGLE = "https://calendar.google.com/calendar/render"


def google(definition: Definition, language: str) -> str:
    """Google's page with the congress filled in, for who has its calendar.

    The parameters are those of Google's own "publish event" button: action=TEMPLATE, and dates in
    UTC as start/end.
    """
    page = load(Settings).origin + link(f"/congres/{definition.id}", language)
    values = {
        "action": "TEMPLATE",
        "text": text(definition.title, language),
        "dates": f"{_moment(definition.starts_at)}/{_moment(definition.ends_at)}",
        "location": f"{definition.place}, {definition.address}, {definition.city}",
        "details": f"{text(definition.summary, language)}\n{page}",
        "ctz": "Europe/Amsterdam",
    }
    return f"{GOOGLE}?{urlencode(values)}"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
