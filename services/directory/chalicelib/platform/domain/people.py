"""What an organiser's name, address and roles may be."""

import re
from collections.abc import Mapping
from typing import Any

from shared import email_address
from shared.auth import PLATFORM, Role
from shared.errors import Invalid
from shared.texts import later as _

LONGEST_NAME = 100
LONGEST_ADDRESS = 128
"""Of a Cognito user name; an address may be longer, an organiser's may not."""
MOST_ROLES = 100
MOST_AT_ONCE = 25
"""People that a list shows; the user pool is asked for one after the other."""

ROLES_OF: Mapping[str, tuple[Role, ...]] = {
    "registration": ("owner", "organiser", "helper", "reader"),
    "directory": ("owner", "organiser", "reader"),
    "documents": ("owner", "organiser", "reader"),
    PLATFORM: ("owner",),
}
"""Which roles mean something where: people are checked in at events only."""
EVENT_ROLES: tuple[Role, ...] = ("organiser", "helper", "reader")

_EVENT = re.compile(r"registration/[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?")


def read_email(text: str) -> str:
    """The address in lower case: the user pool knows each address once. Raises Invalid."""
    try:
        email = email_address.normalise(text).lower()
    except email_address.NotAnAddress as error:
        raise _wrong(
            "email", _("Dit e-mailadres klopt niet. Kijk of er een @ en een punt in staan.")
        ) from error
    if len(email) > LONGEST_ADDRESS:
        raise _wrong(
            "email", _("Dit e-mailadres is te lang om mee in te loggen: ten hoogste 128 tekens.")
        )
    return email


def read_name(text: str) -> str:
    """How pages and mails greet them. Raises Invalid."""
    name = text.strip()
    if not name:
        raise _wrong("name", _("Vul een naam in."))
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise _wrong("name", _("Gebruik een naam van ten hoogste 100 tekens, op één regel."))
    return name


def read_roles(given: Any) -> dict[str, Role]:
    """Roles by service, PLATFORM and event; what says "" is left out. Raises Invalid."""
    if not isinstance(given, dict) or len(given) > MOST_ROLES:
        raise _wrong("roles", _("Deze rollen kennen we niet."))
    chosen = {key: role for key, role in given.items() if role}
    for key, role in chosen.items():
        if role not in _possible(key):
            raise _wrong("roles", _("Deze rollen kennen we niet."))
    if not chosen:
        raise _wrong(
            "roles", _("Kies ten minste één rol. Hoort iemand er niet meer bij, verwijder die dan.")
        )
    return chosen


def _possible(key: str) -> tuple[Role, ...]:
    return ROLES_OF.get(key) or (EVENT_ROLES if _EVENT.fullmatch(key) else ())


def _wrong(field: str, text: str) -> Invalid:
    return Invalid("invalid_organiser", fields={field: text})
