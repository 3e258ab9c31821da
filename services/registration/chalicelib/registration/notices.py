"""Which mail an event asks for, decided on the state as it is now (DESIGN §4).

The ledger holds one mail per person and reason, so a repeated or late event sends nothing twice.
"""

from collections.abc import Callable
from datetime import datetime

from chalicelib.registration import library, mails, usecases
from chalicelib.registration.domain import (
    Definition,
    Mailing,
    Registration,
    is_still_for,
    may_leave,
)
from chalicelib.registration.models import Ledger
from chalicelib.registration.repository import Repository
from shared.clock import Clock
from shared.events import Event
from shared.events.registration import MailingAsked, MessageAsked
from shared.mail import Mail, hold_back, send_once, was_sent


def on_registered(repository: Repository, clock: Clock, event: Event) -> None:
    """Confirm a seat or a place on the waiting list."""
    found = _find(repository, event)
    if found is None or found[1].state == "cancelled":
        return
    definition, registration = found
    if not registration.is_confirmed:
        _ask_to_confirm(clock, definition, registration, "confirm")
    else:
        _tell_state(clock, definition, registration)


def on_confirmed(repository: Repository, clock: Clock, event: Event) -> None:
    """Say how things stand to somebody who showed that the address is theirs."""
    found = _find(repository, event)
    if found is not None and found[1].state != "cancelled":
        _tell_state(clock, *found)
        _tell_promotions(clock, *found)  # which went unsaid until now


def on_seated(repository: Repository, clock: Clock, event: Event) -> None:
    """Tell somebody about each seat that they waited for."""
    found = _find(repository, event)
    if found is None:
        return
    _tell_promotions(clock, *found)


def _tell_promotions(clock: Clock, definition: Definition, registration: Registration) -> None:
    for line in registration.lines:
        if line.promoted and line.state == "seated":
            _send(
                clock,
                registration,
                f"seated:{line.id}:{line.number}",
                lambda: mails.promoted(definition, registration, line.id),  # noqa: B023 - called at once
            )


def on_changed(repository: Repository, clock: Clock, event: Event) -> None:
    """Tell somebody how their registration stands after a change."""
    found = _find(repository, event)
    if found is None or found[1].state == "cancelled":
        return
    definition, registration = found
    # A later change has a mail of its own, which tells this change too.
    reason = f"changed:{event.aggregateversion}"
    _send(clock, registration, reason, lambda: mails.changed(definition, registration))


def on_cancelled(repository: Repository, clock: Clock, event: Event) -> None:
    """Confirm that the registration has ended."""
    found = _find(repository, event)
    if found is not None and found[1].state == "cancelled" and not found[1].lapsed:
        definition, registration = found
        _send(clock, registration, "cancelled", lambda: mails.cancelled(definition, registration))


def on_link_requested(repository: Repository, clock: Clock, event: Event) -> None:
    """Mail the manage link again, at most once in ten minutes."""
    _answer_owner(repository, clock, event, "link", mails.link_again)


def on_attempted_again(repository: Repository, clock: Clock, event: Event) -> None:
    """Tell the owner of an address that it was used again, at most once in ten minutes."""
    _answer_owner(repository, clock, event, "again", mails.already_registered)


def on_address_corrected(repository: Repository, clock: Clock, event: Event) -> None:
    """Send the new address what the old one had: how things stand, the link and the ticket."""
    found = _find(repository, event)
    if found is None or found[1].state == "cancelled":
        return
    definition, registration = found
    reason = f"address:{event.aggregateversion}"
    if not registration.is_confirmed:
        _ask_to_confirm(clock, definition, registration, reason)
        return
    _send(clock, registration, reason, lambda: mails.new_address(definition, registration))


