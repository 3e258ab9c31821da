"""The parts of `/` and `/beheer` that this service supplies."""

from functools import partial

from chalicelib.documents.domain import Document, State
from chalicelib.documents.repository import PUBLISHED, REVIEW, Repository
from chalicelib.documents.views import document_view
from shared import fragments, pages
from shared.clock import Clock

SERVICE = "documents"
FRONT = "front"
DESK = "desk"
NEWEST = 3


def publish_fragments(repository: Repository, clock: Clock) -> None:
    """Write both fragments anew from the current state; harmless to repeat."""
    fragments.publish_current(
        lambda: _current(repository, clock), lambda current: _publish(*current)
    )


def _current(repository: Repository, clock: Clock) -> tuple[list[Document], int]:
    now = clock.now()
    newest = repository.listed(PUBLISHED, now)[:NEWEST]
    # The index may lag behind the table, and may still show what was just withdrawn.
    found = (repository.document(each.id, now) for each in newest)
    shown = [each for each in found if each and each.state is State.PUBLISHED]
    return shown, len(repository.listed(REVIEW, now))


def _publish(shown: list[Document], waiting: int) -> None:
    for language in fragments.LANGUAGES:
        say = partial(pages.translate, SERVICE, language)
        views = [document_view(each, say, language) for each in shown]
        front = pages.render_plain(SERVICE, "fragments/front.html", language, documents=views)
        fragments.publish(SERVICE, FRONT, language, front)
        desk = pages.render_plain(SERVICE, "fragments/desk.html", language, waiting=waiting)
        fragments.publish(SERVICE, DESK, language, desk)
