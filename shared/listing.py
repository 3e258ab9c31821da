"""The lists of the desk: what a list page was asked, and what was chosen on it.

The macros that go with it stand in `templates/_list.html`.
"""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Generic, TypeVar

import msgspec

from shared import pagination
from shared.answers import SeeOther
from shared.errors import Conflict, Invalid, NotFound, Unavailable
from shared.pages import link, say
from shared.request import Request
from shared.texts import later as _
from shared.words import asked_words, fold

PAGE = 50
"""Rows on a page, and so the most that one press of a button can be about."""

LONGEST_QUESTION = 100  # characters
CHOSEN = "gekozen"
"""The field of the checkbox in each row: an id, a point, and the version that was shown."""

_CHOSEN = re.compile(r"([0-9A-Za-z_-]{1,64})\.([0-9a-z_]{1,20})")
T = TypeVar("T")


class Wanted(msgspec.Struct, frozen=True):
    """What a list page was asked: words, a state ("" for all) and where to start."""

    text: str = ""
    state: str = ""
    start: int = 0

    def finds(self, *texts: str) -> bool:
        """Whether each word that was typed stands somewhere in `texts`, also inside a longer word.

        Words without letters or figures find nothing: everything would be no answer to them.
        """
        if not self.text:
            return True
        words, found = asked_words(self.text), fold(" ".join(texts))
        return bool(words) and all(word in found for word in words)


class Page(msgspec.Struct, Generic[T], frozen=True):
    """One page of a list with its way on; `total` counts every page."""

    rows: Sequence[T]
    total: int
    next_url: str
    first_url: str


class Chosen(msgspec.Struct, frozen=True):
    """A row that was chosen, in the version that the organiser saw."""

    id: str
    version: str

    @property
    def field(self) -> str:
        """The value of its checkbox."""
        return f"{self.id}.{self.version}"

    @property
    def number(self) -> int:
        """The version as a number. Raises Conflict for one that no row has."""
        if not self.version.isdigit():
            raise Conflict
        return int(self.version)


class Outcome(msgspec.Struct, frozen=True):
    """How many of the rows that were chosen were done, were changed by others, or failed."""

    done: int = 0
    changed: int = 0
    failed: int = 0


def wanted(request: Request, states: Collection[str] = ()) -> Wanted:
    """What the address asks: `q`, `stand` (one of `states`) and `cursor`. Raises Invalid."""
    state = request.query.get("stand", "")
    return Wanted(
        text=request.query.get("q", "").strip()[:LONGEST_QUESTION],
        state=state if state in states else "",
        start=pagination.decode_start(request.query.get("cursor", "")),
    )


def page_of(request: Request, asked: Wanted, rows: Sequence[T], most: int = PAGE) -> Page[T]:
    """The page that was asked for of all `rows` that match, `most` on a page."""
    end = asked.start + most
    more = end < len(rows)
    return Page(
        rows=rows[asked.start : end],
        total=len(rows),
        next_url=request.url(cursor=pagination.encode_start(end)) if more else "",
        first_url=request.url(cursor="") if asked.start else "",
    )


def chosen(request: Request) -> list[Chosen]:
    """The rows that were chosen, each once. Raises Invalid for none, too many and nonsense."""
    given = list(dict.fromkeys(request.form_list(CHOSEN)))
    if not given:
        raise Invalid("nothing_chosen", _("Kies eerst een of meer regels uit de lijst."))
    if len(given) > PAGE:
        raise Invalid("too_many_chosen", _("Dit zijn te veel regels tegelijk. Kies er minder."))
    found = [_CHOSEN.fullmatch(text) for text in given]
    rows = {each[1]: Chosen(each[1], each[2]) for each in found if each}
    if None in found or len(rows) < len(given):
        raise Invalid("chosen_malformed", _("Deze keuze klopt niet. Ververs de lijst."))
    return list(rows.values())


def chosen_or_back(request: Request, back: str) -> tuple[list[Chosen], SeeOther | None]:
    """The rows that were chosen, or the way back to the list with what is wrong."""
    try:
        return chosen(request), None
    except Invalid as error:
        place = link(back, request.language)
        return [], SeeOther(place, flash=say(request, error.title))


def for_each(rows: Iterable[Chosen], act: Callable[[Chosen], object]) -> Outcome:
    """Do something with each row, each in a transaction of its own; one that fails stops no other.

    Conflict and NotFound mean that somebody else was first.
    """
    done, changed, failed = 0, 0, 0
    for row in rows:
        try:
            act(row)
            done += 1
        except (Conflict, NotFound):
            changed += 1
        except Unavailable:
            failed += 1
    return Outcome(done, changed, failed)


def told(request: Request, outcome: Outcome, done: str) -> str:
    """What to say of an outcome; `done` is the message id that says what was done to `count`."""
    parts = [say(request, done) % {"count": outcome.done}] if outcome.done else []
    if outcome.changed:
        parts.append(say(request, _CHANGED) % {"count": outcome.changed})
    if outcome.failed:
        parts.append(say(request, _FAILED) % {"count": outcome.failed})
    return " ".join(parts)


_CHANGED = _("%(count)s was intussen al veranderd: kijk in de lijst.")
_FAILED = _("%(count)s is niet gelukt, want het is nu erg druk. Probeer het nog eens.")
