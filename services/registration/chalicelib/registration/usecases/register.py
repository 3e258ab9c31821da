"""Register one person for a congress (docs/adr: seats)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from chalicelib.registration import domain
from chalicelib.registration.domain import CONGRESS, Definition, Entry, Receipt, Registration
from chalicelib.registration.repository import ATTEMPT_KEPT, Attempt, Repository
from chalicelib.registration.seats import Taken
from chalicelib.registration.usecases.find import find_definition
from chalicelib.registration.usecases.promote import line_of, settle
from shared.clock import Clock
from shared.errors import Conflict, Invalid, NotFound, TooManyRequests, Unavailable
from shared.events import occurred
from shared.events.registration import AttemptedAgain, Registered
from shared.ids import new_id
from shared.limits import Limit, Sending
from shared.proof import PART as PROOF
from shared.transactions import Busy, Refused

MOST_TRIES = 4
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
        first = _first_answer(repository, event, sending.key, fingerprint)
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
    if repository.guards.is_used(sending.proof):
        first = _first_answer(repository, event, sending.key, fingerprint)
        if first is not None:
            return first
        sending = replace(sending, proof=None)
    _count(repository, sending)
    for _ in range(MOST_TRIES):
        definition = _checked(definition, entry, clock.now())
        taken = _take(repository, definition, entry, clock.now())
        if taken is None:  # closed, or defined anew since we looked
            definition = repository.definitions.refresh(event)
            continue
        registration = _registration(repository, clock, definition, entry, taken, language)
        attempt = _attempt(clock, registration, sending.key, fingerprint)
        try:
            _enrol(repository, clock, definition, entry, registration, attempt, sending.proof)
            return receipt_of(registration)
        except Refused as refused:
            if _is_answered(refused):
                return _answer_again(
                    repository, clock, registration, taken, attempt, refused, sending.proof
                )
            # A number of ours was buried as a gap (this came more than a minute too late), or the
            # proof was used: then the request is like one without.
            _give_back(repository, clock, event, taken)
            if PROOF in refused.parts:
                repository.guards.remember(sending.proof)
                sending = replace(sending, proof=None)
                _count(repository, sending)
        except Busy:
            _give_back(repository, clock, event, taken)
            raise
    raise Unavailable


def receipt_of(registration: Registration) -> Receipt:
    """What the person is told at once."""
    return Receipt(
        registration_id=registration.id,
        event=registration.event,
        number=registration.congress.number,
        state=registration.congress.state,
        lines=registration.lines,
    )


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


def _take(
    repository: Repository, definition: Definition, entry: Entry, now: datetime
) -> list[Taken] | None:
    """A number for the congress, and with a seat there one for each chosen session."""
    congress = repository.pools.take(definition, CONGRESS, now)
    if congress is None:
        return None
    taken = [congress]
    for session in entry.sessions if congress.seated else ():
        one = repository.pools.take(definition, session, now)
        if one is None:
            repository.numbers.bury(definition.id, taken)
            return None
        taken.append(one)
    return taken


def _registration(
    repository: Repository,
    clock: Clock,
    definition: Definition,
    entry: Entry,
    taken: Sequence[Taken],
    language: str,
) -> Registration:
    seated = taken[0].seated
    return Registration(
        id=new_id(clock),
        event=definition.id,
        state="seated" if seated else "waiting",
        version=1,
        link_version=1,
        language=language,
        name=entry.name,
        email=entry.email,
        person=repository.registrations.person(definition.id, entry.email),
        audience=entry.audience,
        organisation=entry.organisation,
        phone=entry.phone,
        consent=entry.consent,
        profile=entry.profile,
        registered_at=clock.now(),
        lines=tuple(line_of(one) for one in taken),
        wishes=() if seated else entry.sessions,
        keep_until=domain.keep_until(definition),
    )


def _attempt(
    clock: Clock, registration: Registration, key: str | None, fingerprint: str
) -> Attempt | None:
    if key is None:
        return None
    return Attempt(key, fingerprint, receipt_of(registration), clock.now() + ATTEMPT_KEPT)


def _enrol(
    repository: Repository,
    clock: Clock,
    definition: Definition,
    entry: Entry,
    registration: Registration,
    attempt: Attempt | None,
    proof: str | None,
) -> None:
    happened = Registered(
        registration_id=registration.id,
        event=registration.event,
        state=registration.congress.state,
    )
    repository.registrations.enrol(
        registration,
        entry.answers,
        domain.keep_answers_until(definition),
        attempt,
        occurred(happened, clock),
        proof,
    )
    repository.guards.remember(proof)


def _answer_again(
    repository: Repository,
    clock: Clock,
    registration: Registration,
    taken: Sequence[Taken],
    attempt: Attempt | None,
    refused: Refused,
    proof: str | None,
) -> Receipt:
    """The first answer to this request, or an answer that does not tell a known address from a
    new one.
    """
    if "attempt" not in refused.parts:
        holder = repository.registrations.holder(registration.event, registration.email)
        again = AttemptedAgain(
            # The owner may have cancelled since; then there is nobody to tell.
            registration_id=holder or registration.id,
            request_id=new_id(clock),
        )
        try:
            repository.registrations.turn_away(
                registration.event, taken, attempt, occurred(again, clock), proof
            )
            repository.guards.remember(proof)
            return receipt_of(registration)
        except Refused:  # the same request, twice at the same time
            pass
    _give_back(repository, clock, registration.event, taken)
    first = attempt and _first_answer(
        repository, registration.event, attempt.key, attempt.fingerprint
    )
    if not first:  # expired between two calls
        raise Unavailable
    return first


def _first_answer(
    repository: Repository, event: str, key: str | None, fingerprint: str
) -> Receipt | None:
    first = repository.registrations.attempt(event, key) if key else None
    if first is None:
        return None
    if first[0] != fingerprint:
        raise Invalid("idempotency_mismatch", "Dit verzoek is al gebruikt voor iets anders.")
    return first[1]


def _give_back(repository: Repository, clock: Clock, event: str, taken: Sequence[Taken]) -> None:
    """Kill numbers that nobody gets, and let those who wait move up."""
    repository.numbers.bury(event, taken)
    for one in taken:
        settle(repository, clock, event=event, pool=one.line)
