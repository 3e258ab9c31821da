"""Finding members in a snapshot: filters and a word match that ignores accents. No storage."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.directory.domain import Kind, PublicMember
from chalicelib.directory.slugs import fold
from chalicelib.directory.texts import KINDS, THEMES

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """A public member with the text that a search looks through, folded once per snapshot."""

    member: PublicMember
    order: tuple[str, str]
    name_words: str
    all_words: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Every public member at one revision of the guide, by name."""

    revision: int
    entries: tuple[Entry, ...]
    by_slug: dict[str, PublicMember]

    @property
    def members(self) -> list[PublicMember]:
        """All public members, by name."""
        return [entry.member for entry in self.entries]


@dataclass(frozen=True, slots=True)
class Question:
    """What a visitor looks for; empty fields do not narrow."""

    words: str = ""
    kind: Kind | None = None
    place: str = ""


def snapshot_of(members: Sequence[PublicMember], revision: int) -> Snapshot:
    """Order and fold the members once, so that a request only compares strings."""
    entries = sorted((_entry(member) for member in members), key=lambda entry: entry.order)
    by_slug = {entry.member.slug: entry.member for entry in entries}
    return Snapshot(revision, tuple(entries), by_slug)


def find(snapshot: Snapshot, question: Question) -> list[PublicMember]:
    """Members that hold every word of the question somewhere; a hit in the name comes first.

    A word matches inside a longer one, because Dutch writes compounds: 'tuin' finds 'Voedseltuin'.
    """
    words = words_of(question.words)
    place = fold(question.place)
    hits: list[tuple[bool, Entry]] = []
    for entry in snapshot.entries:
        member = entry.member
        if question.kind and member.kind is not question.kind:
            continue
        if place and fold(member.place) != place:
            continue
        if all(word in entry.all_words for word in words):
            hits.append((not all(word in entry.name_words for word in words), entry))
    hits.sort(key=lambda hit: hit[0])
    return [entry.member for _, entry in hits]


def places(snapshot: Snapshot) -> list[str]:
    """The places that occur, once each, for the filter."""
    found = {fold(entry.member.place): entry.member.place for entry in snapshot.entries}
    return [found[key] for key in sorted(found) if key]


def words_of(text: str) -> list[str]:
    """The folded words of a text, at most eight: a longer question only costs time."""
    return _WORD.findall(fold(text))[:8]


def _entry(member: PublicMember) -> Entry:
    name = " ".join(words_of(member.name))
    labels = (KINDS[member.kind], *(THEMES[theme] for theme in member.themes))
    rest = (member.name, member.place, member.district, member.about, *labels)
    return Entry(
        member,
        (fold(member.name), member.slug),
        name,
        " ".join(_WORD.findall(fold(" ".join(rest)))),
    )
