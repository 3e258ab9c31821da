"""TransactWriteItems with named parts, so that a refusal says which rule stood in the way."""

import random
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any, cast

from pynamodb.connection import Connection
from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from shared import aws
from shared.errors import Unavailable
from shared.table import Record

MOST_ATTEMPTS = 8
FIRST_PAUSE = 0.025  # seconds; doubled at each attempt, with full jitter

_PASSING = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
_PASSING_ERRORS = aws.THROTTLES | {"TransactionInProgressException"}


# Adds parts to somebody else's transaction: a mark, a note, a used proof.
Join = Callable[["Transaction"], None]


def both(first: Join | None, second: Join | None) -> Join:
    """What adds the parts of two, of which either may be missing."""

    def join(transaction: "Transaction") -> None:
        for one in (first, second):
            if one:
                one(transaction)

    return join


class Refused(Exception):
    """One or more conditions did not hold; nothing was written. `parts` are their names."""

    def __init__(self, parts: frozenset[str]) -> None:
        self.parts = parts
        super().__init__(", ".join(sorted(parts)))


class Busy(Unavailable):
    """Other transactions kept touching the same items; nothing was written."""

    code = "busy"


class Transaction:
    """Up to 100 writes that happen together or not at all.

    `commit` raises Refused or Busy when DynamoDB says that nothing was written. Any other error
    (a timeout, a 500) leaves the result unknown: the caller must not treat it as a failure.
    """

    def __init__(self) -> None:
        self._checks: list[tuple[str, Callable[[TransactWrite], None]]] = []
        self._deletes: list[tuple[str, Callable[[TransactWrite], None]]] = []
        self._puts: list[tuple[str, Callable[[TransactWrite], None]]] = []
        self._updates: list[tuple[str, Callable[[TransactWrite], None]]] = []

    def insert(self, item: Record, *, name: str) -> None:
        """Write `item`, refusing when its key is taken."""
        absent = type(item).pk.does_not_exist()
        self._puts.append((name, lambda write: write.save(item, condition=absent)))

    def put(self, item: Record, *, name: str, condition: Condition | None = None) -> None:
        """Write everything that this version knows of `item`.

        An attribute that a newer version added stays: after a roll-back the newer one comes again.
        """
        actions = _every_attribute(item)
        if actions:
            self.update(item, actions, name=name, condition=condition)
        else:
            self._puts.append((name, lambda write: write.save(item, condition=condition)))

    def update(
        self,
        item: Record,
        actions: Sequence[Action],
        *,
        name: str,
        condition: Condition | None = None,
    ) -> None:
        """Change some attributes of the item with `item`'s key."""
        self._updates.append(
            (name, lambda write: write.update(item, list(actions), condition=condition))
        )

    def delete(self, item: Record, *, name: str, condition: Condition | None = None) -> None:
        """Remove the item with `item`'s key."""
        self._deletes.append((name, lambda write: write.delete(item, condition=condition)))

    def check(
        self, model: type[Record], pk: str, sk: str, condition: Condition, *, name: str
    ) -> None:
        """Refuse everything unless `condition` holds for an item that is left alone."""
        self._checks.append(
            (name, lambda write: write.condition_check(model, pk, sk, condition=condition))
        )

    def commit(self) -> None:
        """Write everything. Raises Refused, Busy, or the error whose outcome is unknown."""
        token = str(uuid.uuid4())
        for attempt in range(MOST_ATTEMPTS):
            try:
                self._write(token)
            except TransactWriteError as error:
                reasons = _reasons(error)
                self._raise_refusal(reasons)
                if not _is_passing(error, reasons):
                    raise
            else:
                return
            time.sleep(random.uniform(0, FIRST_PAUSE * 2**attempt))  # noqa: S311 - jitter only
        raise Busy

    def _parts(self) -> list[tuple[str, Callable[[TransactWrite], None]]]:
        # The order in which PynamoDB sends them, and so the order of the cancellation reasons.
        return [*self._checks, *self._deletes, *self._puts, *self._updates]

    def _write(self, token: str) -> None:
        with TransactWrite(connection=_connection(), client_request_token=token) as write:
            for _, add in self._parts():
                add(write)

    def _raise_refusal(self, reasons: list[str | None]) -> None:
        failed = frozenset(
            name
            for (name, _), reason in zip(self._parts(), reasons, strict=False)
            if reason == "ConditionalCheckFailed"
        )
        if failed:
            raise Refused(failed)


def _every_attribute(item: Record) -> list[Action]:
    """Set what the item has and remove what it lacks; nothing for an item that is only a key."""
    keys = {"pk", "sk"}
    known = {name: one for name, one in item.get_attributes().items() if name not in keys}
    values = {name: getattr(item, name) for name in known}
    if all(value is None for value in values.values()):
        return []
    return [
        one.remove() if values[name] is None else one.set(values[name])
        for name, one in known.items()
    ]


def _reasons(error: TransactWriteError) -> list[str | None]:
    return [reason.code if reason else None for reason in error.cancellation_reasons]


def _is_passing(error: TransactWriteError, reasons: list[str | None]) -> bool:
    if error.cause_response_code in _PASSING_ERRORS:
        return True
    given = {reason for reason in reasons if reason}
    return bool(given) and given <= _PASSING


def _connection() -> Connection:
    connection = Connection(region=aws.region())
    cast("Any", connection)._client = aws.client("dynamodb")  # noqa: SLF001 - as in shared.table
    return connection
