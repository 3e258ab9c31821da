"""What feeds the functions behind the table: its stream, and the queues."""

import contextlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.proofs.capacity.cloud import Cloud, Function, TooMany
from tests.proofs.capacity.virtual_time import TimedOut

STREAM_POLL = 0.25  # Lambda looks at each shard four times a second


@dataclass
class Message:
    """A message in a queue."""

    body: str
    received: int = 0


class Queue:
    """An SQS queue with its dead letters, and the pollers that feed one function."""

    def __init__(
        self,
        cloud: Cloud,
        function: Function,
        handle: Callable[[dict[str, Any]], dict[str, Any]],
        *,
        batch: int,
        window: float = 0.0,
        concurrency: int = 2,
        visibility: float = 180.0,
        tries: int = 5,
    ) -> None:
        self._cloud, self._function, self._handle = cloud, function, handle
        self._batch, self._window = batch, window
        self._visibility, self._tries = visibility, tries
        self._free = concurrency
        self._waiting: list[Message] = []
        self._due: float | None = None
        self.dead: list[Message] = []
        self.handled = 0
        self.last_handled = 0.0
        self.longest = 0
        self.open = True

    @property
    def empty(self) -> bool:
        return not self._waiting and self.in_flight == 0

    in_flight = 0

    def put(self, message: Message) -> None:
        """A message comes, or comes again."""
        if message.received >= self._tries:
            self.dead.append(message)
            return
        self._waiting.append(message)
        self.longest = max(self.longest, len(self._waiting))
        if self._due is None:
            self._due = self._cloud.simulation.now + self._window
            self._cloud.simulation.at(self._due, self._poll)

    def _poll(self) -> None:
        self._due = None
        while self.open and self._free and self._waiting:
            taken, self._waiting = self._waiting[: self._batch], self._waiting[self._batch :]
            self._free -= 1
            self.in_flight += len(taken)
            self._cloud.simulation.start(lambda taken=taken: self._run(taken))

    def _run(self, taken: list[Message]) -> None:
        simulation, since = self._cloud.simulation, self._cloud.simulation.now
        for message in taken:
            message.received += 1
        records = [{"messageId": str(n), "body": one.body} for n, one in enumerate(taken)]
        failed = {str(n) for n in range(len(taken))}

        def work(_: Any) -> None:
            nonlocal failed
            answer = self._handle({"Records": records})
            failed = {one["itemIdentifier"] for one in answer["batchItemFailures"]}

        with contextlib.suppress(TimedOut, TooMany):
            self._cloud.invoke(self._function, work)
        for number, message in enumerate(taken):
            if str(number) in failed:
                again = max(since + self._visibility, simulation.now)
                simulation.at(again, lambda message=message: self.put(message))
        self.in_flight -= len(taken)
        self.handled += len(taken) - len(failed)
        self.last_handled = simulation.now
        self._free += 1
        self._poll()


class Stream:
    """The table's stream: one shard per partition, each read in order by one call at a time."""

    def __init__(
        self,
        cloud: Cloud,
        function: Function,
        handle: Callable[[dict[str, Any]], dict[str, Any]],
        *,
        batch: int,
    ) -> None:
        self._cloud, self._function, self._handle = cloud, function, handle
        self._batch = batch
        self._shards: dict[int, list[tuple[float, dict[str, Any]]]] = defaultdict(list)
        self._busy: set[int] = set()
        self._serial = 0
        self.longest_lag = 0.0

    @property
    def is_idle(self) -> bool:
        """Whether every record has been handled."""
        return not self._busy

    def put(self, item: dict[str, Any]) -> None:
        """An outbox item was written."""
        shard = self._cloud.limits.partition(item["pk"]["S"])
        self._serial += 1
        record = {
            "eventName": "INSERT",
            "dynamodb": {"SequenceNumber": str(self._serial), "NewImage": item},
        }
        self._shards[shard].append((self._cloud.simulation.now, record))
        if shard not in self._busy:
            self._busy.add(shard)
            self._cloud.simulation.after(STREAM_POLL, lambda: self._start(shard))

    def _start(self, shard: int) -> None:
        self._cloud.simulation.start(lambda: self._run(shard))

    def _run(self, shard: int) -> None:
        waiting = self._shards[shard]
        while waiting:
            batch = waiting[: self._batch]

            def work(_: Any, batch: list[tuple[float, dict[str, Any]]] = batch) -> None:
                answer = self._handle({"Records": [record for _, record in batch]})
                failures = [one["itemIdentifier"] for one in answer["batchItemFailures"]]
                numbers = [record["dynamodb"]["SequenceNumber"] for _, record in batch]
                done = numbers.index(failures[0]) if failures else len(batch)
                del waiting[:done]

            try:
                self._cloud.invoke(self._function, work)
            except (TimedOut, TooMany):
                pass
            except Exception:  # noqa: BLE001 - the function failed: the stream brings it again
                self._cloud.simulation.wait(1)
            lag = self._cloud.simulation.now - batch[0][0]
            self.longest_lag = max(self.longest_lag, lag)
        self._busy.discard(shard)
