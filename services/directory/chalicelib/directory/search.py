"""Finding members in a snapshot: filters and a word match that ignores accents. No storage."""

from collections.abc import Sequence

from msgspec import Struct

from chalicelib.directory.domain import Kind, PublicMember
from chalicelib.directory.texts import KINDS, THEMES
from shared.words import asked_words, fold, words_of


class Entry(Struct, frozen=True):
    """A public member with the text that a search looks through, folded once per snapshot."""

    member: PublicMember
    order: tuple[str, str]
    name_words: str
    all_words: str


class Snapshot(Struct, frozen=True):
    """Every public member at one revision of the guide, by name."""

    revision: int
    entries: tuple[Entry, ...]
    by_slug: dict[str, PublicMember]

    @property
    def members(self) -> list[PublicMember]:
        """All public members, by name."""
        return [entry.member for entry in self.entries]


class Question(Struct, frozen=True):
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
    words = asked_words(question.words)
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


def _entry(member: PublicMember) -> Entry:
    name = " ".join(words_of(member.name))
    labels = (KINDS[member.kind], *(THEMES[theme] for theme in member.themes))
    rest = (member.name, member.place, member.district, member.about, *labels)
    return Entry(
        member,
        (fold(member.name), member.slug),
        name,
        " ".join(words_of(" ".join(rest))),
    )
