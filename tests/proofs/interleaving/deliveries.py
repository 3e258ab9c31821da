"""What a queue does: it delivers an event, and again until it was handled."""

from collections.abc import Callable
from dataclasses import dataclass, field

from shared.clock import Clock
from shared.events import Data, Event, encode, occurred
from shared.inbox import Once, SeenItem, receive

Handler = Callable[[Event, Once], None]


@dataclass
class Queue:
    """One consumer's inbox."""

    consumer: str
    seen: type[SeenItem]
    clock: Clock
    delivered: list[tuple[Event, Handler]] = field(default_factory=list)

    def event(self, data: Data) -> Event:
        """The event that tells of `data` now."""
        return occurred(data, self.clock)

    def deliver(self, event: Event, handler: Handler) -> bool:
        """Deliver once; answers whether it was handled."""
        self.delivered.append((event, handler))
        return self._handled(event, handler)

    def deliver_again(self) -> list[str]:
        """Deliver everything once more, as a queue may; answers what can't be handled."""
        return [
            f"{type(event.data).__name__} is never handled"
            for event, handler in self.delivered
            if not self._handled(event, handler)
        ]

    def _handled(self, event: Event, handler: Handler) -> bool:
        batch = {"Records": [{"messageId": event.id, "body": encode(event)}]}
        answer = receive(
            batch,
            {type(event.data): handler},
            seen=self.seen,
            consumer=self.consumer,
            clock=self.clock,
        )
        return answer == {"batchItemFailures": []}
