"""The directory, with three members and a draft."""

from collections.abc import Mapping
from random import Random
from typing import Any

from chalicelib.directory import collaborators, pages, routes
from chalicelib.directory.mail_kinds import KINDS
from chalicelib.directory.pages import organisers
from shared import pagination
from tests.proof_of_work import solution
from tests.proofs.fuzz.subject import CLOCK, MEMBERS_ADDRESS, Known
from tests.service.directory.conftest import drafted, published


class Directory:
    name = "directory"
    document = "/leden/api/openapi.json"
    routers = (routes.router, pages.router, organisers.router)

    def __init__(self) -> None:
        self._proof = ""  # sent last: a used one counts for nothing

    def fill(self) -> Known:
        repository = collaborators.repository
        repository._snapshot = None
        found = [
            published(
                repository,
                CLOCK,
                f"m{n}",
                name=f"Tuin {n}",
                latitude=52.1,
                longitude=5.1,
                email=MEMBERS_ADDRESS,
            )
            for n in range(3)
        ]
        draft = drafted(repository, CLOCK, "m9", email="m9@example.org")
        known = Known(
            {
                "slug": [one.slug for one in found],
                "member_id": [*(one.id for one in found), draft.id],
                "kind": [*KINDS],
                "language": ["nl", "en"],
            }
        )
        known.members = [one.id for one in found]
        known.cursors = [pagination.encode({"from": "1"})]
        return known

    def complete(self, body: dict[str, Any], random: Random) -> None:
        body.update(name="Buurttuin", kind="residents", place="Utrecht", consent=True)
        body["consent_version"] = routes.CONSENT_VERSION
        body["email"] = random.choice(
            ["een@example.org", f"p{random.randrange(10**6)}@example.org"]
        )
        body["altcha"] = self._proof = random.choice(["", self._proof, solution(CLOCK)])
        for name in ("phone", "website"):
            body.pop(name, None)

    def token_for(self, path: Mapping[str, str], known: Known, random: Random) -> str:
        return ""

    def typed(self, random: Random) -> dict[str, str | list[str]]:
        return {
            "subject": "Welkom",
            "opening": "Fijn dat je er bent.",
            "contact": "info@example.org",
            "name": "Buurttuin",
            "kind": "residents",
            "place": "Utrecht",
            "website": "tuin.example.org",
            "email": f"p{random.randrange(10**6)}@example.org",
            "phone": "030 123 45 67",
            "consent": "ja",
            "altcha": "",
        }

    def link(self, known: Known) -> tuple[str, str]:
        return "", ""

    def created(self, id_: str, token: str, known: Known) -> None:
        """Say nothing: an application has no address of its own."""
