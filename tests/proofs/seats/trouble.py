"""Processes that die around their AWS calls, and transactions that DynamoDB turns down."""

import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from botocore.awsrequest import AWSResponse

from tests.proofs.calls import Call
from tests.proofs.refusals import conflict


class Ended(BaseException):
    """The process ends here."""


class Trouble:
    """Watches the calls of all threads; inside `of` a seeded few of them go wrong."""

    def __init__(self, *, deaths: float, conflicts: float) -> None:
        self._deaths, self._conflicts = deaths, conflicts  # chances per call
        self._thread = threading.local()
        self._counting = threading.Lock()
        self.happened: Counter[str] = Counter()

    @contextmanager
    def of(self, chance: random.Random) -> Iterator[None]:
        """Let this thread's calls go wrong by `chance`; who dies is gone when the block ends."""
        self._thread.chance = chance
        try:
            yield
        except Ended:
            pass
        finally:
            self._thread.chance = None

    def before(self, call: Call) -> AWSResponse | None:
        """The process dies before AWS hears of it, or AWS is busy with the same item."""
        if self._strikes(self._deaths, "died before a call"):
            raise Ended
        transacts = call.operation == "TransactWriteItems"
        if transacts and self._strikes(self._conflicts, "conflicts"):
            return conflict(call)
        return None

    def after(self, call: Call) -> None:
        """AWS has done it, and the process dies before it hears so."""
        if self._strikes(self._deaths, "died after a call"):
            raise Ended

    def _strikes(self, likely: float, what: str) -> bool:
        chance: random.Random | None = getattr(self._thread, "chance", None)
        if chance is None or chance.random() >= likely:
            return False
        with self._counting:
            self.happened[what] += 1
        return True
