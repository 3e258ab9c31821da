"""Ask for the manage link again."""

from datetime import timedelta

from chalicelib.registration.repository import Repository
from shared.clock import Clock
from shared.events import occurred
from shared.events.registration import LinkRequested
from shared.ids import new_id
from shared.limits import Limit, address_hash

PER_VISITOR = Limit("link-visitor", most=30, per=timedelta(minutes=10))
PER_ADDRESS = Limit("link-address", most=5, per=timedelta(hours=1))


def request_link(
    repository: Repository, clock: Clock, *, event: str, email: str, visitor: str
) -> None:
    """Have the link mailed to `email` if it is registered. Raises TooManyRequests.

    A known and an unknown address cost the same calls and count alike: for an unknown one the
    event names a registration that does not exist, and the mail worker finds nobody to write to.
    """
    repository.guards.spend(PER_VISITOR, visitor)
    repository.guards.spend(PER_ADDRESS, address_hash(email))
    holder = repository.registrations.holder(event, email)
    requested = LinkRequested(registration_id=holder or new_id(clock), request_id=new_id(clock))
    repository.registrations.tell(occurred(requested, clock))
