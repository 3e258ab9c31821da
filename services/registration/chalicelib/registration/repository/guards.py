"""What keeps one visitor from sending for everybody: counts, and proofs of work used once."""

from chalicelib.registration.models import Limit
from shared import limits
from shared.clock import Clock

MOST_REMEMBERED = 2000


class Guards:
    """Counts what visitors send. One per process: it remembers which proofs it saw used."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._used: dict[str, None] = {}

    def spend(self, limit: limits.Limit, who: str) -> None:
        """Count one more time for `who`, in one call. Raises TooManyRequests."""
        limits.spend(Limit, limit, who, self._clock)

    def remember(self, proof_id: str | None) -> None:
        """Note that a proof is used, so that the next request with it takes no number first."""
        if proof_id:
            self._used[proof_id] = None
            while len(self._used) > MOST_REMEMBERED:
                del self._used[next(iter(self._used))]

    def is_used(self, proof_id: str | None) -> bool:
        """Whether this process saw it used; another process may know more."""
        return proof_id in self._used
