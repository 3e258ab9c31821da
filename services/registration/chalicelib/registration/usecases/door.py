"""Whom a volunteer at the door may have before them: a list to take along, and a search."""

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.registration import seats
from chalicelib.registration.domain import EVERYBODY, Line, Registration, Wanted
from chalicelib.registration.domain.check_in import Fact
from chalicelib.registration.repository import Repository
from chalicelib.registration.usecases.search import list_registrations
from shared.words import asked_words, fold

AT_ONCE = 250  # people in one answer
MOST_FOUND = 20
_CANCELLED = "cancelled"
_SINCE = f"{_CANCELLED}."  # before the cursor of those who cancelled


class Guest(Struct, frozen=True):
    """Somebody on the list, with the place in line of who waits, and how they came in."""

    registration: Registration
    inside: Fact | None


class DoorPage(Struct, frozen=True):
    """A part of the list, and the cursor of what follows (None at the end)."""

    guests: tuple[Guest, ...]
    cursor: str | None


def door_list(repository: Repository, *, event: str, cursor: str | None) -> DoorPage:
    """Up to 250 people; those who cancelled come last, so that a phone can say so.

    Raises Invalid for a cursor that is not ours.
    """
    cancelled = (cursor or "").startswith(_SINCE)
    page = list_registrations(
        repository,
        event=event,
        cursor=(cursor or "").removeprefix(_SINCE) or None,
        limit=AT_ONCE,
        wanted=Wanted(state=_CANCELLED) if cancelled else EVERYBODY,
    )
    following = f"{_SINCE if cancelled else ''}{page.cursor}" if page.cursor else None
    if following is None and not cancelled:
        following = _SINCE
    return DoorPage(_guests(repository, event, page.registrations), following)


def find_guests(
    repository: Repository, *, event: str, text: str, is_ticket: Callable[[Registration], bool]
) -> tuple[Guest, ...]:
    """Up to 20 people with these words in their name, or whose ticket it is."""
    words = asked_words(text)
    found: list[Registration] = []
    for one in _everybody(repository, event):
        name = fold(one.name)
        if (words and all(word in name for word in words)) or is_ticket(one):
            found.append(one)
        if len(found) == MOST_FOUND:
            break
    return _guests(repository, event, found)


def guest_of(repository: Repository, *, event: str, registration_id: str) -> Guest | None:
    """One person of this congress, or None."""
    found = repository.registrations.get(registration_id)
    if found is None or found.event != event:
        return None
    return _guests(repository, event, [found])[0]


def count_inside(repository: Repository, *, event: str) -> int:
    """How many are inside."""
    return repository.arrivals.count(event)


def _everybody(repository: Repository, event: str) -> Iterator[Registration]:
    cursor: str | None = None
    while True:
        page = door_list(repository, event=event, cursor=cursor)
        yield from (guest.registration for guest in page.guests)
        cursor = page.cursor
        if cursor is None:
            return


def _guests(repository: Repository, event: str, found: Sequence[Registration]) -> tuple[Guest, ...]:
    inside = repository.arrivals.inside([one for one in found if one.state == "seated"])
    placed = _with_places(repository, event, found)
    return tuple(Guest(one, inside.get(one.id)) for one in placed)


def _with_places(
    repository: Repository, event: str, found: Sequence[Registration]
) -> list[Registration]:
    """With the places in the lines for the congress; each is read once for all of them."""
    waiting = [one for one in found if one.state == "waiting"]
    lines = {line.id for one in waiting for line in one.lines}
    pools = repository.pools.get_all(event, lines) if lines else {}
    dead = {line: repository.numbers.dead(event, line) for line in pools}

    def placed(line: Line) -> Line:
        if line.id not in pools:
            return line
        place = seats.place_in_line(line.number, pools[line.id].watermark, dead[line.id])
        return replace(line, place_in_line=max(1, place))

    return [
        replace(one, lines=tuple(map(placed, one.lines))) if one.state == "waiting" else one
        for one in found
    ]
