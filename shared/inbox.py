"""The inbox: each event has its effect once, however often and in whatever order it arrives."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any, TypeVar

from shared.clock import Clock
from shared.events import Data, Event, MalformedEvent, decode
from shared.observability import correlated, log, log_error
from shared.table import Record
from shared.transactions import Refused, Transaction

# SQS keeps a message 14 days; one that is redriven or replayed starts anew and must be known.
REMEMBERED = timedelta(days=35)
SEEN = "seen"


class SeenItem(Record):
    """The mark that a consumer has handled an event. A service binds it with a `Meta`."""


class Once:
    """Joins an effect's transaction, so that effect and mark are written together."""

    def __init__(self, model: type[SeenItem], consumer: str, message_id: str, clock: Clock) -> None:
        self._model = model
        self._key = f"SEEN#{consumer}#{message_id}"
        self._expires_at = clock.now() + REMEMBERED

    def join(self, transaction: Transaction) -> None:
        """Add the mark; `commit` is then refused with the part "seen" the second time."""
        mark = self._model(self._key, "SEEN", expires_at=self._expires_at)
        transaction.insert(mark, name=SEEN)

    def happened(self) -> bool:
        """Whether the effect has been written already."""
        return next(iter(self._model.query(self._key, consistent_read=True)), None) is not None


Handler = Callable[[Event, Once], None]
MailHandler = Callable[[Event], None]
H = TypeVar("H")


def receive(
    batch: dict[str, Any],
    handlers: Mapping[type[Data], Handler],
    *,
    seen: type[SeenItem],
    consumer: str,
    clock: Clock,
    afterwards: Callable[[], None] | None = None,
) -> dict[str, Any]:
    """Handle an SQS batch, each message apart; answers which ones must come again.

    A message that is malformed, unknown or keeps failing ends in the dead-letter queue.
    `afterwards` shows what became of everything, once per batch in which anything was handled:
    per message it would be most of the work in a burst. If it fails, the whole batch comes again.
    """

    def handle(event: Event) -> None:
        try:
            _handler_of(event, handlers)(event, Once(seen, consumer, event.id, clock))
        except Refused as refused:
            if SEEN not in refused.parts:
                raise
            log("inbox.duplicate", type=event.type, id=event.id)

    answer = each_message(batch, handle)
    some_handled = len(answer["batchItemFailures"]) < len(batch["Records"])
    if afterwards and some_handled and not _is_done(afterwards):
        return _failed(record["messageId"] for record in batch["Records"])
    return answer


def receive_for_mail(
    batch: dict[str, Any], handlers: Mapping[type[Data], MailHandler]
) -> dict[str, Any]:
    """The same for consumers whose guard is the mail ledger instead of a mark per event."""
    return each_message(batch, lambda event: _handler_of(event, handlers)(event))


def each_message(batch: dict[str, Any], handle: Callable[[Event], None]) -> dict[str, Any]:
    """Call `handle` per message; one that fails is answered as failed and stops no other."""
    taken = {record["messageId"]: _is_handled(record, handle) for record in batch["Records"]}
    return _failed(identifier for identifier, done in taken.items() if not done)


def each_body(batch: dict[str, Any], handle: Callable[[str], None]) -> dict[str, Any]:
    """The same for messages that are no events of ours."""
    return _failed(
        record["messageId"] for record in batch["Records"] if not _is_body_handled(record, handle)
    )


def _is_body_handled(record: dict[str, Any], handle: Callable[[str], None]) -> bool:
    try:
        handle(record["body"])
    except Exception as error:  # noqa: BLE001 - a message must not stop its batch
        log_error("inbox.failed", error, message_id=record["messageId"])
        return False
    return True


def _failed(identifiers: Iterable[str]) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": one} for one in identifiers]}


def _is_done(afterwards: Callable[[], None]) -> bool:
    try:
        afterwards()
    except Exception as error:  # noqa: BLE001 - the messages come again instead
        log_error("inbox.failed_afterwards", error)
        return False
    return True


def _is_handled(record: dict[str, Any], handle: Callable[[Event], None]) -> bool:
    cause = None  # the failure is logged under the request that caused it, once that is known
    try:
        event = decode(record["body"])
        cause = event.correlationid
        with correlated(cause):
            handle(event)
    except Exception as error:  # noqa: BLE001 - a message must not stop its batch
        with correlated(cause):
            log_error("inbox.failed", error, message_id=record["messageId"])
        return False
    return True


def _handler_of(event: Event, handlers: Mapping[type[Data], H]) -> H:
    try:
        return handlers[type(event.data)]
    except KeyError:
        raise MalformedEvent("an event that this consumer does not handle") from None
