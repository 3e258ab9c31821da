"""What organisers wrote to participants, and how far it has come."""

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec
from pynamodb.expressions.update import Action

from chalicelib.registration.domain import Message, SentMessage
from chalicelib.registration.models import MessageItem, Outbox
from chalicelib.registration.repository.records import BACKSTOP, find
from shared import outbox
from shared.events import Event
from shared.inbox import Once
from shared.transactions import Join, Transaction

AT_ONCE = 90  # mails asked for in one transaction, which takes 100 parts


class Messages:
    """Reads messages, sends them off and moves them on."""

    def get(self, event: str, message_id: str) -> Message | None:
        """The message, strongly read."""
        item = find(MessageItem, *_key(event, message_id))
        return _message(item) if item else None

    def newest(self, event: str, most: int) -> Iterator[SentMessage]:
        """Up to `most` messages to the participants of `event`, the last one first."""
        partition, _ = _key(event, "")
        for item in MessageItem.query(partition, scan_index_forward=False, limit=most):
            yield SentMessage(_message(item), int(item.asked), bool(item.is_done))

    def send_off(self, message: Message, due: Event, keep_until: datetime, note: Join) -> None:
        """Write the message with the event that has it carried on.

        Raises Refused with the part "message" when it was sent off before.
        """
        item = MessageItem(
            *_key(message.event, message.id),
            message=msgspec.json.encode(message).decode(),
            expires_at=keep_until + BACKSTOP,
        )
        transaction = Transaction()
        transaction.insert(item, name="message")
        transaction.insert(outbox.message(Outbox, due), name="outbox")
        note(transaction)
        transaction.commit()

    def carry(
        self, message: Message, mails: Iterable[Event], following: Event | None, once: Once
    ) -> None:
        """Ask for these mails (AT_ONCE at most) and for what is `following`, together.

        Raises Refused with the part "seen" when this slice was carried before.
        """
        events = list(mails)
        actions: list[Action] = [MessageItem.asked.add(len(events))]
        if following is None:
            actions.append(MessageItem.is_done.set(True))
        transaction = Transaction()
        transaction.update(MessageItem(*_key(message.event, message.id)), actions, name="message")
        for event in [*events, following] if following else events:
            transaction.insert(outbox.message(Outbox, event), name="outbox")
        once.join(transaction)
        transaction.commit()


def _message(item: MessageItem) -> Message:
    return msgspec.json.decode(item.message, type=Message)


def _key(event: str, message_id: str) -> tuple[str, str]:
    return f"MESSAGE#{event}", message_id
