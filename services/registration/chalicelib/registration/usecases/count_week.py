"""How many people registered and cancelled in the last seven days."""

from datetime import datetime, timedelta

from msgspec import Struct

from chalicelib.registration.repository import Repository

WEEK = timedelta(days=7)
MOST_COUNTED = 500  # numbers: two reads of the list, however many registered


class Week(Struct, frozen=True):
    """Figures of one congress; with `more` at least so many registered."""

    registered: int
    cancelled: int
    more: bool


def count_week(repository: Repository, *, event: str, now: datetime) -> Week:
    """Count back from the newest number. Whoever registered and cancelled counts in both."""
    since = now - WEEK
    newest = repository.lists.newest(event, MOST_COUNTED)
    came = [one for one in newest if one.registered_at > since]
    gone, _ = repository.lists.cancelled_page(event, None, MOST_COUNTED)
    return Week(
        registered=len(came) + sum(one.registered_at > since for one in gone),
        cancelled=sum(one.changed_at is not None and one.changed_at > since for one in gone),
        more=len(came) == MOST_COUNTED or len(gone) == MOST_COUNTED,
    )
