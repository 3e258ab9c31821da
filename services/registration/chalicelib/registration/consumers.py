"""What the service's other functions do: plain AWS events in, Lambda answers out."""

from functools import cache
from typing import Any

from chalicelib.registration import fragments, notices, usecases
from chalicelib.registration.models import Outbox, Seen
from chalicelib.registration.repository import Repository
from chalicelib.registration.settings import Settings
from shared import erasures
from shared.clock import SystemClock
from shared.events import Data, Event
from shared.events.registration import (
    AttemptedAgain,
    Cancelled,
    Changed,
    DefinitionPartlySpread,
    Erased,
    EventChanged,
    LinkRequested,
    Registered,
    Seated,
)
from shared.inbox import Handler, MailHandler, Once, receive, receive_for_mail
from shared.relay import relay as relay_outbox
from shared.settings import load
from shared.sweeper import resend

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


def sweep() -> dict[str, Any]:
    """Publish what the relay missed, and mend the lines."""
    resent = resend(Outbox, load(Settings).registration_topic_arn, clock)
    usecases.sweep(_repository(), clock)
    return {"resent": resent}


def nightly() -> dict[str, Any]:
    """Remove what may no longer be kept, and make the front page's part anew."""
    erased = usecases.erase_expired(_repository(), clock)
    fragments.publish_fragments(_repository(), clock)
    return {"erased": erased}


def _on_registered(event: Event, once: Once) -> None:
    registration_id = event.subject
    usecases.settle_lines_of(_repository(), clock, registration_id=registration_id)
    usecases.hand_over_profile(_repository(), clock, registration_id=registration_id, once=once)


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


def _spread(data: EventChanged | DefinitionPartlySpread, reached: str, once: Once) -> None:
    usecases.carry_on(
        _repository(), clock, event=data.event, revision=data.revision, reached=reached, once=once
    )


_INBOX: dict[type[Data], Handler] = {
    Registered: _on_registered,
    Seated: _on_seated,
    Changed: _on_seats_freed,
    Cancelled: _on_cancelled,
    AttemptedAgain: _on_seats_freed,
    EventChanged: _on_event_changed,
    DefinitionPartlySpread: _on_partly_spread,
    Erased: _on_erased,
}

_MAIL: dict[type[Data], MailHandler] = {
    Registered: lambda event: notices.on_registered(_repository(), clock, event),
    Seated: lambda event: notices.on_seated(_repository(), clock, event),
    Changed: lambda event: notices.on_changed(_repository(), clock, event),
    Cancelled: lambda event: notices.on_cancelled(_repository(), clock, event),
    LinkRequested: lambda event: notices.on_link_requested(_repository(), clock, event),
    AttemptedAgain: lambda event: notices.on_attempted_again(_repository(), clock, event),
}
