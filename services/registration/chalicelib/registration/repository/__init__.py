"""The only reader and writer of the registration table."""

from chalicelib.registration.repository.answers import SensitiveAnswers
from chalicelib.registration.repository.arrivals import Arrivals
from chalicelib.registration.repository.definitions import Definitions
from chalicelib.registration.repository.figures import Figures
from chalicelib.registration.repository.guards import Guards
from chalicelib.registration.repository.lists import Lists
from chalicelib.registration.repository.mailings import Mailings
from chalicelib.registration.repository.messages import Messages
from chalicelib.registration.repository.numbers import Numbers
from chalicelib.registration.repository.pools import Pools
from chalicelib.registration.repository.registrations import (
    ATTEMPT_KEPT,
    Attempt,
    Enrolment,
    Registrations,
)
from shared.clock import Clock, SystemClock


class Repository:
    """What use cases need of storage. One per process: it keeps definitions for half a minute."""

    def __init__(self, clock: Clock | None = None) -> None:
        clock = clock or SystemClock()
        self.definitions = Definitions(clock)
        self.pools = Pools()
        self.numbers = Numbers()
        self.registrations = Registrations(clock)
        self.lists = Lists(clock, self.pools, self.definitions)
        self.figures = Figures(clock, self.lists)
        self.answers = SensitiveAnswers(clock)
        self.arrivals = Arrivals()
        self.mailings = Mailings()
        self.messages = Messages()
        self.guards = Guards(clock)


__all__ = [
    "ATTEMPT_KEPT",
    "Arrivals",
    "Attempt",
    "Definitions",
    "Enrolment",
    "Figures",
    "Guards",
    "Lists",
    "Mailings",
    "Messages",
    "Numbers",
    "Pools",
    "Registrations",
    "Repository",
    "SensitiveAnswers",
]
