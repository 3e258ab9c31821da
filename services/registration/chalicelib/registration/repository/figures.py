"""What figures need of everybody who registered, without reading more of them than that."""

from collections.abc import Iterator

import msgspec

from chalicelib.registration.domain import Coming, Counted, Line
from chalicelib.registration.models import RegistrationItem
from chalicelib.registration.repository.lists import Lists
from shared.clock import Clock

# An index on its own for the figures would cost every registration a write: 10,000 of them more
# than the figures are ever read.
COUNTED = ["audience", "changed_at", "coming", "keep_until", "lines", "registered_at", "state"]


class Figures:
    """Reads the list for counting."""

    def __init__(self, clock: Clock, lists: Lists) -> None:
        self._clock = clock
        self._lists = lists

    def of(self, event: str) -> Iterator[Counted]:
        """Everybody who is still kept, cancelled too: those whom the list shows."""
        now = self._clock.now()
        for listing in self._lists.listings(event):
            for item in RegistrationItem.in_order.query(listing, attributes_to_get=COUNTED):
                if item.keep_until > now:
                    yield _counted(item)


def _counted(item: RegistrationItem) -> Counted:
    return Counted(
        state=item.state,  # type: ignore[arg-type]  # written by registration_item only
        audience=item.audience,
        lines=tuple(msgspec.convert(item.lines, list[Line])),
        registered_at=item.registered_at,
        changed_at=item.changed_at,
        coming=msgspec.convert(item.coming, Coming) if item.coming else None,
    )
