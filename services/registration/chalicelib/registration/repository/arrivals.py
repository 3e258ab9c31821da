"""Who is inside. Apart from the registrations, so that the door and the desk do not wait for each
other; an arrival goes with its registration.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from chalicelib.registration.domain import Registration
from chalicelib.registration.domain.check_in import Arrival, Fact
from chalicelib.registration.models import ArrivalItem, RegistrationItem
from chalicelib.registration.repository.records import BACKSTOP, find
from shared.transactions import Transaction


class Arrivals:
    """Reads and writes arrivals; `Registrations` removes them."""

    def of(self, registration: Registration) -> Arrival:
        """Whether this person is inside, strongly read."""
        item = find(ArrivalItem, *_key(registration.event, registration.id))
        if item is not None:
            return _arrival(item)
        return Arrival(registration=registration.id, event=registration.event)

    def inside(self, registrations: Sequence[Registration]) -> dict[str, Fact]:
        """By which check-in each of these is inside, in one read per hundred."""
        keys = [_key(one.event, one.id) for one in registrations]
        found = (_arrival(item) for item in ArrivalItem.batch_get(keys))
        return {one.registration: one.inside for one in found if one.inside}

    def count(self, event: str) -> int:
        """How many are inside: one query over small items, and no counter to wait for."""
        return int(ArrivalItem.count(_partition(event), filter_condition=ArrivalItem.fact.exists()))

    def save(self, registration: Registration, before: Arrival, after: Arrival) -> None:
        """Write the arrival. Raises Refused when it or the registration changed since the reading:
        the part is "arrival" or "registration".
        """
        transaction = Transaction()
        transaction.check(
            RegistrationItem,
            f"REGISTRATION#{registration.id}",
            "REGISTRATION",
            RegistrationItem.version == registration.version,
            name="registration",
        )
        known = ArrivalItem.version == before.version
        transaction.put(
            _item(after, registration.keep_until + BACKSTOP),
            name="arrival",
            condition=known if before.version else ArrivalItem.pk.does_not_exist(),
        )
        transaction.commit()


def add_departure(transaction: Transaction, registration: Registration) -> None:
    """Forget the arrival of somebody whose registration ends."""
    item = ArrivalItem(*_key(registration.event, registration.id))
    transaction.delete(item, name="arrival")


def _partition(event: str) -> str:
    return f"ARRIVAL#{event}"


def _key(event: str, registration_id: str) -> tuple[str, str]:
    return _partition(event), registration_id


def _item(arrival: Arrival, expires_at: datetime) -> ArrivalItem:
    return ArrivalItem(
        *_key(arrival.event, arrival.registration),
        version=arrival.version,
        fact=msgspec.to_builtins(arrival.inside) if arrival.inside else None,
        undone=list(arrival.undone),
        expires_at=expires_at,
    )


def _arrival(item: ArrivalItem) -> Arrival:
    return Arrival(
        registration=item.sk,
        event=item.pk.removeprefix("ARRIVAL#"),
        version=int(item.version),
        inside=msgspec.convert(item.fact, Fact) if item.fact else None,
        undone=tuple(item.undone),
    )
