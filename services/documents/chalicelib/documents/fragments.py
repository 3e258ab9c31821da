"""The parts of `/` and `/beheer` that this service supplies, and the titles of its documents."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from chalicelib.documents.domain import Document, State
from chalicelib.documents.repository import LISTINGS, PUBLISHED, REVIEW, Repository
from chalicelib.documents.views import DESK, SERVICE, document_view
from shared import desk, fragments, library, pages
from shared.clock import Clock
from shared.desk import ComingDate, DeskPart, Figure, Need
from shared.texts import later

FRONT = "front"
NEWEST = 3
WEEK = timedelta(days=7)
WAITING = f"{DESK}?stand={REVIEW}"
SHOWN = f"{DESK}?stand={PUBLISHED}"
UNCHECKED = f"{DESK}?stand={REVIEW}&controle=mislukt"


def publish_fragments(repository: Repository, clock: Clock) -> None:
    """Write the parts and the titles anew from the current state; harmless to repeat."""
    fragments.publish_current(
        lambda: _current(repository, clock.now()), lambda current: _publish(*current)
    )


def _current(
    repository: Repository, now: datetime
) -> tuple[list[Document], DeskPart, dict[str, str]]:
    listed = {listing: repository.listed(listing, now) for listing in LISTINGS}
    # The index may lag behind the table, and may still show what was just withdrawn.
    found = (repository.document(each.id, now) for each in listed[PUBLISHED][:NEWEST])
    shown = [each for each in found if each and each.state is State.PUBLISHED]
    titles = {each.id: each.title for each in listed[PUBLISHED]}
    return shown, _desk_part(listed, now), titles


def _publish(shown: list[Document], part: DeskPart, titles: dict[str, str]) -> None:
    for language in fragments.LANGUAGES:
        say = partial(pages.translate, SERVICE, language)
        views = [document_view(each, say, language) for each in shown]
        front = pages.render_plain(SERVICE, "fragments/front.html", language, documents=views)
        fragments.publish(SERVICE, FRONT, language, front)
    desk.publish_part(SERVICE, part)
    library.publish(titles)


def _desk_part(listed: dict[str, list[Document]], now: datetime) -> DeskPart:
    waiting, week = listed[REVIEW], now - WEEK
    came = sum(each.announced_at > week for some in listed.values() for each in some)
    placed = sum(bool(each.decided_at and each.decided_at > week) for each in listed[PUBLISHED])
    uploads, published = later("Uploads"), later("Op de website gezet")
    return DeskPart(
        needs=tuple(_needs(waiting)),
        figures=(
            Figure(label=desk.texts(SERVICE, uploads), value=came, href=WAITING),
            Figure(label=desk.texts(SERVICE, published), value=placed, href=SHOWN),
        ),
        dates=tuple(_dates(waiting)),
    )


def _needs(waiting: list[Document]) -> Iterable[Need]:
    failed = sum(each.unchecked for each in waiting)
    if failed:
        one = later("1 bestand konden we niet goed controleren")
        more = later("%(count)s bestanden konden we niet goed controleren")
        text = desk.counted(SERVICE, one, more, failed)
        yield Need(kind="failure", text=text, count=failed, href=UNCHECKED)
    if waiting:
        one, more = later("1 document wacht op jou"), later("%(count)s documenten wachten op jou")
        text = desk.counted(SERVICE, one, more, len(waiting))
        yield Need(kind="upload", text=text, count=len(waiting), href=WAITING)


def _dates(waiting: list[Document]) -> Iterable[ComingDate]:
    """An upload that nobody decides about is erased: the first one to go is a date."""
    ends = min((each.keep_until for each in waiting if each.keep_until), default=None)
    if ends:
        text = desk.texts(SERVICE, later("Een document waarover niemand beslist, wissen we"))
        yield ComingDate(text=text, at=ends, href=WAITING)
