"""Each guard of the number line is needed: without it, the interleavings find a violation."""

from collections.abc import Callable
from typing import Any

import pytest
from pynamodb.expressions.condition import Condition

from chalicelib.registration import seats
from chalicelib.registration.models import PoolItem
from chalicelib.registration.repository import Pools
from shared.transactions import Transaction
from tests.proofs.seats import interleaver
from tests.proofs.seats.test_interleavings import SEED, attempt, lengths

SCHEDULES = 60
Mutant = Callable[[pytest.MonkeyPatch], None]


def without_condition(method: str, part: str) -> Mutant:
    """A transaction that writes the parts whose name starts with `part` unconditionally."""

    def apply(patch: pytest.MonkeyPatch) -> None:
        original = getattr(Transaction, method)

        def weakened(
            self: Transaction, item: Any, *rest: Any, name: str, condition: Condition | None = None
        ) -> None:
            kept = None if name.startswith(part) else condition
            original(self, item, *rest, name=name, condition=kept)

        patch.setattr(Transaction, method, weakened)

    return apply


def pool_update(method: str, condition: Callable[..., Condition]) -> Mutant:
    """A pool operation with another condition."""

    def apply(patch: pytest.MonkeyPatch) -> None:
        original = getattr(Pools, method)

        def weakened(self: Pools, pool: seats.Pool, *values: int) -> Any:
            update = self._update
            self._update = (  # type: ignore[method-assign]
                lambda event, line, actions, _: update(
                    event, line, actions, condition(pool, *values)
                )
            )
            try:
                return original(self, pool, *values)
            finally:
                self._update = update  # type: ignore[method-assign]

        patch.setattr(Pools, method, weakened)

    return apply


def watermark_of_living_only(patch: pytest.MonkeyPatch) -> None:
    """Numbers that are not written yet count as dead."""
    patch.setattr(seats, "watermark", lambda dead, capacity: capacity + len(dead) + 1)


GUARDS: dict[str, tuple[Mutant, str, str, str]] = {
    "a number is written once": (
        without_condition("put", "number:"), "full", "register", "sweep",
    ),
    "a registration changes from the version that was read": (
        without_condition("put", "registration"),
        "full", "cancel bob", "rename bob",
    ),
    "one active registration per person": (
        without_condition("put", "person"), "full", "register the same", "register the same",
    ),
    "the watermark rises under the capacity that was read": (
        pool_update("raise_watermark", lambda pool, mark: PoolItem.watermark < mark),
        "one leaves four seats", "settle", "shrink to three",
    ),
    "the watermark only rises": (
        pool_update("raise_watermark", lambda pool, mark: PoolItem.capacity == pool.capacity),
        "two seats, two wait", "cancel the first", "cancel bob",
    ),
    "shrinking looks at the numbers issued by then": (
        pool_update("shrink", lambda pool, *_: PoolItem.capacity == pool.capacity),
        "one seat taken", "shrink", "register",
    ),
    "the watermark counts unwritten numbers as live": (
        watermark_of_living_only, "full", "register", "cancel the first",
    ),
}  # fmt: skip


@pytest.mark.usefixtures("embedded_dynamodb")
@pytest.mark.parametrize("guard", GUARDS)
def test_without_this_guard_something_breaks(guard: str) -> None:
    interleaver.listen()
    mutant, *pair = GUARDS[guard]
    calls = lengths(*pair)
    for schedule in interleaver.schedules(*calls, SCHEDULES, SEED):
        with pytest.MonkeyPatch.context() as patch:
            mutant(patch)
            found = attempt(*pair, schedule)
        if found:
            break
    else:
        pytest.fail("no order of calls needs this guard")
    print(f"\nwithout “{guard}”: {found[0]}")
    assert attempt(*pair, schedule) == []
