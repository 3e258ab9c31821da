"""The public library, answered from one snapshot that is kept for a few seconds."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from chalicelib.documents.domain import Category, Document, State, matches, search_words
from chalicelib.documents.repository import PUBLISHED, Repository
from shared.clock import Clock
from shared.errors import NotFound

FRESH = timedelta(seconds=5)  # how old the list may be that a visitor sees
PAGE_SIZE = 20


class Found(Struct, frozen=True):
    """One page of the library. `after` names the last document when there are more."""

    documents: Sequence[Document]
    total: int
    counts: Mapping[Category, int]  # of everything published, per category
    after: str | None


class _Snapshot(Struct, frozen=True):
    taken_at: datetime
    entries: Sequence[tuple[Document, frozenset[str]]]
    counts: Mapping[Category, int]


class Catalogue:
    """All published documents, read with one query and searched in memory."""

    def __init__(self, repository: Repository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock
        self._snapshot: _Snapshot | None = None

    def search(
        self, *, text: str = "", category: Category | None = None, after: str | None = None
    ) -> Found:
        """Published documents, newest first, that hold every word of `text`."""
        snapshot = self._current()
        wanted = search_words(text)
        found = [
            document
            for document, words in snapshot.entries
            if (category is None or document.category is category) and matches(words, wanted)
        ]
        start = next((n + 1 for n, each in enumerate(found) if each.id == after), 0)
        page = found[start : start + PAGE_SIZE]
        more = len(found) > start + PAGE_SIZE
        return Found(page, len(found), snapshot.counts, page[-1].id if more else None)

    def newest(self, number: int) -> Sequence[Document]:
        """The `number` documents published last."""
        return [document for document, _ in self._current().entries[:number]]

    def forget(self) -> None:
        """Read anew at the next question; whoever publishes wants to see it at once."""
        self._snapshot = None

    def _current(self) -> _Snapshot:
        now = self._clock.now()
        if self._snapshot is None or now - self._snapshot.taken_at > FRESH:
            self._snapshot = _take(self._repository.listed(PUBLISHED, now), now)
        return self._snapshot


def find_published(repository: Repository, clock: Clock, document_id: str) -> Document:
    """A document that stands in the library. Raises NotFound."""
    document = repository.document(document_id, clock.now())
    if document is None or document.state is not State.PUBLISHED:
        raise NotFound
    return document


def _take(documents: Sequence[Document], now: datetime) -> _Snapshot:
    entries = [(each, search_words(f"{each.title} {each.description}")) for each in documents]
    return _Snapshot(now, entries, Counter(each.category for each in documents))
