"""The desk: what needs this organiser now, in every service that they may look at."""

from datetime import datetime
from typing import TypeVar

import msgspec

from chalicelib.platform.collaborators import clock
from chalicelib.platform.pages.front import DESK
from chalicelib.platform.pages.routing import desk_router
from shared.auth import SERVICES, Organiser
from shared.desk import ComingDate, DeskPart, Figure, Need, Texts, read_part
from shared.http import SIGNED_IN, Answer, Html, Request
from shared.pages import render

FIRST = ("failure", "bounce")
"""Kinds of what went wrong: somebody waits for an answer and nobody else can give it."""

Item = TypeVar("Item", Need, Figure, ComingDate)


class Shown(msgspec.Struct, frozen=True):
    """A line of the desk in one language; `event` is the title of what it is about."""

    text: str
    href: str
    event: str = ""
    count: int = 0
    at: datetime | None = None
    went_wrong: bool = False


@desk_router.page(DESK, access=SIGNED_IN)
def desk(request: Request) -> Answer:
    """What needs the organiser, this week's figures and what is coming."""
    needs, figures, dates = [], [], []
    who, language, now = request.organiser, request.language, clock.now()
    for service in SERVICES:
        if who is None or not who.may_somewhere(service, "read"):
            continue
        part = read_part(service)
        needs += [_need(one, part, language) for one in _seen(who, service, part.needs)]
        figures += [_figure(one, part, language) for one in _seen(who, service, part.figures)]
        coming = [one for one in _seen(who, service, part.dates) if one.at > now]
        dates += [_date(one, part, language) for one in coming]
    text = render(
        request,
        "desk.html",
        needs=sorted(needs, key=lambda one: (not one.went_wrong, -one.count)),
        figures=figures,
        most=max((one.count for one in figures), default=0),
        dates=sorted((one for one in dates if one.at), key=lambda one: one.at or now),
        works_somewhere=bool(who and any(who.may_somewhere(each, "read") for each in SERVICES)),
    )
    return Html(text)


def _seen(who: Organiser, service: str, items: tuple[Item, ...]) -> list[Item]:
    """What is about the whole service for who may read it, what is about an event for its own."""
    return [one for one in items if who.may(service, "read", one.event)]


def _need(one: Need, part: DeskPart, language: str) -> Shown:
    wrong = one.kind in FIRST
    text, event = _in(language, one.text), _title(part, one.event, language)
    return Shown(text, one.href, event, one.count, went_wrong=wrong)


def _figure(one: Figure, part: DeskPart, language: str) -> Shown:
    return Shown(_in(language, one.label), one.href, _title(part, one.event, language), one.value)


def _date(one: ComingDate, part: DeskPart, language: str) -> Shown:
    title = _title(part, one.event, language)
    return Shown(_in(language, one.text), one.href, title, at=one.at)


def _title(part: DeskPart, event: str, language: str) -> str:
    return _in(language, part.titles.get(event, {}))


def _in(language: str, texts: Texts) -> str:
    return texts.get(language) or texts.get("nl", "")
