"""Ask for the manage link again."""

from chalicelib.registration.repository import Repository
from shared.clock import Clock
from shared.events import occurred
from shared.events.registration import LinkRequested
from shared.ids import new_id


def request_link(repository: Repository, clock: Clock, *, event: str, email: str) -> None:
    """Have the link mailed to `email` if it is registered.

    A known and an unknown address cost the same calls: for an unknown one the event names a
    registration that does not exist, and the mail worker finds nobody to write to.
    """
    holder = repository.registrations.holder(event, email)
    requested = LinkRequested(registration_id=holder or new_id(clock), request_id=new_id(clock))
    repository.registrations.tell(occurred(requested, clock))
