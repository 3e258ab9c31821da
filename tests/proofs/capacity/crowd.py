"""The people who register, each pressing the button until there is an answer."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chalicelib.registration import consents
from shared import auth
from tests.proofs.capacity.cloud import CPU_PER_REQUEST, Cloud, Function, TooMany
from tests.proofs.capacity.virtual_time import TimedOut

EVENT = "buurtdag"
BUSY_FOR = 60.0  # seconds: the page of a 503 says to try again in a minute
SOON = 5.0  # after any other failure
MOST_PRESSES = 6
NETWORK = 0.1  # seconds there and back, with CloudFront and API Gateway
GATEWAY_LIMIT = 29.0
SHARE_WITH_SESSIONS = 0.4
AGAIN = 0.01  # of each: pressed twice at once; the same address with another request
CANCELS = 0.03


@dataclass
class Person:
    """Somebody, with what they were told."""

    name: str
    email: str
    key: str
    proof: str
    sessions: list[str]
    pressed: float
    answers: list[tuple[float, int]] = field(default_factory=list)
    told: dict[str, Any] | None = None
    cancelled: int | None = None

    @property
    def waited(self) -> float:
        """How long after the first press the answer came."""
        return self.answers[-1][0] - self.pressed


class Crowd:
    """Everybody, and the doors they press at."""

    def __init__(
        self,
        cloud: Cloud,
        app: Callable[..., dict[str, Any]],
        function: Function,
        registration_of: Callable[[str, str], str | None],
    ) -> None:
        self.cloud, self.app, self.function = cloud, app, function
        self.registration_of = registration_of
        self.people: list[Person] = []
        self.twins: list[tuple[Person, Person]] = []  # one request, sent twice
        self.again: list[tuple[Person, Person]] = []  # one address, two requests

    def come(self, moments: list[float], sessions: list[str], seed: int) -> None:
        """Have somebody press at each of `moments`."""
        chance = random.Random(seed)
        for number, moment in enumerate(moments):
            wanted = [chance.choice(sessions)] if chance.random() < SHARE_WITH_SESSIONS else []
            name = f"p{number}"
            person = Person(name, f"{name}@example.org", f"k{number}", f"w{number}", wanted, moment)
            self._add(person)
            draw = chance.random()
            if draw < AGAIN:
                twin = Person(name, person.email, person.key, person.proof, wanted, moment + 0.05)
                self._add(twin)
                self.twins.append((person, twin))
            elif draw < 2 * AGAIN:
                later = moment + chance.choice([0.0, 0.02, 1.5])
                other = Person(
                    name, person.email, f"{person.key}b", f"{person.proof}b", wanted, later
                )
                self._add(other)
                self.again.append((person, other))
            elif draw < 2 * AGAIN + CANCELS:
                self._plan_to_cancel(person, 2 + 8 * chance.random())

    def _add(self, person: Person) -> None:
        self.people.append(person)
        simulation = self.cloud.simulation
        simulation.at(person.pressed, lambda: simulation.start(lambda: self._insist(person)))

    def _insist(self, person: Person) -> None:
        for _ in range(MOST_PRESSES):
            status, answer = self._press(person)
            person.answers.append((self.cloud.simulation.now, status))
            if status == 201:
                person.told = answer
                return
            self.cloud.simulation.wait(BUSY_FOR if status == 503 else SOON)

    def _press(self, person: Person) -> tuple[int, dict[str, Any]]:
        body = {
            "name": person.name,
            "email": person.email,
            "audience": "resident",
            "sessions": person.sessions,
            "consent": True,
            "consent_version": consents.CONGRESS.version,
            "altcha": person.proof,
        }
        path = "/congres/api/v1/events/{event}/registrations"
        return self._request("POST", path, {"event": EVENT}, {"idempotency-key": person.key}, body)

    def _plan_to_cancel(self, person: Person, after: float) -> None:
        simulation = self.cloud.simulation
        moment = person.pressed + after
        simulation.at(moment, lambda: simulation.start(lambda: self._cancel(person)))

    def _cancel(self, person: Person) -> None:
        """With the link that the mail would bring."""
        if person.told is None:
            return
        holder = self.registration_of(EVENT, person.email)
        assert holder is not None
        token = auth.sign_link("registration", holder, 1)
        path = "/congres/api/v1/registrations/{registration}"
        person.cancelled, _ = self._request(
            "DELETE", path, {"registration": holder}, {"authorization": f"Bearer {token}"}, None
        )

    def _request(
        self, method: str, path: str, parts: dict[str, str], headers: dict[str, str], body: Any
    ) -> tuple[int, dict[str, Any]]:
        event = {
            "requestContext": {"httpMethod": method, "resourcePath": path, "path": path},
            "path": path,
            "httpMethod": method,
            "headers": {"content-type": "application/json", **headers},
            "multiValueHeaders": {},
            "multiValueQueryStringParameters": None,
            "pathParameters": parts,
            "stageVariables": None,
            "body": json.dumps(body) if body else None,
            "isBase64Encoded": False,
        }
        answer: dict[str, Any] = {"statusCode": 504, "body": "{}"}

        def work(_: Any) -> None:
            nonlocal answer
            self.cloud.compute(CPU_PER_REQUEST)
            answer = self.app(event, None)

        self.cloud.simulation.wait(NETWORK)
        try:
            self.cloud.invoke(self.function, work)
        except TimedOut:
            pass
        except TooMany:
            answer = {"statusCode": 500, "body": "{}"}
        status = int(answer["statusCode"])
        return status, json.loads(answer["body"]) if status == 201 else {}
