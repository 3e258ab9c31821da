"""Give a registration another e-mail address: the one that was typed reached nobody."""

from chalicelib.registration.domain import Registration
from chalicelib.registration.repository import Repository
from chalicelib.registration.usecases.current import current
from shared.clock import Clock
from shared.errors import Conflict
from shared.events import occurred
from shared.events.registration import AddressCorrected
from shared.texts import later as _
from shared.transactions import Busy, Join, Refused

MOST_TRIES = 10


class AddressTaken(Conflict):
    """Another registration for the same congress has this address."""

    code = "address_taken"
    title = _("Met dit e-mailadres is al iemand aangemeld voor dit congres.")


def correct_address(
    repository: Repository, clock: Clock, *, registration_id: str, email: str, note: Join
) -> Registration:
    """Mail to `email` from now on; a mail with a new link and ticket goes there.

    Links and tickets that went to the old address end, as a stranger may have them. Twice is the
    same as once. Raises Gone, AddressTaken, Busy.
    """
    for _attempt in range(MOST_TRIES):
        before = current(repository, registration_id, None)
        before.check_active()
        if before.email == email:
            return before
        person = repository.registrations.person(before.event, email)
        after = before.with_address(clock.now(), email, person)
        happened = AddressCorrected(registration_id=before.id, event=before.event)
        message = occurred(happened, clock, version=after.version)
        try:
            repository.registrations.save(before, after, message, join=note)
        except Refused as refused:
            if refused.parts == {"person"}:
                raise AddressTaken from refused
            continue  # changed in the meantime
        return after
    raise Busy
