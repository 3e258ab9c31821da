"""Registration, with two congresses and three people."""

from collections.abc import Mapping
from datetime import timedelta
from random import Random
from typing import Any

from chalicelib.registration import (
    collaborators,
    consents,
    event_form,
    pages,
    routes,
    usecases,
)
from chalicelib.registration.mail_kinds import KINDS
from chalicelib.registration.models import Seen
from chalicelib.registration.pages import organisers
from chalicelib.registration.repository import Repository
from chalicelib.registration.usecases import definition_reader
from shared import auth
from shared.inbox import Once
from tests.proof_of_work import solution
from tests.proofs.fuzz.subject import CLOCK, Known
from tests.registration_support import EVENT, PROFILE, congress, question, register_person

MANY = 1000  # seats
OPEN_UNTIL = "2090-01-01 09:00"
QUESTIONS = [
    question("vervoer", "one", options="fiets ov"),
    question("bakfiets", "yes_no", when={"question": "vervoer", "answers": ["fiets"]}),
    question("dagen", "several", options="ma di"),
    question("kort", "short", audiences=["resident"]),
    question("lang", "long"),
    question("aantal", "number"),
    question("dag", "date"),
]


def _congress(id_: str, closes: str) -> dict[str, Any]:
    day = {"starts": "2090-02-01 09:30", "ends": "2090-02-01 17:00"}
    [first, _] = congress()["rounds"]
    rounds = [first | {"starts": "2090-02-01 11:00", "ends": "2090-02-01 12:00"}]
    opened = {"opens": "2020-01-01 09:00", "closes": closes}
    return congress(
        id=id_,
        capacity=MANY,
        registration=opened,
        rounds=rounds,
        questions=QUESTIONS,
        **day,
    )


def _holding(definition: dict[str, Any]) -> dict[str, Any]:
    """The same, for which whoever registers from now on must confirm the address."""
    return definition | {"registration": definition["registration"] | {"confirm_within": 168}}


def _fail_address(repository: Repository) -> None:
    [*_, (registration, _)] = usecases.export_rows(repository, EVENT)
    usecases.note_failed_address(
        repository,
        CLOCK,
        registration_id=registration.id,
        cause="bounce",
        sent_at=CLOCK.now() + timedelta(seconds=1),
        once=Once(Seen, "feedback", registration.id, CLOCK),
    )


def _cursor(repository: Repository) -> str:
    page = usecases.list_registrations(repository, event=EVENT, cursor=None, limit=1)
    assert page.cursor
    return page.cursor


class Registration:
    name = "registration"
    document = "/congres/api/openapi.json"
    routers = (routes.router, pages.router, organisers.router)

    def __init__(self) -> None:
        self._proof = ""  # sent last: a used one counts for nothing

    def fill(self) -> Known:
        collaborators.repository.cache_clear()
        repository = collaborators.repository()
        for name, closes in ((EVENT, OPEN_UNTIL), ("gesloten", "2021-01-01 09:00")):
            usecases.define_event(repository, CLOCK, definition=_congress(name, closes))
        register_person(repository, CLOCK, "ada", profile=PROFILE)
        usecases.define_event(repository, CLOCK, definition=_holding(_congress(EVENT, OPEN_UNTIL)))
        for person in ("bob", "eva"):
            register_person(repository, CLOCK, person, profile=PROFILE)
        _fail_address(repository)
        ids = [one.id for one, _ in usecases.export_rows(repository, EVENT)]
        return Known(
            {
                "event": [EVENT, EVENT, EVENT, "gesloten"],
                "registration": ids,
                "kind": [*KINDS],
                "language": ["nl", "en"],
            },
            cursors=[_cursor(repository)],
        )

    def complete(self, body: dict[str, Any], random: Random) -> None:
        if "facts" in body:
            return
        body.update(audience="resident", consent=True, consent_version=consents.CONGRESS.version)
        body["sessions"] = random.choice([[], ["a1"], ["a2"]])
        if random.random() < 0.8:
            body["answers"] = random.choice([{}, {"vervoer": "ov", "dagen": ["ma", "di"]}])
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
        made = definition_reader.read(_congress(f"dag-{random.randrange(10**6)}", OPEN_UNTIL))
        return {
            "subject": "Welkom",
            "opening": "Fijn dat je er bent.",
            "onderwerp-nl": "Lunch op {congres}",
            "tekst-nl": "Neem een bord mee.",
            **event_form.fields(event_form.start(made)),
            "zeker": "ja",
            "naam": "Ada de Vries",
            "email": f"p{random.randrange(10**6)}@example.org",
            "congres": EVENT,
            "doelgroep": "resident",
            "sessie-r1": "a1",
            "vraag-vervoer": "fiets",
            "vraag-bakfiets": "no",
            "vraag-dagen": "ma",
            "vraag-aantal": "2,5",
            "vraag-dag": "2090-02-01",
            "akkoord": "ja",
            "tekst": consents.CONGRESS.version,
            "altcha": "",
        }

    def link(self, known: Known) -> tuple[str, str]:
        registration = known.paths["registration"].pop(0)
        known.paths["registration"].append(registration)
        # A corrected address ends the links that were sent before.
        found = Repository(CLOCK).registrations.get(registration)
        version = found.link_version if found else 1
        return "/congres/aanmelding", auth.sign_link("registration", registration, version)

    def created(self, id_: str, token: str, known: Known) -> None:
        """Say nothing: a registration's id comes by mail."""
