"""The guide's part of the pages that no service owns, rebuilt from the current state."""

from datetime import datetime, timedelta

from chalicelib.directory import domain
from chalicelib.directory.domain import Member, State
from chalicelib.directory.repository import Repository
from chalicelib.directory.search import Snapshot
from chalicelib.directory.views import DESK, SERVICE
from shared import desk, fragments
from shared.clock import Clock
from shared.desk import ComingDate, DeskPart, Figure, Need
from shared.pages import render_plain
from shared.texts import later as _

NEWEST = 3
WEEK = timedelta(days=7)
WAITING = f"{DESK}?stand={State.DRAFT}"
SHOWN = f"{DESK}?stand={State.PUBLISHED}"


def publish_fragments(repository: Repository, clock: Clock) -> None:
    """Put our parts of the front page and of the desk in the web bucket."""
    publish_front(repository)
    fragments.publish_current(
        lambda: desk_part(repository, clock.now()), lambda part: desk.publish_part(SERVICE, part)
    )


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


def desk_part(repository: Repository, now: datetime) -> DeskPart:
    """What waits for an organiser of the guide, and what happened in the last seven days."""
    members = [member for member in repository.every() if not domain.is_expired(member, now)]
    drafts = [member for member in members if member.state is State.DRAFT]
    return DeskPart(needs=_needs(len(drafts)), figures=_figures(members, now), dates=_dates(drafts))


def _needs(waiting: int) -> tuple[Need, ...]:
    if not waiting:
        return ()
    one, more = _("1 aanmelding wacht op jou"), _("%(count)s aanmeldingen wachten op jou")
    text = desk.counted(SERVICE, one, more, waiting)
    return (Need(kind="application", text=text, count=waiting, href=WAITING),)


def _figures(members: list[Member], now: datetime) -> tuple[Figure, ...]:
    week = now - WEEK
    came = sum(member.drafted_at > week for member in members)
    new = sum(
        member.published_at is not None and member.published_at > week
        for member in members
        if member.state is State.PUBLISHED
    )
    applied, published = _("Aanmeldingen voor de gids"), _("Nieuw in de gids")
    return (
        Figure(label=desk.texts(SERVICE, applied), value=came, href=WAITING),
        Figure(label=desk.texts(SERVICE, published), value=new, href=SHOWN),
    )


def _dates(drafts: list[Member]) -> tuple[ComingDate, ...]:
    """An application that nobody decides about is erased: the first one to go is a date."""
    ends = min((draft.expires_at for draft in drafts if draft.expires_at), default=None)
    if ends is None:
        return ()
    text = _("Een aanmelding waarover niemand beslist, wissen we")
    return (ComingDate(text=desk.texts(SERVICE, text), at=ends, href=WAITING),)
