"""Remove what may no longer be kept (docs/privacy.md)."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from chalicelib.registration import domain
from chalicelib.registration.domain import Definition, Registration
from chalicelib.registration.repository import Repository
from shared.clock import Clock
from shared.events import occurred
from shared.events.registration import Erased
from shared.observability import log, log_error
from shared.retention import tell_overdue
from shared.transactions import Refused

ANSWERS_AT_ONCE = 100  # DynamoDB's limit for one read


def erase_expired(repository: Repository, clock: Clock) -> int:
    """Erase every registration, and before that its sensitive answers, whose time is over;
    answers how many.

    Reading already hides them.
    """
    erased = 0
    due: list[datetime] = []
    for definition in repository.definitions.all():
        # Once more, for those who changed in the moment that the congress moved.
        for part in _parts(repository.lists.all(definition.id)):
            keep_until_new_date(repository, definition, part)
        registrations = list(repository.lists.all(definition.id))
        for part in _parts(registrations):
            due += _erase_answers(repository, part)
        for registration in registrations:
            if registration.keep_until > clock.now():
                continue
            due.append(registration.keep_until)
            erased += _erase(repository, clock, registration)
    tell_overdue("registration", due, clock)
    log("retention.erased", count=erased)
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
    repository.answers.keep((one.id for one in active), definition)
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


def _erase_answers(
    repository: Repository, registrations: Sequence[Registration]
) -> Iterable[datetime]:
    due = repository.answers.due(one.id for one in registrations)
    repository.answers.erase_due(due)
    return due.values()
