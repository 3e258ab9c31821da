"""Send what an organiser wrote to some of the participants, slice by slice.

A slice's mails, its mark and the event for the next slice are one transaction, so nobody is asked
for twice or forgotten wherever it breaks off.
"""

from collections.abc import Iterator

from chalicelib.registration.domain import Message, Registration, keep_until
from chalicelib.registration.repository import Repository
from chalicelib.registration.repository.messages import AT_ONCE
from chalicelib.registration.usecases.find import find_definition
from chalicelib.registration.usecases.search import list_registrations
from shared.clock import Clock
from shared.errors import Conflict, Invalid
from shared.events import occurred
from shared.events.registration import MessageAsked, MessageDue
from shared.inbox import Once
from shared.texts import later as _
from shared.transactions import Join, Refused

NOBODY = _("Er is niemand die deze mail kan krijgen.")


class SentAlready(Conflict):
    """Something else was sent with the same key."""

    code = "message_sent_already"
    title = _("Deze mail is al verstuurd. Wil je nog iets schrijven? Verstuur het dan opnieuw.")


def recipients(repository: Repository, message: Message) -> Iterator[Registration]:
    """Everybody who would get the message now; a query per bucket of the list."""
    if message.chosen:
        found = iter(_chosen(repository, message))
    elif message.wanted.is_cancelled:
        found = repository.lists.cancelled_in_order(message.event)
    else:
        found = repository.lists.in_order(message.event)
    return (one for one in found if message.is_for(one))


def send_message(repository: Repository, clock: Clock, *, message: Message, note: Join) -> None:
    """Have the message sent. Twice is the same as once.

    Raises NotFound, Invalid when nobody would get it, SentAlready when its id is that of another.
    """
    definition = find_definition(repository, message.event, drafts=True)
    if next(recipients(repository, message), None) is None:
        raise Invalid("nobody_to_mail", NOBODY)
    due = occurred(MessageDue(message_id=message.id, event=message.event, reached=""), clock)
    try:
        repository.messages.send_off(message, due, keep_until(definition), note)
    except Refused as refused:
        known = repository.messages.get(message.event, message.id)
        if known is None or not _is_same(known, message):
            raise SentAlready from refused


def carry_message_on(
    repository: Repository,
    clock: Clock,
    *,
    event: str,
    message_id: str,
    reached: str,
    once: Once,
    at_once: int = AT_ONCE,
) -> None:
    """Ask, once, for the mails of those behind `reached` on the list, and for the next slice."""
    message = repository.messages.get(event, message_id)
    if message is None or once.happened():
        return
    people, cursor = _slice(repository, message, reached, at_once)
    mails = [
        occurred(
            MessageAsked(registration_id=one.id, event=event, message_id=message_id),
            clock,
            version=one.version,
        )
        for one in people
        if message.is_for(one)
    ]
    left = MessageDue(message_id=message_id, event=event, reached=cursor) if cursor else None
    repository.messages.carry(message, mails, occurred(left, clock) if left else None, once)


def _slice(
    repository: Repository, message: Message, reached: str, at_once: int
) -> tuple[list[Registration], str]:
    if message.chosen:
        return _chosen(repository, message), ""
    page = list_registrations(
        repository,
        event=message.event,
        cursor=reached or None,
        limit=at_once,
        wanted=message.wanted,
    )
    return list(page.registrations), page.cursor or ""


def _chosen(repository: Repository, message: Message) -> list[Registration]:
    found = [repository.registrations.get(one) for one in message.chosen]
    return [one for one in found if one]


def _is_same(known: Message, message: Message) -> bool:
    """Whether the same words go to the same people, at whatever moment."""
    return (known.subject, known.body, known.wanted, known.chosen) == (
        message.subject,
        message.body,
        message.wanted,
        message.chosen,
    )
