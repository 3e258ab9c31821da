"""What everybody needs who gets a registration: numbers, a record, and an answer for retries."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.registration import domain, question_rules
from chalicelib.registration.domain import Definition, Entry, Receipt, Registration
from chalicelib.registration.repository import ATTEMPT_KEPT, Attempt, Enrolment, Repository
from chalicelib.registration.seats import Taken
from chalicelib.registration.usecases.promote import line_of, settle
from shared.clock import Clock
from shared.errors import Invalid
from shared.events import occurred
from shared.events.registration import Registered
from shared.ids import new_id
from shared.transactions import Join

MOST_TRIES = 4


class Asked(Struct, frozen=True):
    """A request as its sender knows it: its idempotency key, if any, and a hash of what it says."""

    key: str | None
    fingerprint: str


class Try(Struct, frozen=True):
    """What one try brings: numbers, and who would get them."""

    registration: Registration
    taken: Sequence[Taken]
    attempt: Attempt | None
    proof: str | None = None


def with_replies(definition: Definition, entry: Entry) -> Entry:
    """`entry` with the replies that count: the questions may have changed since it was read."""
    given = {one.question: one.values for one in entry.answers.replies}
    replies = question_rules.checked(definition.questions, entry.audience, given)
    return replace(entry, answers=replace(entry.answers, replies=replies))


def take_numbers(
    repository: Repository,
    definition: Definition,
    entry: Entry,
    now: datetime,
    *,
    late: bool = False,
) -> list[Taken] | None:
    """Numbers for the congress, one for each line up to the first with a seat; with a seat there
    one for each chosen session. None where the congress is closed or was defined anew.

    `late`: for somebody whom an organiser enters, who may be after the closing time.
    """

    def take(line: str) -> Taken | None:
        if late:
            return repository.pools.take_for_promoted(definition, line)
        return repository.pools.take(definition, line, now)

    taken: list[Taken] = []
    for line in definition.lines_for(entry.audience, now):
        one = take(line)
        if one is None:
            repository.numbers.bury(definition.id, taken)
            return None
        taken.append(one)
        if one.seated:
            break
    for session in entry.sessions if taken[-1].seated else ():
        one = take(session)
        if one is None:
            repository.numbers.bury(definition.id, taken)
            return None
        taken.append(one)
    return taken


def new_registration(
    repository: Repository,
    clock: Clock,
    definition: Definition,
    entry: Entry,
    taken: Sequence[Taken],
    language: str,
    *,
    assisted: bool = False,
) -> Registration:
    """Who `entry` is about, with the numbers that count for them."""
    congress = [one for one in taken if domain.is_congress(one.line)]
    seated = congress[-1].seated
    # With a seat in one line for the congress they need not wait in another.
    passed = congress[:-1] if seated else []
    id_ = new_id(clock)
    return Registration(
        id=id_,
        event=definition.id,
        state="seated" if seated else "waiting",
        version=1,
        link_version=1,
        language=language,
        name=entry.name,
        email=entry.email,
        # Who has no address is known under their own id.
        person=repository.registrations.person(definition.id, entry.email or id_),
        audience=entry.audience,
        organisation=entry.organisation,
        phone=entry.phone,
        consent=entry.consent,
        profile=entry.profile,
        registered_at=clock.now(),
        lines=tuple(line_of(one) for one in taken if one not in passed),
        wishes=() if seated else entry.sessions,
        keep_until=domain.keep_until(definition),
        assisted=assisted,
        confirm_by=None if assisted else _confirm_by(definition, clock.now()),
    )


def _confirm_by(definition: Definition, now: datetime) -> datetime | None:
    hours = definition.confirm_within
    return now + timedelta(hours=hours) if hours else None


def new_attempt(clock: Clock, registration: Registration, asked: Asked) -> Attempt | None:
    """What the first answer is kept as for whoever asks again; None without a key."""
    if asked.key is None:
        return None
    kept_until = clock.now() + ATTEMPT_KEPT
    return Attempt(asked.key, asked.fingerprint, receipt_of(registration), kept_until)


def enrol(
    repository: Repository,
    clock: Clock,
    definition: Definition,
    entry: Entry,
    this: Try,
    note: Join | None = None,
) -> None:
    """Write the registration, its numbers and what follows from it. Raises Refused, Busy."""
    registration = this.registration
    happened = Registered(
        registration_id=registration.id,
        event=registration.event,
        state=registration.congress.state,
    )
    repository.registrations.enrol(
        Enrolment(
            registration=registration,
            passed=[one for one in this.taken if not registration.has_line(one.line)],
            answers=entry.answers,
            ends_at=definition.ends_at,
            attempt=this.attempt,
            proof=this.proof,
            note=note,
        ),
        occurred(happened, clock),
    )


def receipt_of(registration: Registration) -> Receipt:
    """What the person is told at once."""
    return Receipt(
        registration_id=registration.id,
        event=registration.event,
        number=registration.congress.number,
        state=registration.congress.state,
        lines=registration.lines,
    )


def first_answer(repository: Repository, event: str, asked: Asked) -> Receipt | None:
    """What the request with this key was told. Raises Invalid where it asked for something else."""
    first = repository.registrations.attempt(event, asked.key) if asked.key else None
    if first is None:
        return None
    if first[0] != asked.fingerprint:
        raise Invalid("idempotency_mismatch", "Dit verzoek is al gebruikt voor iets anders.")
    return first[1]


def give_back(repository: Repository, clock: Clock, event: str, taken: Sequence[Taken]) -> None:
    """Kill numbers that nobody gets, and let those who wait move up."""
    repository.numbers.bury(event, taken)
    for one in taken:
        settle(repository, clock, event=event, pool=one.line)
