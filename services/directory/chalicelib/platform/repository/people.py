"""The organisers' items, written under conditions: nobody overwrites, and an owner stays."""

from collections.abc import Mapping
from datetime import datetime

from pynamodb.expressions.condition import Condition

from chalicelib.platform.models import LeaverItem
from shared.access import OrganiserItem
from shared.auth import Organiser, Role
from shared.auth.organisers import organiser_key
from shared.transactions import Join, Transaction

LEAVERS = "LEAVERS"

# The names of transaction parts that callers look for in `Refused.parts`.
PART_ORGANISER = "organiser"
PART_OWNER = "owner"


def insert(new: Organiser, joins: list[Join]) -> None:
    """Add an organiser. Refused (PART_ORGANISER) when they are one already."""
    item = organiser_key(new.id)
    item.email, item.name, item.roles, item.version = new.email, new.name, dict(new.roles), 1
    transaction = _with(joins)
    transaction.insert(item, name=PART_ORGANISER)
    transaction.commit()


def change(current: Organiser, name: str, roles: Mapping[str, Role], joins: list[Join]) -> None:
    """Give an organiser another name and roles. Refused (PART_ORGANISER) after another change."""
    transaction = _with(joins)
    transaction.update(
        organiser_key(current.id),
        [
            OrganiserItem.name.set(name),
            OrganiserItem.roles.set(dict(roles)),
            OrganiserItem.version.set(current.version + 1),
        ],
        condition=_is_version(current.version),
        name=PART_ORGANISER,
    )
    transaction.commit()


def end_sessions(organiser_id: str, now: datetime, joins: list[Join]) -> None:
    """Make every session from before worthless. Refused (PART_ORGANISER) when they are gone."""
    transaction = _with(joins)
    transaction.update(
        organiser_key(organiser_id),
        [OrganiserItem.signed_out_at.set(now)],
        condition=OrganiserItem.pk.exists(),
        name=PART_ORGANISER,
    )
    transaction.commit()


def remove(current: Organiser, now: datetime, joins: list[Join]) -> None:
    """Take an organiser away, and remember that the account must go. Refused after a change."""
    transaction = _with(joins)
    transaction.delete(
        organiser_key(current.id), condition=_is_version(current.version), name=PART_ORGANISER
    )
    transaction.put(LeaverItem(LEAVERS, current.id, left_at=now), name="leaver")
    transaction.commit()


def note(joins: list[Join]) -> None:
    """Write only what joins."""
    _with(joins).commit()


def stands(owner: Organiser) -> Join:
    """Refuse (PART_OWNER) when this owner was changed or removed since we looked."""
    return lambda transaction: _check_owner(transaction, owner)


def leavers() -> list[str]:
    """The ids of organisers whose account may still be there."""
    return [item.sk for item in LeaverItem.query(LEAVERS, consistent_read=True)]


def forget_leaver(organiser_id: str) -> None:
    """The account is gone."""
    LeaverItem(LEAVERS, organiser_id).delete()


def _with(joins: list[Join]) -> Transaction:
    transaction = Transaction()
    for join in joins:
        join(transaction)
    return transaction


def _check_owner(transaction: Transaction, owner: Organiser) -> None:
    item = organiser_key(owner.id)
    transaction.check(OrganiserItem, item.pk, item.sk, _is_version(owner.version), name=PART_OWNER)


def _is_version(version: int) -> Condition:
    never_changed = OrganiserItem.pk.exists() & OrganiserItem.version.does_not_exist()
    same: Condition = OrganiserItem.version == version if version else never_changed
    return same
