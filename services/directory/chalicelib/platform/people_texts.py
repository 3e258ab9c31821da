"""What roles and accounts are called on the people pages."""

from collections.abc import Iterator, Mapping

from chalicelib.platform.domain.people import EVENT_ROLES, ROLES_OF
from shared import auth
from shared.desk import Texts
from shared.http import Request
from shared.pages import say
from shared.texts import later as _

ROLES: Mapping[str, str] = {
    "reader": _("meelezer: ziet alles, verandert niets"),
    "helper": _("balie: checkt mensen in, ziet alleen namen"),
    "organiser": _("organisator: ziet en verandert alles"),
    "owner": _("eigenaar: ook teksten en instellingen"),
}
SHORT: Mapping[str, str] = {
    "reader": _("meelezer"),
    "helper": _("balie"),
    "organiser": _("organisator"),
    "owner": _("eigenaar"),
}
SERVICES: Mapping[str, str] = {
    "registration": _("Alle congressen"),
    "directory": _("Leden"),
    "documents": _("Documenten"),
    auth.PLATFORM: _("Mensen en instellingen"),
}
PLATFORM_OWNER = _("mag mensen uitnodigen en instellingen veranderen")
STATES: Mapping[str, tuple[str, str]] = {  # text and tone
    "invited": (_("uitgenodigd"), "few"),
    "expired": (_("uitnodiging verlopen"), "full"),
    "active": (_("doet mee"), "good"),
    "blocked": (_("geblokkeerd"), "full"),
    "gone": (_("account is weg"), "full"),
}
FIELD = "role_"
"""Before a key of `Organiser.roles` in the form."""

Choice = tuple[str, str]
RoleField = tuple[str, str, list[Choice]]


def role_fields(request: Request, titles: Mapping[str, Texts]) -> list[RoleField]:
    """Name, label and options of each role's field: the services, then the events."""
    fields: list[RoleField] = []
    for key, label in SERVICES.items():
        options: list[Choice] = [(role, say(request, _of(key, role))) for role in ROLES_OF[key]]
        fields.append((FIELD + key, say(request, label), options))
    for event, title in titles.items():
        options = [(role, say(request, ROLES[role])) for role in EVENT_ROLES]
        label = say(request, _("Alleen %(event)s")) % {"event": title[request.language]}
        fields.append((FIELD + auth.event_key(event), label, options))
    return fields


def described(
    request: Request, roles: Mapping[str, str], titles: Mapping[str, Texts]
) -> Iterator[str]:
    """Each role in words, in the order of the form."""
    for key in sorted(roles, key=lambda key: (key not in SERVICES, [*SERVICES, key].index(key))):
        event = key.partition("/")[2]
        title = titles.get(event, {}).get(request.language, event)
        where = say(request, SERVICES[key]) if key in SERVICES else title
        yield f"{where}: {say(request, SHORT[roles[key]])}"


def _of(key: str, role: str) -> str:
    return PLATFORM_OWNER if key == auth.PLATFORM else ROLES[role]
