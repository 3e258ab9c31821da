"""Remove a congress that nobody ever registered for."""

from chalicelib.registration.repository import Repository
from chalicelib.registration.usecases.define import changed_meanwhile, copy_to_lines
from shared.clock import Clock
from shared.errors import Conflict
from shared.events import occurred
from shared.events.registration import EventChanged
from shared.transactions import Join, Refused


def delete_draft(
    repository: Repository,
    clock: Clock,
    *,
    event: str,
    revision: int,
    note: Join | None = None,
) -> None:
    """Remove the draft with its event for whoever shows it; deleting twice is the same as once.

    Its lines stay, closed and empty: a new congress with this id goes on from their revision.
    Raises Conflict unless it is a draft at this `revision` whose numbers were never handed out.
    """
    definition = repository.definitions.get(event)
    if definition is None:
        return
    if definition.published:
        raise Conflict("event_published", "Dit congres staat online. Haal het eerst offline.")
    # A crash may have left the lines open; from here on nobody takes a number without a newer
    # revision, which the condition below would notice.
    copy_to_lines(repository, definition)
    pools = repository.pools.get_all(event, definition.capacities())
    if any(pool.issued for pool in pools.values()):
        raise Conflict(
            "event_in_use", "Voor dit congres waren al aanmeldingen. Daarom kun je het niet wissen."
        )
    if definition.revision != revision:
        raise changed_meanwhile()
    message = occurred(
        EventChanged(event=event, revision=definition.revision), clock, version=revision
    )
    try:
        repository.definitions.remove(definition, message, join=note)
    except Refused as refused:
        raise changed_meanwhile() from refused
