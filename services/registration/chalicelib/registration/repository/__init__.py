"""The only reader and writer of the registration table."""

from chalicelib.registration.repository.answers import SensitiveAnswers
from chalicelib.registration.repository.definitions import Definitions
from chalicelib.registration.repository.guards import Guards
from chalicelib.registration.repository.numbers import Numbers
from chalicelib.registration.repository.pools import Pools
from chalicelib.registration.repository.registrations import ATTEMPT_KEPT, Attempt, Registrations
from shared.clock import Clock, SystemClock


class Repository:
    """What use cases need of storage. One per process: it keeps definitions for half a minute."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.definitions = Definitions()
        self.pools = Pools()
        self.numbers = Numbers()
        clock = clock or SystemClock()
        self.registrations = Registrations(clock, self.pools)
        self.answers = SensitiveAnswers(clock)
        self.guards = Guards(clock)


__all__ = [
    "ATTEMPT_KEPT",
    "Attempt",
    "Definitions",
    "Guards",
    "Numbers",
    "Pools",
    "Registrations",
    "Repository",
    "SensitiveAnswers",
]
