"""Register one person for a congress (docs/adr: seats)."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from chalicelib.registration.domain import Definition, Entry, Receipt
from chalicelib.registration.repository import Repository
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
from shared.errors import Conflict, Invalid, NotFound, TooManyRequests, Unavailable
from shared.events import occurred
from shared.events.registration import AttemptedAgain
from shared.ids import new_id
from shared.limits import Limit, Sending
from shared.proof import PART as PROOF
from shared.transactions import Busy, Refused

WITHOUT_PROOF = Limit("register", most=30, per=timedelta(minutes=10))
"""Registrations without a proof of work from one network address: a civic centre shares one."""


def register(
    repository: Repository,
    clock: Clock,
    *,
    event: str,
    entry: Entry,
    language: str,
    fingerprint: str,
    sending: Sending,
) -> Receipt:
    """Give `entry` the next number, and with it a seat or a place on the waiting list.

    One call per line joined and one transaction; without a proof of work one more, which counts.
    A retry with the same key gets the first answer. An address that has a registration gets an
    answer of the same shape, nothing changes, and its owner gets a mail. Raises NotFound, Conflict
    (not open), Invalid (choice, or key used for something else), TooManyRequests, Unavailable.
    """
    try:
        return _register(
            repository, clock, event, entry, language, fingerprint=fingerprint, sending=sending
        )
    except (Conflict, Invalid, NotFound, TooManyRequests):
        # What was open, or within the limits, when the first answer got lost may not be so now.
        first = first_answer(repository, event, Asked(sending.key, fingerprint))
        if first is None:
            raise
        return first


def _register(
    repository: Repository,
    clock: Clock,
    event: str,
    entry: Entry,
    language: str,
    *,
    fingerprint: str,
    sending: Sending,
) -> Receipt:
    definition: Definition | None = find_definition(repository, event)
    _checked(definition, entry, clock.now())
    asked = Asked(sending.key, fingerprint)
    if repository.guards.is_used(sending.proof):
        first = first_answer(repository, event, asked)
        if first is not None:
            return first
        sending = replace(sending, proof=None)
    _count(repository, sending)
    for _ in range(MOST_TRIES):
        definition = _checked(definition, entry, clock.now())
        entry = with_replies(definition, entry)
        taken = take_numbers(repository, definition, entry, clock.now())
        if taken is None:  # closed, or defined anew since we looked
            definition = repository.definitions.refresh(event)
            continue
        registration = new_registration(repository, clock, definition, entry, taken, language)
        attempt = new_attempt(clock, registration, asked)
        this = Try(registration, taken, attempt, sending.proof)
        try:
            enrol(repository, clock, definition, entry, this)
            repository.guards.remember(sending.proof)
            return receipt_of(registration)
        except Refused as refused:
            if _is_answered(refused):
                return _answer_again(repository, clock, this, refused)
            # A number of ours was buried as a gap (this came more than a minute too late), or the
            # proof was used: then the request is like one without.
            give_back(repository, clock, event, taken)
            if PROOF in refused.parts:
                repository.guards.remember(sending.proof)
                sending = replace(sending, proof=None)
                _count(repository, sending)
        except Busy:
            give_back(repository, clock, event, taken)
            raise
    raise Unavailable


def _count(repository: Repository, sending: Sending) -> None:
    if sending.proof is None:
        repository.guards.spend(WITHOUT_PROOF, sending.visitor)


def _is_answered(refused: Refused) -> bool:
    """Whether the sender has an answer already, or the address a registration."""
    return "attempt" in refused.parts or ("person" in refused.parts and PROOF not in refused.parts)


def _checked(definition: Definition | None, entry: Entry, now: datetime) -> Definition:
    if definition is None or not definition.published:
        raise NotFound("event_not_found", "Dit congres kennen we niet.")
    definition.check_open(now)
    definition.check_audience(entry.audience)
    definition.check_choice(entry.sessions)
    return definition


def _answer_again(repository: Repository, clock: Clock, this: Try, refused: Refused) -> Receipt:
    """The first answer to this request, or an answer that does not tell a known address from a
    new one.
    """
    event, attempt = this.registration.event, this.attempt
    if "attempt" not in refused.parts:
        holder = repository.registrations.holder(event, this.registration.email)
        again = AttemptedAgain(
            # The owner may have cancelled since; then there is nobody to tell.
            registration_id=holder or this.registration.id,
            request_id=new_id(clock),
        )
        try:
            repository.registrations.turn_away(
                event, this.taken, attempt, occurred(again, clock), this.proof
            )
            repository.guards.remember(this.proof)
            return receipt_of(this.registration)
        except Refused:  # the same request, twice at the same time
            pass
    give_back(repository, clock, event, this.taken)
    first = attempt and first_answer(repository, event, Asked(attempt.key, attempt.fingerprint))
    if not first:  # expired between two calls
        raise Unavailable
    return first
