"""The organisers, as the access table keeps them."""

from pynamodb.exceptions import DoesNotExist

from shared.access import OrganiserItem
from shared.auth.roles import Organiser, Right

_ORGANISERS = "ORGANISERS"


def find_organiser(organiser_id: str) -> Organiser | None:
    """The organiser with this id, or None."""
    try:
        return _organiser(OrganiserItem.get(_ORGANISERS, organiser_id, consistent_read=True))
    except DoesNotExist:
        return None


def every_organiser() -> list[Organiser]:
    """Everybody who may sign in, by name."""
    found = [_organiser(item) for item in OrganiserItem.query(_ORGANISERS, consistent_read=True)]
    return sorted(found, key=lambda organiser: organiser.name.casefold())


def organisers(service: str, right: Right = "work") -> list[Organiser]:
    """Everybody who has `right` in the whole service."""
    return [organiser for organiser in every_organiser() if organiser.may(service, right)]


def save_organiser(organiser: Organiser) -> None:
    """Add or change an organiser, whoever changes them at the same time."""
    organiser_key(organiser.id).update(
        [
            OrganiserItem.email.set(organiser.email),
            OrganiserItem.name.set(organiser.name),
            OrganiserItem.roles.set(dict(organiser.roles)),
            OrganiserItem.version.add(1),
        ]
    )


def organiser_key(organiser_id: str) -> OrganiserItem:
    """The item of an organiser, to change in somebody's transaction."""
    return OrganiserItem(_ORGANISERS, organiser_id)


def _organiser(item: OrganiserItem) -> Organiser:
    return Organiser(
        id=item.sk,
        email=item.email,
        name=item.name,
        roles=item.roles,
        signed_out_at=item.signed_out_at,
        version=int(item.version or 0),
    )
