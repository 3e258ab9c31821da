"""The guide's part of the pages that no service owns, rebuilt from the current state."""

from chalicelib.directory import domain
from chalicelib.directory.domain import State
from chalicelib.directory.repository import Repository
from chalicelib.directory.search import Snapshot
from shared import fragments
from shared.clock import Clock
from shared.pages import render_plain

NEWEST = 3


def publish_front(repository: Repository) -> None:
    """Put our part of the front page in the web bucket, in both languages."""
    fragments.publish_current(repository.snapshot, _publish)


def _publish(snapshot: Snapshot) -> None:
    newest = sorted(snapshot.members, key=lambda member: member.published_at, reverse=True)
    for language in fragments.LANGUAGES:
        html = render_plain(
            "directory",
            "fragments/front.html",
            language,
            total=len(snapshot.entries),
            members=newest[:NEWEST],
        )
        fragments.publish("directory", "front", language, html)


def desk_part(repository: Repository, clock: Clock, language: str) -> str:
    """What waits for an organiser of the guide, as HTML."""
    now = clock.now()
    members = [member for member in repository.every() if not domain.is_expired(member, now)]
    return render_plain(
        "directory",
        "fragments/desk.html",
        language,
        waiting=sum(member.state is State.DRAFT for member in members),
        published=sum(member.state is State.PUBLISHED for member in members),
    )
