"""The design's mistakes, put back: with each of them the simulated minute must go wrong."""

from typing import Any

import pytest

from chalicelib.registration import seats
from chalicelib.registration.models import PoolItem
from chalicelib.registration.repository import records, registrations
from tests.proofs.capacity.crowd import EVENT


def counter_in_the_transaction(patch: pytest.MonkeyPatch) -> None:
    """Each registration's transaction writes the line's item too."""
    original = registrations.join

    def join(transaction: Any, *rest: Any) -> None:
        original(transaction, *rest)
        pool = PoolItem(f"POOL#{EVENT}#congress", "POOL")
        transaction.update(pool, [PoolItem.issued.add(0)], name="counter")

    patch.setattr(registrations, "join", join)


def one_partition_for_the_list(patch: pytest.MonkeyPatch) -> None:
    """All registrations of a congress under one key of the index, all numbers under one key."""
    patch.setattr(records, "BUCKET", 10**9)
    patch.setattr(seats, "BLOCK", 10**9)
