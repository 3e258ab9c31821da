"""What the service's other functions do: plain AWS events in, Lambda answers out."""

from functools import cache
from typing import Any

from chalicelib.registration import feedback as ses
from chalicelib.registration import fragments, notices, usecases
from chalicelib.registration.mail_kinds import KINDS
from chalicelib.registration.mail_samples import sample
from chalicelib.registration.models import Ledger, Outbox, Seen
from chalicelib.registration.repository import Repository
from chalicelib.registration.settings import Settings
from shared import erasures, runs
from shared.clock import SystemClock
from shared.events import Data, Event
from shared.events.registration import (
    AddressCleared,
    AddressCorrected,
    AddressFailed,
    AttemptedAgain,
    Cancelled,
    Changed,
    Confirmed,
    DefinitionPartlySpread,
    Erased,
    EventChanged,
    LinkRequested,
    MailingAsked,
    MessageAsked,
    MessageDue,
    Registered,
    RegistrationTestMailAsked,
    Seated,
)
from shared.inbox import (
    SEEN,
    Handler,
    MailHandler,
    Once,
    each_body,
    receive,
    receive_for_mail,
)
from shared.observability import log
from shared.relay import relay as relay_outbox
from shared.sample_mail import send_sample
from shared.settings import load
from shared.sweeper import resend
from shared.transactions import Refused

clock = SystemClock()


@cache
def _repository() -> Repository:
    return Repository(clock)


def relay(event: dict[str, Any]) -> dict[str, Any]:
    """Publish the outbox items that the table's stream shows."""
    return relay_outbox(event, Outbox, load(Settings).registration_topic_arn)


def inbox(event: dict[str, Any]) -> dict[str, Any]:
    """Move the lines on, hand profiles over and keep the front page's part true."""
    return receive(
        event,
        _INBOX,
        seen=Seen,
        consumer="registration",
        clock=clock,
        afterwards=lambda: fragments.publish_fragments(_repository(), clock),
    )


def mail(event: dict[str, Any]) -> dict[str, Any]:
    """Send the mails that our own events ask for."""
    return receive_for_mail(event, _MAIL)


def feedback(event: dict[str, Any]) -> dict[str, Any]:
    """Note whose address SES says does not work."""
    return each_body(event, _on_feedback)


def sweep() -> dict[str, Any]:
    """Publish what the relay missed, mend the lines, and send the mails whose moment has come."""
    with runs.noted("registration.sweep", clock, often=True) as found:
        found.update(resend(Outbox, load(Settings).registration_topic_arn, clock))
        usecases.sweep(_repository(), clock)
        usecases.send_mailings(_repository(), clock)
    return found


def nightly() -> dict[str, Any]:
    """Remove what may no longer be kept, and make the front page's part anew."""
    with runs.noted("registration.nightly", clock) as found:
        found["removed"] = usecases.erase_expired(_repository(), clock)
        fragments.publish_fragments(_repository(), clock)
    return found


def _on_feedback(body: str) -> None:
    told = ses.read(body)
    if told is None:
        return
    try:
        usecases.note_failed_address(
            _repository(),
            clock,
            registration_id=told.registration_id,
            cause=told.cause,
            sent_at=told.sent_at,
            once=Once(Seen, "feedback", told.id, clock),
        )
    except Refused as refused:
        if SEEN not in refused.parts:
            raise
        log("feedback.duplicate")


def _on_address(_event: Event, _once: Once) -> None:
    """The desk counts the addresses that fail; it is made anew after each batch."""


def _on_registered(event: Event, once: Once) -> None:
    registration_id = event.subject
    usecases.settle_lines_of(_repository(), clock, registration_id=registration_id)
    usecases.hand_over_profile(_repository(), clock, registration_id=registration_id, once=once)


def _on_confirmed(event: Event, once: Once) -> None:
    usecases.hand_over_profile(
        _repository(), clock, registration_id=event.subject, once=once, on_confirming=True
    )


def _on_seated(event: Event, _once: Once) -> None:
    usecases.settle_lines_of(_repository(), clock, registration_id=event.subject)


def _on_seats_freed(event: Event, _once: Once) -> None:
    # Cancelled or changed, or a second attempt whose numbers died: the lines may move on.
    usecases.settle_event_of(_repository(), clock, registration_id=event.subject)


def _on_cancelled(event: Event, once: Once) -> None:
    erasures.note("answers", event.subject)
    _on_seats_freed(event, once)


def _on_erased(event: Event, _once: Once) -> None:
    erasures.note("registration", event.subject)


def _on_event_changed(event: Event, once: Once) -> None:
    if isinstance(event.data, EventChanged):
        _spread(event.data, "", once)


def _on_partly_spread(event: Event, once: Once) -> None:
    if isinstance(event.data, DefinitionPartlySpread):
        _spread(event.data, event.data.reached, once)


def _on_message_due(event: Event, once: Once) -> None:
    if isinstance(event.data, MessageDue):
        usecases.carry_message_on(
            _repository(),
            clock,
            event=event.data.event,
            message_id=event.data.message_id,
            reached=event.data.reached,
            once=once,
        )


def _spread(data: EventChanged | DefinitionPartlySpread, reached: str, once: Once) -> None:
    usecases.carry_on(
        _repository(), clock, event=data.event, revision=data.revision, reached=reached, once=once
    )


_INBOX: dict[type[Data], Handler] = {
    Registered: _on_registered,
    Seated: _on_seated,
    Changed: _on_seats_freed,
    Confirmed: _on_confirmed,
    Cancelled: _on_cancelled,
    AttemptedAgain: _on_seats_freed,
    EventChanged: _on_event_changed,
    DefinitionPartlySpread: _on_partly_spread,
    MessageDue: _on_message_due,
    Erased: _on_erased,
    AddressFailed: _on_address,
    AddressCleared: _on_address,
    AddressCorrected: _on_address,
}

_MAIL: dict[type[Data], MailHandler] = {
    Registered: lambda event: notices.on_registered(_repository(), clock, event),
    Seated: lambda event: notices.on_seated(_repository(), clock, event),
    Changed: lambda event: notices.on_changed(_repository(), clock, event),
    Confirmed: lambda event: notices.on_confirmed(_repository(), clock, event),
    Cancelled: lambda event: notices.on_cancelled(_repository(), clock, event),
    LinkRequested: lambda event: notices.on_link_requested(_repository(), clock, event),
    AttemptedAgain: lambda event: notices.on_attempted_again(_repository(), clock, event),
    AddressCorrected: lambda event: notices.on_address_corrected(_repository(), clock, event),
    MailingAsked: lambda event: notices.on_mailing_asked(_repository(), clock, event),
    MessageAsked: lambda event: notices.on_message_asked(_repository(), clock, event),
    RegistrationTestMailAsked: lambda event: send_sample(
        event, "registration", KINDS, sample, ledger=Ledger, clock=clock
    ),
}
