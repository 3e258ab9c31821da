"""The lists of registrations: in the order of their numbers, the cancelled, what needs a look."""

from collections.abc import Iterator
from datetime import datetime

from chalicelib.registration.domain import CONGRESS, Registration
from chalicelib.registration.models import FailedAddressItem, HoldItem, RegistrationItem
from chalicelib.registration.repository.definitions import Definitions
from chalicelib.registration.repository.pools import Pools
from chalicelib.registration.repository.records import (
    bucket_of,
    cancelled_listing,
    cancelled_listings,
    kept_listing,
    to_registration,
)
from shared.clock import Clock, rfc3339


class Lists:
    """Reads the registrations of a congress through the index, part by part."""

    def __init__(self, clock: Clock, pools: Pools, definitions: Definitions) -> None:
        self._clock = clock
        self._pools = pools
        self._definitions = definitions

    def page(
        self, event: str, after: tuple[str, str] | None, limit: int
    ) -> tuple[list[Registration], tuple[str, str] | None]:
        """Up to `limit` registrations in the order of their numbers, and where the next ones start.

        One query, and one more for each bucket that ends on the page.
        """
        kept: list[Registration] = []
        bucket = bucket_of(after[0]) if after else 0
        last_bucket: int | None = None
        while True:
            found, following = self._part(kept_listing(event, bucket), after, limit - len(kept))
            kept += found
            if following:
                return kept, following
            if last_bucket is None:
                last_bucket = self._last_bucket(event)
            if bucket >= last_bucket:
                return kept, None
            if len(kept) == limit:  # the bucket ends where the page does
                last = kept[-1]
                return kept, (f"{last.congress.number:010d}", f"REGISTRATION#{last.id}")
            bucket, after = bucket + 1, None

    def cancelled_page(
        self, event: str, after: tuple[str, str] | None, limit: int
    ) -> tuple[list[Registration], tuple[str, str] | None]:
        """Up to `limit` cancelled registrations, and where the next ones start."""
        listings = cancelled_listings(event)
        if after:
            listings = listings[listings.index(cancelled_listing(event, after[0])) :]
        found: list[Registration] = []
        for listing in listings:
            part, following = self._part(listing, after, limit - len(found))
            found, after = found + part, None
            if following:
                return found, following
            if len(found) == limit and listing != listings[-1]:
                return found, (found[-1].id, f"REGISTRATION#{found[-1].id}")
        return found, None

    def _part(
        self, listing: str, after: tuple[str, str] | None, limit: int | None
    ) -> tuple[list[Registration], tuple[str, str] | None]:
        found = RegistrationItem.in_order.query(
            listing,
            limit=limit,
            last_evaluated_key=_index_key(listing, after) if after else None,
        )
        kept = [to_registration(item) for item in found if item.keep_until > self._clock.now()]
        last = found.last_evaluated_key
        return kept, (last["listing_key"]["S"], last["pk"]["S"]) if last else None

    def _last_bucket(self, event: str) -> int:
        definition = self._definitions.last_seen(event)
        lines = [CONGRESS, *definition.shares()] if definition else [CONGRESS]
        pools = self._pools.get_all(event, lines).values()
        return bucket_of(max((pool.issued for pool in pools), default=0))

    def newest(self, event: str, most: int) -> list[Registration]:
        """Up to `most` of those who did not cancel, the highest number first."""
        found: list[Registration] = []
        for bucket in range(self._last_bucket(event), -1, -1):
            listing = kept_listing(event, bucket)
            items = RegistrationItem.in_order.query(
                listing, scan_index_forward=False, limit=most - len(found)
            )
            found += [to_registration(item) for item in items]
            if len(found) >= most:
                break
        return found

    def failing(self, event: str, most: int) -> int:
        """How many registrations have an address that fails; counted up to `most`."""
        return sum(1 for _ in FailedAddressItem.query(f"FAILED#{event}", limit=most))

    def overdue(self, event: str, now: datetime, most: int) -> list[str]:
        """Up to `most` ids of those whose address nobody confirmed in time, the first first."""
        before = HoldItem.sk < rfc3339(now)
        found = HoldItem.query(f"HOLDS#{event}", before, limit=most, consistent_read=True)
        return [item.sk.partition("#")[2] for item in found]

    def in_order(self, event: str) -> Iterator[Registration]:
        """Everybody whom the list shows, in its order: one query per bucket."""
        for bucket in range(self._last_bucket(event) + 1):
            yield from self._part(kept_listing(event, bucket), None, None)[0]

    def cancelled_in_order(self, event: str) -> Iterator[Registration]:
        """Everybody who cancelled and is still kept: a query per partition."""
        for listing in cancelled_listings(event):
            yield from self._part(listing, None, None)[0]

    def listings(self, event: str) -> list[str]:
        """The index's partitions for `event`: a bucket of numbers each, then the cancelled."""
        buckets = range(self._last_bucket(event) + 1)
        return [*(kept_listing(event, one) for one in buckets), *cancelled_listings(event)]

    def all(self, event: str) -> Iterator[Registration]:
        """Everything that is kept of `event`, cancelled or past its time too."""
        for listing in self.listings(event):
            for item in RegistrationItem.in_order.query(listing):
                yield to_registration(item)


def _index_key(listing: str, after: tuple[str, str]) -> dict[str, dict[str, str]]:
    listing_key, pk = after
    values = {"pk": pk, "sk": "REGISTRATION", "listing": listing, "listing_key": listing_key}
    return {name: {"S": value} for name, value in values.items()}
