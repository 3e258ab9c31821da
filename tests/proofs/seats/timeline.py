"""When numbers were written, given a seat and killed, as the calls of all threads show it.

An order is certain only where one call had ended before the other began; all else may have gone
either way and is not held against anybody.
"""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.awsrequest import AWSResponse

from tests.proofs.calls import Call

Place = tuple[str, int]  # a line and a number in it


@dataclass(frozen=True)
class Moment:
    """A transaction that DynamoDB took: its numbers change between `begun` and `ended`."""

    begun: float
    ended: float
    looked: float  # when this thread last read the lines themselves


class Timeline:
    """Observes the calls of all threads."""

    def __init__(self) -> None:
        self.waited: dict[Place, Moment] = {}
        self.seated: dict[Place, Moment] = {}
        self.promoted: dict[Place, Moment] = {}
        self.died: dict[Place, Moment] = {}
        self._thread = threading.local()

    def before(self, call: Call) -> AWSResponse | None:
        """Remember what goes out, and when."""
        mine = self._thread
        if call.operation == "BatchGetItem":
            mine.looked = time.monotonic()
        if call.operation == "TransactWriteItems" and call.request is not None:
            mine.changes = list(_changes(json.loads(call.request.body)["TransactItems"]))
            mine.begun = time.monotonic()
        return None

    def after(self, call: Call) -> None:
        """Note it, if DynamoDB took it."""
        if call.operation != "TransactWriteItems" or call.status != 200:
            return
        mine = self._thread
        moment = Moment(mine.begun, time.monotonic(), getattr(mine, "looked", 0.0))
        for place, state, is_new in mine.changes:
            if state == "dead":
                self.died[place] = moment
            elif state == "waiting":
                self.waited[place] = moment
            else:
                self.seated[place] = moment
                if not is_new:
                    self.promoted[place] = moment

    def most_at_once(self, lines: Collection[str]) -> int:
        """How many certainly had a seat in these lines at the same moment."""
        turns: list[tuple[float, int]] = []
        for place, moment in self.seated.items():
            if place[0] in lines:
                turns.append((moment.ended, 1))
                if place in self.died:
                    turns.append((self.died[place].begun, -1))
        most = now = 0
        for _, step in sorted(turns):
            now += step
            most = max(most, now)
        return most

    def overtaken(self) -> list[str]:
        """Who was given a seat while somebody before them certainly waited for it."""
        by_line: dict[str, list[tuple[int, Moment]]] = defaultdict(list)
        for (line, number), moment in self.promoted.items():
            by_line[line].append((number, moment))
        return [
            f"{line}: {number} was told of a seat before {earlier}"
            for line, told in by_line.items()
            for earlier, late in told
            for number, soon in told
            if earlier < number
            and soon.ended < late.begun
            and self._waits(line, earlier, soon.looked)
        ]

    def _waits(self, line: str, number: int, at: float) -> bool:
        written = self.waited.get((line, number))
        return written is not None and written.ended < at


def _changes(parts: list[dict[str, Any]]) -> Iterator[tuple[Place, str, bool]]:
    """The numbers that a transaction writes: which, their state, and whether they are new."""
    for part in parts:
        (kind, write), *_ = part.items()
        key = write.get("Item") or write["Key"]
        names = key["pk"]["S"].split("#")
        if names[0] != "NUMBER":
            continue
        place = (names[2], int(key["sk"]["S"]))
        if kind == "Put":
            yield place, key["state"]["S"], True
        elif kind == "Update":
            (value,) = write["ExpressionAttributeValues"].values()
            yield place, value["S"], False
