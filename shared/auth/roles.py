"""Who may do what: a role gives rights in a service, or for one event of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

Role = Literal["reader", "helper", "organiser", "owner"]
Right = Literal["read", "check_in", "work", "own"]
"""`read` shows everything, `check_in` admits people at the door and shows their names only, `work`
changes things, `own` decides about people, texts and settings."""

RIGHTS: Mapping[Role, frozenset[Right]] = {
    "reader": frozenset({"read"}),
    "helper": frozenset({"check_in"}),
    "organiser": frozenset({"read", "check_in", "work"}),
    "owner": frozenset({"read", "check_in", "work", "own"}),
}
ROLES: tuple[Role, ...] = tuple(RIGHTS)
SERVICES = ("registration", "directory", "documents")
PLATFORM = "platform"
"""What no service owns: the organisers themselves, the network's settings, the audit log."""


def event_key(event: str) -> str:
    """The key in `Organiser.roles` of a role for one event."""
    return f"registration/{event}"


class Organiser(msgspec.Struct, frozen=True):
    """Somebody who may work at the desk: a role per service, and per event.

    `roles` is keyed by a service, PLATFORM, or `event_key`. `signed_out_at` is when they last
    signed out everywhere: sessions from before are worthless. `version` counts changes of name and
    roles.
    """

    id: str
    email: str
    name: str
    roles: Mapping[str, Role]
    signed_out_at: datetime | None = None
    version: int = 0

    def may(self, service: str, right: Right, event: str = "") -> bool:
        """Whether a role in the service, or for this event of it, gives `right`."""
        keys = (service, event_key(event)) if event else (service,)
        return any(right in RIGHTS[self.roles[key]] for key in keys if key in self.roles)

    def may_somewhere(self, service: str, right: Right) -> bool:
        """Whether they have `right` in the whole service or for any event of it."""
        return any(
            right in RIGHTS[role] for key, role in self.roles.items() if _service(key) == service
        )


def _service(key: str) -> str:
    return key.partition("/")[0]
