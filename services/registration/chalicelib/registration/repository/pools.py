"""The number lines (docs/adr: seats). Only single-item UpdateItem ever writes a pool item."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from pynamodb.attributes import NumberAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.registration.domain import Definition
from chalicelib.registration.models import PoolItem
from chalicelib.registration.seats import Pool, Taken
from shared import aws
from shared.clock import epoch
from shared.transactions import Busy


class Pools:
    """Reads and writes the lines of all congresses."""

    def get(self, event: str, line: str) -> Pool | None:
        """The line as it is now."""
        return next(iter(self.get_all(event, [line]).values()), None)

    def get_all(
        self, event: str, lines: Iterable[str], *, consistent: bool = True
    ) -> dict[str, Pool]:
        """The lines that exist, in one call for up to 100 of them."""
        keys = [(_pool_key(event, line), "POOL") for line in lines]
        found = (_pool(item) for item in PoolItem.batch_get(keys, consistent_read=consistent))
        return {pool.id: pool for pool in found}

    def create(self, event: str, line: str, capacity: int) -> None:
        """Make an empty, unpublished line; leaves one that exists as it is."""
        self._update(
            event,
            line,
            [
                PoolItem.capacity.set(capacity),
                PoolItem.watermark.set(capacity),
                *(
                    attribute.set(0)
                    for attribute in (
                        PoolItem.moved_out,
                        PoolItem.received,
                        PoolItem.issued,
                        PoolItem.settled,
                        PoolItem.checked,
                        PoolItem.noted,
                        PoolItem.noted_at,
                        PoolItem.revision,
                        PoolItem.opens_at,
                        PoolItem.closes_at,
                    )
                ),
                PoolItem.published.set(False),
            ],
            PoolItem.capacity.does_not_exist(),
        )

    def copy_definition(self, line: str, definition: Definition) -> None:
        """Copy what taking a number checks onto the line, unless it has a newer revision's."""
        self._update(
            definition.id,
            line,
            [
                PoolItem.revision.set(definition.revision),
                PoolItem.published.set(definition.published),
                PoolItem.opens_at.set(epoch(definition.opens_at)),
                PoolItem.closes_at.set(epoch(definition.closes_at)),
            ],
            PoolItem.revision <= definition.revision,
        )

    def close(self, pool: Pool, revision: int) -> bool:
        """Take `pool` out of use for good, if nobody took a number since it was read."""
        actions = [PoolItem.published.set(False), PoolItem.revision.set(revision)]
        return (
            self._update(pool.event, pool.id, actions, PoolItem.issued == pool.issued) is not None
        )

    def take(
        self, definition: Definition, line: str, now: datetime, count: int = 1
    ) -> Taken | None:
        """Take the next `count` numbers while the congress is open for registration.

        None when it is not, or when `definition` is older than the line's.
        """
        moment = epoch(now)
        return self._take(
            definition.id,
            line,
            count,
            (PoolItem.published == True)  # noqa: E712 - PynamoDB's operator
            & (PoolItem.opens_at <= moment)
            & (PoolItem.closes_at > moment)
            & (PoolItem.revision <= definition.revision),
        )

    def take_for_promoted(self, definition: Definition, line: str) -> Taken | None:
        """Take a number for somebody who registered in time.

        None when `definition` is older than the line's: the line may have been closed.
        """
        return self._take(definition.id, line, 1, PoolItem.revision <= definition.revision)

    def _take(self, event: str, line: str, count: int, condition: Condition) -> Taken | None:
        pool = self._update(event, line, [PoolItem.issued.add(count)], condition)
        if pool is None:
            return None
        return Taken(line, pool.issued - count + 1, pool.issued, pool.watermark)

    def raise_watermark(self, pool: Pool, watermark: int) -> Pool | None:
        """Move the watermark up; None when the line changed since `pool` was read."""
        return self._update(
            pool.event,
            pool.id,
            [PoolItem.watermark.set(watermark)],
            (PoolItem.watermark < watermark) & (PoolItem.capacity == pool.capacity),
        )

    def grow(self, pool: Pool, capacity: int, revision: int) -> bool:
        """Raise the capacity; False when it changed since `pool` was read, or for a newer
        revision of the definition.
        """
        actions = [PoolItem.capacity.set(capacity)]
        condition = (
            (PoolItem.capacity == pool.capacity)
            & (PoolItem.revision <= revision)
            & _moved_as_in(pool)
        )
        return self._update(pool.event, pool.id, actions, condition) is not None

    def shrink(self, pool: Pool, capacity: int, watermark: int, revision: int) -> bool:
        """Lower the capacity unless that would take a seat away from a number that has one, or
        the line follows a newer revision of the definition.
        """
        return (
            self._update(
                pool.event,
                pool.id,
                [PoolItem.capacity.set(capacity), PoolItem.watermark.set(watermark)],
                ((PoolItem.issued <= watermark) | (PoolItem.watermark <= watermark))
                & (PoolItem.revision <= revision)
                & _moved_as_in(pool),
            )
            is not None
        )

    def give_away(self, pool: Pool) -> Pool | None:
        """Take the seats that nobody has out of `pool`, for the line of everybody; None when
        somebody took a number or the capacity changed since it was read.
        """
        return self._update(
            pool.event,
            pool.id,
            [
                PoolItem.capacity.set(pool.capacity - pool.free),
                PoolItem.watermark.set(pool.issued),
                PoolItem.moved_out.add(pool.free),
            ],
            (PoolItem.issued == pool.issued) & (PoolItem.capacity == pool.capacity),
        )

    def receive(self, pool: Pool, total: int) -> Pool | None:
        """Give `pool` what others gave away, `total` ever; None when it was given some since it was
        read.

        `total` only grows, so an outdated one gives too few seats, never too many.
        """
        actions = [PoolItem.capacity.add(total - pool.received), PoolItem.received.set(total)]
        return self._update(pool.event, pool.id, actions, _is(PoolItem.received, pool.received))

    def mark_settled(self, pool: Pool, up_to: int) -> None:
        """Remember that nobody up to `up_to` is still to be told.

        True for good, so a lower figure that comes later only costs a reading.
        """
        self._update(pool.event, pool.id, [PoolItem.settled.set(up_to)], None)

    def note(self, pool: Pool, now: datetime, checked: int) -> None:
        """Remember how many numbers are out now, and that none is missing up to `checked`.

        True for good, so an older note that comes later only costs a minute.
        """
        self._update(
            pool.event,
            pool.id,
            [
                PoolItem.checked.set(checked),
                PoolItem.noted.set(pool.issued),
                PoolItem.noted_at.set(epoch(now)),
            ],
            None,
        )

    def _update(
        self, event: str, line: str, actions: Sequence[Action], condition: Condition | None
    ) -> Pool | None:
        item = PoolItem(_pool_key(event, line), "POOL")
        try:
            item.update(actions=list(actions), condition=condition)
        except UpdateError as error:
            if error.cause_response_code == "ConditionalCheckFailedException":
                return None
            if error.cause_response_code in aws.THROTTLES:
                raise Busy from error  # the form says so and keeps what was typed
            raise
        return _pool(item)


def _moved_as_in(pool: Pool) -> Condition:
    """That no kept seats were moved since `pool` was read."""
    same: Condition = _is(PoolItem.moved_out, pool.moved_out)
    same &= _is(PoolItem.received, pool.received)
    return same


def _is(attribute: NumberAttribute, value: int) -> Condition:
    # Lines that are older than kept seats have neither figure.
    same: Condition = attribute == value
    same_or_none: Condition = same | attribute.does_not_exist()
    return same if value else same_or_none


def _pool_key(event: str, line: str) -> str:
    return f"POOL#{event}#{line}"


def _pool(item: PoolItem) -> Pool:
    _, event, line = item.pk.split("#")
    return Pool(
        event=event,
        id=line,
        capacity=int(item.capacity),
        issued=int(item.issued),
        watermark=int(item.watermark),
        settled=int(item.settled),
        checked=int(item.checked),
        noted=int(item.noted),
        noted_at=int(item.noted_at),
        revision=int(item.revision),
        moved_out=int(item.moved_out),
        received=int(item.received),
    )
