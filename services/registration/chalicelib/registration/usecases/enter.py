"""Register somebody for them: who phones, or has no e-mail address."""

from collections.abc import Callable

from chalicelib.registration.domain import Definition, Entry, Receipt, Registration
from chalicelib.registration.repository import Repository
from chalicelib.registration.usecases.correct_address import AddressTaken
from chalicelib.registration.usecases.find import find_definition
from chalicelib.registration.usecases.joining import (
    MOST_TRIES,
    Asked,
    Try,
    enrol,
    first_answer,
    give_back,
    new_attempt,
    new_registration,
    receipt_of,
    take_numbers,
    with_replies,
)
from shared.clock import Clock
from shared.errors import Conflict, Unavailable
from shared.transactions import Busy, Join, Refused


def enter(
    repository: Repository,
    clock: Clock,
    *,
    event: str,
    entry: Entry,
    language: str,
    asked: Asked,
    note: Callable[[Registration], Join],
) -> Receipt:
    """Give `entry` the next number, as registering does, also before and after the congress is
    open for registration, until it is over.

    A retry with the same key gets the first answer. `note` makes what joins the audit log,
    of the new registration. Raises NotFound, Conflict (a draft, or over), AddressTaken, Invalid,
    Unavailable.
    """
    first = first_answer(repository, event, asked)
    if first is not None:
        return first
    definition = find_definition(repository, event, drafts=True)
    for _ in range(MOST_TRIES):
        _check(repository, clock, definition, entry)
        entry = with_replies(definition, entry)
        taken = take_numbers(repository, definition, entry, clock.now(), late=True)
        if taken is None:  # defined anew since we looked
            repository.definitions.refresh(event)
            definition = find_definition(repository, event, drafts=True)
            continue
        made = new_registration(
            repository, clock, definition, entry, taken, language, assisted=True
        )
        this = Try(made, taken, new_attempt(clock, made, asked))
        try:
            enrol(repository, clock, definition, entry, this, note(made))
        except (Refused, Busy) as error:
            give_back(repository, clock, event, taken)
            if isinstance(error, Busy):
                raise
            if first := first_answer(repository, event, asked):
                return first
            if "person" in error.parts:
                raise AddressTaken from error
        else:
            return receipt_of(made)
    raise Unavailable


def _check(repository: Repository, clock: Clock, definition: Definition, entry: Entry) -> None:
    if not definition.published:
        raise Conflict("event_is_draft", "Zet het congres eerst online.")
    if clock.now() >= definition.ends_at:
        raise Conflict("event_over", "Het congres is voorbij.")
    definition.check_audience(entry.audience)
    definition.check_choice(entry.sessions)
    # Most who are known are found before a number is taken for them, which then dies.
    if entry.email and repository.registrations.holder(definition.id, entry.email):
        raise AddressTaken
