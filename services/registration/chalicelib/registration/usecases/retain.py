"""Remove what may no longer be kept (docs/privacy.md)."""

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
        keep_until_new_date(repository, definition)
        registrations = list(repository.registrations.all(definition.id))
        _erase_answers(repository, registrations)
        for registration in registrations:
            if registration.keep_until > clock.now():
                continue
            late += registration.keep_until < clock.now() - A_NIGHT
            erased += _erase(repository, clock, registration)
    metric("ExpiredYetPresent", late, service="registration")
    log("retention.erased", count=erased, late=late)
    return erased


def keep_until_new_date(repository: Repository, definition: Definition) -> None:
    """Let personal data follow the congress when it moves to another date; harmless to repeat."""
    until = domain.keep_until(definition)
    for registration in repository.registrations.all(definition.id):
        if registration.state == "cancelled":
            continue
        # The answers first: a crash in between must not leave them behind for good.
        repository.answers.keep(registration.id, domain.keep_answers_until(definition))
        if registration.keep_until != until:
            repository.registrations.keep(registration, until)


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


def _erase_answers(repository: Repository, registrations: list[Registration]) -> None:
    ids = [registration.id for registration in registrations]
    for start in range(0, len(ids), ANSWERS_AT_ONCE):
        part = ids[start : start + ANSWERS_AT_ONCE]
        for registration_id in repository.answers.overdue(part):
            repository.answers.erase(registration_id)
