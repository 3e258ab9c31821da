"""Remove what may no longer be kept (docs/privacy.md)."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from chalicelib.registration import domain
from chalicelib.registration.domain import Definition, Registration
from chalicelib.registration.repository import Repository
from shared.clock import Clock
from shared.events import occurred
from shared.events.registration import Erased
from shared.observability import log, log_error, metric
from shared.transactions import Refused

A_NIGHT = timedelta(hours=25)  # this job runs every night, so anything older was missed
ANSWERS_AT_ONCE = 100  # DynamoDB's limit for one read


def erase_expired(repository: Repository, clock: Clock) -> int:
    """Erase every registration, and before that its sensitive answers, whose time is over;
    answers how many.

    Reading already hides them. The metric ExpiredYetPresent counts what an earlier night should
    have removed.
    """
    erased = late = 0
    for definition in repository.definitions.all():
        # Once more, for those who changed in the moment that the congress moved.
        for part in _parts(repository.registrations.all(definition.id)):
            keep_until_new_date(repository, definition, part)
        registrations = list(repository.registrations.all(definition.id))
        for part in _parts(registrations):
            _erase_answers(repository, part)
        for registration in registrations:
            if registration.keep_until > clock.now():
                continue
            late += registration.keep_until < clock.now() - A_NIGHT
            erased += _erase(repository, clock, registration)
    metric("ExpiredYetPresent", late, service="registration")
    log("retention.erased", count=erased, late=late)
    return erased


def keep_until_new_date(
    repository: Repository, definition: Definition, registrations: Sequence[Registration]
) -> None:
    """Let personal data of up to 100 people follow the congress when it moves to another date;
    harmless to repeat.
    """
    until = domain.keep_until(definition)
    active = [one for one in registrations if one.state != "cancelled"]
    # The answers first: a crash in between must not leave them behind for good.
    repository.answers.keep((one.id for one in active), domain.keep_answers_until(definition))
    for registration in active:
        if registration.keep_until != until:
            repository.registrations.keep(registration, until)


def _parts(registrations: Iterable[Registration]) -> Iterator[list[Registration]]:
    left = iter(registrations)
    while part := list(itertools.islice(left, ANSWERS_AT_ONCE)):
        yield part


def _erase(repository: Repository, clock: Clock, registration: Registration) -> bool:
    happened = Erased(registration_id=registration.id)
    version = registration.version + 1
    try:
        repository.registrations.erase(registration, occurred(happened, clock, version=version))
    except Refused:  # changed since the list was read: the next night decides
        return False
    except Exception as error:  # noqa: BLE001 - one that fails must not keep the others
        log_error("retention.failed", error, registration_id=registration.id)
        return False
    return True


def _erase_answers(repository: Repository, registrations: Sequence[Registration]) -> None:
    for registration_id in repository.answers.overdue(one.id for one in registrations):
        repository.answers.erase(registration_id)
