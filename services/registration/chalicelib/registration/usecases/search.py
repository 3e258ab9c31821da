"""Find people on the lists. Names stand in no index: lists are read, a bounded part at a time."""

from collections.abc import Sequence

from chalicelib.registration.domain import EVERYBODY, Page, Registration, Wanted
from chalicelib.registration.repository import Repository
from shared import pagination
from shared.errors import Invalid

READ_AT_ONCE = 250
MOST_READ = 1000  # registrations per answer: about a second; the cursor goes on from there
MOST_EVENTS = 5  # congresses per answer

Place = tuple[str, str] | None


def list_registrations(
    repository: Repository,
    *,
    event: str,
    cursor: str | None,
    limit: int,
    wanted: Wanted = EVERYBODY,
) -> Page:
    """Up to `limit` registrations in the order of their numbers: whoever has a seat stands before
    those who wait. With a cursor and fewer than `limit`, the rest of the list is still to be read.

    Raises Invalid for a cursor that is not ours.
    """
    after = _after(event, cursor)
    cancelled = wanted.is_cancelled
    read = repository.lists.cancelled_page if cancelled else repository.lists.page
    found: list[Registration] = []
    looked_at = 0
    while looked_at < MOST_READ:
        size = limit - len(found) if wanted.is_everybody else READ_AT_ONCE
        part, following = read(event, after, size)
        looked_at += size
        for index, one in enumerate(part):
            if wanted.matches(one):
                found.append(one)
            if len(found) == limit and index + 1 < len(part):
                return Page(tuple(found), _cursor(event, _place(one)))
        after = following
        if after is None or len(found) == limit:
            break
    return Page(tuple(found), _cursor(event, after) if after else None)


def search_everywhere(
    repository: Repository, *, events: Sequence[str], text: str, cursor: str | None, limit: int
) -> Page:
    """Who is called so or has such an address, congress by congress. Raises Invalid."""
    first = pagination.decode(cursor)["event"] if cursor else ""
    left = list(events[events.index(first) :] if first in events else events)
    if first and first not in events:
        raise _not_ours()
    found: list[Registration] = []
    for count, event in enumerate(left):
        if count == MOST_EVENTS or len(found) == limit:
            return Page(tuple(found), _cursor(event, ("", "")))
        page = list_registrations(
            repository,
            event=event,
            cursor=cursor if event == first else None,
            limit=limit - len(found),
            wanted=Wanted(text=text),
        )
        found += page.registrations
        if page.cursor:
            return Page(tuple(found), page.cursor)
    return Page(tuple(found), None)


def _place(one: Registration) -> tuple[str, str]:
    """Where the list goes on behind `one`."""
    key = one.id if one.state == "cancelled" else f"{one.congress.number:010d}"
    return key, f"REGISTRATION#{one.id}"


def _cursor(event: str, place: tuple[str, str]) -> str:
    return pagination.encode({"event": event, "after": place[0], "item": place[1]})


def _after(event: str, cursor: str | None) -> Place:
    if not cursor:
        return None
    values = pagination.decode(cursor)
    if values.get("event") != event:
        raise _not_ours()
    return (values["after"], values["item"]) if values["item"] else None


def _not_ours() -> Invalid:
    return Invalid("invalid_cursor", fields={"cursor": "Deze bladzijde bestaat niet (meer)."})