def on_mailing_asked(repository: Repository, clock: Clock, event: Event) -> None:
    """Remind, ask whether they still come, or thank; once per day on which the congress is.

    Nothing goes out that has lost its sense: the congress moved or is off, or the seat is gone.
    """
    registration = usecases.registration_for_mail(repository, event.subject)
    if registration is None or not isinstance(event.data, MailingAsked):
        return
    mailing, day = event.data.mailing, event.data.day
    # Read anew: by a definition of half a minute ago a mail for the new day would be lost.
    definition = repository.definitions.refresh(registration.event)
    if definition is None or definition.day != day:
        return
    in_time = may_leave(definition, mailing, clock.now())
    if not in_time or not is_still_for(definition, mailing, registration):
        return
    if mailing == "reconfirm_again" and not was_sent(
        Ledger, person=registration.id, reason=f"reconfirm:{day}"
    ):
        mailing = "reconfirm"  # who waited then, for one, is asked for the first time
    compose = lambda: _COMPOSE[mailing](definition, registration)  # noqa: E731 - named to fit
    _send(clock, registration, f"{mailing}:{day}", compose)


def on_message_asked(repository: Repository, clock: Clock, event: Event) -> None:
    """Send what an organiser wrote, unless the person cancelled meanwhile; once per message."""
    found = _find(repository, event)
    if found is None or not isinstance(event.data, MessageAsked):
        return
    definition, registration = found
    message = repository.messages.get(registration.event, event.data.message_id)
    if message is None or not message.is_still_for(registration):
        return
    compose = lambda: mails.written(definition, registration, message)  # noqa: E731 - named to fit
    _send(clock, registration, f"message:{message.id}", compose)


_COMPOSE: dict[Mailing, Callable[[Definition, Registration], Mail]] = {
    "reminder": mails.reminder,
    "reconfirm": mails.reconfirm,
    "reconfirm_again": mails.reconfirm_again,
    "thanks": lambda definition, mine: mails.thanks(definition, mine, library.of(definition)),
}


def _answer_owner(
    repository: Repository,
    clock: Clock,
    event: Event,
    reason: str,
    compose: Callable[[Definition, Registration], Mail],
) -> None:
    found = _find(repository, event)
    # Nothing is written about what is held back here: whoever asks again then gets their answer.
    if found is not None and found[1].state != "cancelled" and not found[1].has_failing_address:
        definition, registration = found
        moment = _ten_minutes(event.time)
        if not registration.is_confirmed:
            _ask_to_confirm(clock, definition, registration, f"confirm:{moment}")
            return
        _send(clock, registration, f"{reason}:{moment}", lambda: compose(definition, registration))


def _ten_minutes(moment: datetime) -> str:
    # Strangers can ask in somebody's name: their mailbox must not fill up by it.
    return f"{moment:%Y-%m-%dT%H}:{moment.minute // 10}0"


def _tell_state(clock: Clock, definition: Definition, registration: Registration) -> None:
    """Confirm a seat or a place on the waiting list."""
    if registration.congress.state == "waiting":
        _send(clock, registration, "waiting", lambda: mails.waiting(definition, registration))
    elif not registration.congress.promoted:
        compose = lambda: mails.confirmation(definition, registration)  # noqa: E731 - named to fit
        _send(clock, registration, "confirmation", compose)


def _ask_to_confirm(
    clock: Clock, definition: Definition, registration: Registration, reason: str
) -> None:
    """The one mail that goes to an address of which nobody has shown yet that it is theirs."""
    if registration.email and not registration.has_failing_address:
        compose = lambda: mails.confirm(definition, registration)  # noqa: E731 - named to fit
        send_once(Ledger, person=registration.id, reason=reason, compose=compose, clock=clock)


def _find(repository: Repository, event: Event) -> tuple[Definition, Registration] | None:
    registration = usecases.registration_for_mail(repository, event.subject)
    if registration is None:
        return None
    definition = usecases.find_definition(repository, registration.event, drafts=True)
    return definition, registration


def _send(
    clock: Clock, registration: Registration, reason: str, compose: Callable[[], Mail]
) -> None:
    if not registration.gets_mail:
        return
    if registration.has_failing_address:
        hold_back(Ledger, person=registration.id, reason=reason, clock=clock)
        return
    send_once(Ledger, person=registration.id, reason=reason, compose=compose, clock=clock)
