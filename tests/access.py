"""Who may use which route: the reviewed decisions, and what they mean for each kind of person.

The access matrices (tests/service/test_access_matrix.py, tests/flows/test_access.py) try every
route with everybody. What they expect is worked out here, not by the code that they test.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from shared.http import Access, Endpoint

PACKAGES = ("registration", "directory", "documents", "platform")
DESKS = ("/beheer", "/congres/beheer", "/leden/beheer", "/documenten/beheer")

# A right, by who has it.
HAVE: Mapping[str, frozenset[str]] = {
    "read": frozenset({"reader", "organiser", "owner"}),
    "check_in": frozenset({"helper", "organiser", "owner"}),
    "work": frozenset({"organiser", "owner"}),
    "own": frozenset({"owner"}),
}

# Under a desk's address, and still for everybody: why.
PUBLIC_AT_A_DESK = {
    "/beheer/inloggen": "who signs in is not signed in yet",
    "/beheer/uitloggen": "harmless without a session; checks the form's token itself with one",
    "/beheer/wachtwoord": "who forgot a password cannot sign in",
}

# Every route that asks for an organiser, and the right it asks for: "somewhere" is for any event
# (the view shows only those), "signed in" is for any organiser. Add a route after deciding on it.
DECIDED: Mapping[str, str] = {
    "GET /congres/beheer": "registration read somewhere",
    "GET /congres/beheer/{event}/deelnemers.csv": "registration read",
    "GET /congres/beheer/{event}/deelnemers.xlsx": "registration read",
    "GET /congres/beheer/{event}/definitie.json": "registration read",
    "GET /congres/beheer/{event}/cijfers": "registration read",
    "GET /congres/beheer/nieuw": "registration work",
    "POST /congres/beheer/nieuw": "registration work",
    "GET /congres/beheer/{event}/bewerken": "registration work",
    "POST /congres/beheer/{event}/bewerken": "registration work",
    "GET /congres/beheer/{event}/voorbeeld": "registration read",
    "GET /congres/beheer/{event}/website": "registration read",
    "GET /congres/beheer/{event}/stand": "registration work",
    "POST /congres/beheer/{event}/stand": "registration work",
    "GET /congres/beheer/mails": "registration own",
    "GET /congres/beheer/mails/{kind}/{language}": "registration own",
    "POST /congres/beheer/mails/{kind}/{language}": "registration own",
    "POST /congres/beheer/mails/{kind}/{language}/standaard": "registration own",
    "POST /congres/beheer/mails/{kind}/{language}/testmail": "registration own",
    "GET /congres/beheer/mails/{kind}/{language}/voorbeeld": "registration own",
    "POST /congres/beheer/mails/{kind}/{language}/voorbeeld": "registration own",
    "GET /congres/beheer/{event}": "registration read",
    "GET /congres/beheer/zoeken": "registration read somewhere",
    "GET /congres/beheer/{event}/deelnemer/{registration}": "registration read",
    "GET /congres/beheer/{event}/afzeggen/{registration}": "registration work",
    "POST /congres/beheer/{event}/afzeggen/{registration}": "registration work",
    "POST /congres/beheer/{event}/afzeggen": "registration work",
    "POST /congres/beheer/{event}/adres/{registration}": "registration work",
    "GET /congres/beheer/{event}/aanmelden": "registration work",
    "POST /congres/beheer/{event}/aanmelden": "registration work",
    "GET /congres/beheer/{event}/e-mail/{registration}": "registration work",
    "POST /congres/beheer/{event}/e-mail/{registration}": "registration work",
    "GET /congres/beheer/{event}/kaartje/{registration}": "registration work",
    "POST /congres/beheer/{event}/bevestigen/{registration}": "registration work",
    "GET /congres/beheer/{event}/mail": "registration work",
    "POST /congres/beheer/{event}/mail": "registration work",
    "POST /congres/beheer/{event}/notitie/{registration}": "registration work",
    "GET /congres/beheer/{event}/wijzigen/{registration}": "registration work",
    "POST /congres/beheer/{event}/wijzigen/{registration}": "registration work",
    "GET /congres/beheer/inchecken": "registration check_in somewhere",
    "GET /congres/beheer/{event}/inchecken": "registration check_in",
    "POST /congres/beheer/{event}/inchecken": "registration check_in",
    "POST /congres/beheer/{event}/inchecken/terug": "registration check_in",
    "GET /congres/beheer/{event}/inchecken.js": "registration check_in",
    "GET /congres/api/v1/events/{event}/check-in": "registration check_in",
    "POST /congres/api/v1/events/{event}/check-in": "registration check_in",
    "GET /leden/beheer/{member_id}": "directory read",
    "POST /leden/beheer/{member_id}/goedkeuren": "directory work",
    "POST /leden/beheer/{member_id}/afwijzen": "directory work",
    "POST /leden/beheer/{member_id}/intrekken": "directory work",
    "GET /leden/beheer/{member_id}/wijzigen": "directory work",
    "POST /leden/beheer/{member_id}/wijzigen": "directory work",
    "GET /leden/beheer": "directory read",
    "POST /leden/beheer/goedkeuren": "directory work",
    "POST /leden/beheer/afwijzen": "directory work",
    "POST /leden/beheer/intrekken": "directory work",
    "POST /leden/beheer/heropenen": "directory work",
    "GET /leden/beheer/mails": "directory own",
    "GET /leden/beheer/mails/{kind}/{language}": "directory own",
    "POST /leden/beheer/mails/{kind}/{language}": "directory own",
    "POST /leden/beheer/mails/{kind}/{language}/standaard": "directory own",
    "POST /leden/beheer/mails/{kind}/{language}/testmail": "directory own",
    "GET /leden/beheer/mails/{kind}/{language}/voorbeeld": "directory own",
    "POST /leden/beheer/mails/{kind}/{language}/voorbeeld": "directory own",
    "GET /documenten/beheer/{document_id}": "documents read",
    "GET /documenten/beheer/{document_id}/bestand": "documents read",
    "POST /documenten/beheer/{document_id}/publiceren": "documents work",
    "POST /documenten/beheer/{document_id}/afwijzen": "documents work",
    "POST /documenten/beheer/{document_id}/intrekken": "documents work",
    "GET /documenten/beheer": "documents read",
    "POST /documenten/beheer/publiceren": "documents work",
    "POST /documenten/beheer/afwijzen": "documents work",
    "POST /documenten/beheer/intrekken": "documents work",
    "GET /documenten/beheer/mails": "documents own",
    "GET /documenten/beheer/mails/{kind}/{language}": "documents own",
    "POST /documenten/beheer/mails/{kind}/{language}": "documents own",
    "POST /documenten/beheer/mails/{kind}/{language}/standaard": "documents own",
    "POST /documenten/beheer/mails/{kind}/{language}/testmail": "documents own",
    "GET /documenten/beheer/mails/{kind}/{language}/voorbeeld": "documents own",
    "POST /documenten/beheer/mails/{kind}/{language}/voorbeeld": "documents own",
    "GET /beheer/account": "signed in",
    "POST /beheer/account": "signed in",
    "GET /beheer/account/wachtwoord": "signed in",
    "POST /beheer/account/wachtwoord": "signed in",
    "GET /beheer/account/app": "signed in",
    "POST /beheer/account/app": "signed in",
    "POST /beheer/account/overal-uitloggen": "signed in",
    "GET /beheer/logboek": "platform own",
    "GET /beheer/logboek/logboek.csv": "platform own",
    "GET /beheer": "signed in",
    "GET /beheer/instellingen": "platform own",
    "POST /beheer/instellingen": "platform own",
    "GET /beheer/instellingen/logo": "platform own",
    "POST /beheer/instellingen/logo": "platform own",
    "POST /beheer/instellingen/logo/verwijderen": "platform own",
    "GET /beheer/meldingen": "signed in",
    "POST /beheer/meldingen": "signed in",
    "GET /beheer/meldingen/team": "platform own",
    "POST /beheer/meldingen/team": "platform own",
    "GET /beheer/werking": "platform own",
    "POST /beheer/werking/{queue}/terugzetten": "platform own",
    "GET /beheer/werking/{queue}/{message}/weggooien": "platform own",
    "POST /beheer/werking/{queue}/{message}/weggooien": "platform own",
    "GET /beheer/mensen": "platform own",
    "GET /beheer/mensen/uitnodigen": "platform own",
    "POST /beheer/mensen/uitnodigen": "platform own",
    "POST /beheer/mensen/opruimen": "platform own",
    "GET /beheer/mensen/{organiser_id}": "platform own",
    "POST /beheer/mensen/{organiser_id}": "platform own",
    "POST /beheer/mensen/{organiser_id}/uitnodiging": "platform own",
    "POST /beheer/mensen/{organiser_id}/tweede-stap": "platform own",
    "POST /beheer/mensen/{organiser_id}/sessies": "platform own",
    "POST /beheer/mensen/{organiser_id}/verwijderen": "platform own",
    "GET /beheer/zoeken": "signed in",
}


@dataclass(frozen=True)
class Route:
    """An endpoint, and the package that it stands in."""

    package: str
    endpoint: Endpoint

    @property
    def name(self) -> str:
        return f"{self.endpoint.method} {self.endpoint.path}"

    @property
    def app(self) -> str:
        """The service whose app answers it."""
        return "directory" if self.package == "platform" else self.package

    @property
    def access(self) -> Access:
        return self.endpoint.access

    @property
    def is_of_an_event(self) -> bool:
        return "{event}" in self.endpoint.path

    def path(self, ids: Mapping[str, str], default: str) -> str:
        """The address with these ids in it."""
        return re.sub(r"\{(\w+)\}", lambda found: ids.get(found[1], default), self.endpoint.path)


def routes() -> list[Route]:
    """Every route of every service and of the platform."""
    return [Route(package, endpoint) for package in PACKAGES for endpoint in _endpoints(package)]


def _endpoints(package: str) -> Iterator[Endpoint]:
    for module in ("routes", "pages", "pages.organisers"):
        name = f"chalicelib.{package}.{module}"
        if find_spec(name) is not None:
            yield from import_module(name).router.endpoints


ALL = routes()
GUARDED = [route for route in ALL if route.access.signed_in]
BY_MAIL = [route for route in ALL if route.access.by_mail]
OPEN = [route for route in ALL if not (route.access.signed_in or route.access.by_mail)]


def decision(access: Access) -> str:
    """How `DECIDED` writes what a route declares."""
    if access.right is None:
        return "signed in"
    return f"{access.service} {access.right}" + (" somewhere" if access.somewhere else "")


def may(roles: Mapping[str, str], access: Access, event: str = "") -> bool:
    """Whether somebody with these roles is let in, at a path of this event if it has one."""
    if access.right is None:
        return True
    have = HAVE[access.right]
    keys = {access.service}
    if access.somewhere:
        keys |= {key for key in roles if key.startswith(f"{access.service}/")}
    elif event:
        keys.add(f"{access.service}/{event}")
    return any(roles.get(key) in have for key in keys)
