"""Registration, with two congresses and three people."""

from collections.abc import Mapping
from random import Random
from typing import Any

from chalicelib.registration import collaborators, consents, pages, routes, usecases
from shared import auth
from tests.proof_of_work import solution
from tests.proofs.fuzz.subject import CLOCK, Known
from tests.registration_support import EVENT, PROFILE, congress, register_person

MANY = 1000  # seats


class Registration:
    name = "registration"
    document = "/congres/api/openapi.json"
    routers = (routes.router, pages.router)

    def __init__(self) -> None:
        self._proof = ""  # sent last: a used one counts for nothing

    def fill(self) -> Known:
        collaborators.repository.cache_clear()
        repository = collaborators.repository()
        days = {"starts": "2090-02-01 09:30", "ends": "2090-02-01 17:00"}
        rounds = [
            {**one, "starts": "2090-02-01 11:00", "ends": "2090-02-01 12:00"}
            for one in congress()["rounds"][:1]
        ]
        for name, closes in ((EVENT, "2090-01-01 09:00"), ("gesloten", "2021-01-01 09:00")):
            opened = {"opens": "2020-01-01 09:00", "closes": closes}
            changes: dict[str, Any] = {"id": name, "registration": opened, "rounds": rounds, **days}
            usecases.define_event(repository, CLOCK, definition=congress(capacity=MANY, **changes))
        for person in ("ada", "bob", "eva"):
            register_person(repository, CLOCK, person, profile=PROFILE)
        ids = [one.id for one, _ in usecases.export_rows(repository, EVENT)]
        return Known({"event": [EVENT, EVENT, EVENT, "gesloten"], "registration": ids})

    def complete(self, body: dict[str, Any], random: Random) -> None:
        body.update(audience="resident", consent=True, consent_version=consents.CONGRESS.version)
        body["sessions"] = random.choice([[], ["a1"], ["a2"]])
        body["email"] = random.choice(
            ["ada@example.org", f"p{random.randrange(10**6)}@example.org"]
        )
        body["altcha"] = self._proof = random.choice(["", self._proof, solution(CLOCK)])
        if random.random() < 0.8:
            for name in ("phone", "directory"):
                body.pop(name, None)
            body["name"] = "Ada de Vries"

    def token_for(self, path: Mapping[str, str], known: Known, random: Random) -> str:
        subject = path.get("registration") or known.paths["registration"][0]
        return auth.sign_link("registration", subject, random.choice([1, 1, 1, 2]))

    def typed(self, random: Random) -> dict[str, str | list[str]]:
        return {
            "naam": "Ada de Vries",
            "email": f"p{random.randrange(10**6)}@example.org",
            "congres": EVENT,
            "doelgroep": "resident",
            "sessie-r1": "a1",
            "akkoord": "ja",
            "tekst": consents.CONGRESS.version,
            "altcha": "",
        }

    def link(self, known: Known) -> tuple[str, str]:
        registration = known.paths["registration"].pop(0)
        known.paths["registration"].append(registration)
        return "/congres/aanmelding", auth.sign_link("registration", registration, 1)

    def created(self, id_: str, token: str, known: Known) -> None:
        """Say nothing: a registration's id comes by mail."""
