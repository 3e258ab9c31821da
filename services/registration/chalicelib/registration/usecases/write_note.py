"""What organisers write about a registration, for each other."""

import zlib

from chalicelib.registration.domain import Registration
from chalicelib.registration.repository import Repository
from chalicelib.registration.usecases.current import current
from shared.clock import Clock
from shared.errors import Conflict
from shared.texts import later as _
from shared.transactions import Busy, Join, Refused

MOST_TRIES = 10


class NoteChanged(Conflict):
    """Another organiser wrote something else since this one looked."""

    code = "note_changed"
    title = _("Iemand anders heeft de notitie intussen veranderd.")


def note_mark(note: str) -> str:
    """What a form sends along to say which note it showed."""
    return f"{zlib.crc32(note.encode()):08x}"


def write_note(
    repository: Repository,
    clock: Clock,  # noqa: ARG001 - every use case gets it
    *,
    registration_id: str,
    text: str,
    seen: str,
    note: Join,
) -> Registration:
    """Replace the note that was `seen` by `text`; empty is none. Nobody is told.

    Twice is the same as once. Raises Gone, NoteChanged, Busy.
    """
    for _attempt in range(MOST_TRIES):
        before = current(repository, registration_id, None)
        if before.note == text:
            return before
        if note_mark(before.note) != seen:
            raise NoteChanged
        after = before.with_note(text)
        try:
            repository.registrations.save(before, after, None, join=note)
        except Refused:  # changed in the meantime
            continue
        return after
    raise Busy
