"""Schemathesis against one service in this process: what it is sent, and what is checked."""

import json
from collections import Counter
from math import ceil
from random import Random
from typing import Any

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema import Draft202012Validator
from schemathesis import Case, GenerationMode, Response
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi import checks

from shared.http import Endpoint
from tests.apps import app_module
from tests.proofs.extent import SEED
from tests.proofs.fuzz import events
from tests.proofs.fuzz.gateway import Answer, Gateway
from tests.proofs.fuzz.subject import LIFE, Known, Subject, account
from tests.service.browser import ORIGIN, Browser, sign_in

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
    checks.negative_data_rejection,
]
REFUSED = ["400", "401", "403", "404", "409", "410", "413", "415", "422", "429"]
QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
SETTINGS = settings(
    database=None, deadline=None, phases=[Phase.generate], suppress_health_check=QUIET
)
ROLES = ("", "reader", "organiser", "organiser", "organiser")  # of who asks for a desk's route
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


class Fuzzer:
    """Sends a service what its document allows and forbids; remembers what went wrong."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.gateway = Gateway(app_module(subject.name).app)
        self.failures: dict[str, str] = {}
        self.events: Counter[str] = Counter()
        self.followed: set[str] = set()  # operations that a link led to, with success
        with account(subject):
            self.document = _asked(self.gateway, subject.document)
        self.gateway.reached.clear()
        config = schemathesis.Config.from_dict(
            {"checks": {"negative_data_rejection": {"expected-statuses": REFUSED}}}
        )
        self.schema = schemathesis.openapi.from_dict(strict(self.document), config=config)
        self.schema.app = self.gateway
        self.operations = [found.ok() for found in self.schema.get_all_operations()]

    def run(self, requests: int) -> None:
        """Send `requests`, most of them to the operations that take most, in rounds."""
        rounds = ceil(requests / LIFE)
        for number in range(rounds):
            with account(self.subject) as known:
                self._round(requests / rounds, SEED * 1000 + number, known)
                self.check_events()

    def check_events(self) -> None:
        """Compare the events that were written so far in this account with AsyncAPI."""
        for event in events.written(self.subject.name):
            self.events[event["type"]] += 1
            complaint = events.disagreement(event)
            if complaint:
                self.failures.setdefault(f"event {event['type']}", f"{complaint}: {event}")

    def _round(self, requests: float, seed: int, known: Known) -> None:
        weights = [_weight(operation) for operation in self.operations]
        for operation, weight in zip(self.operations, weights, strict=True):
            each = ceil(requests * weight / sum(weights) / len(MODES))
            for mode in MODES:
                self._send(operation, mode, each, seed, known)

    def _send(
        self, operation: Any, mode: GenerationMode, number: int, seed: int, known: Known
    ) -> None:
        cases = operation.as_strategy(generation_mode=mode)
        if cases.is_empty:  # nothing can be wrong with it
            cases = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
        random = Random(seed)

        @hypothesis.seed(seed)
        @settings(SETTINGS, max_examples=number)
        @given(case=cases)
        def send(case: Case) -> None:
            self.call(case, random, known)

        send()

    def documented(self) -> set[tuple[str, str, int]]:
        """Every (method, path, status) of the document; 5xx apart, which no request may cause."""
        return {
            (one.method.upper(), one.path, int(status))
            for one in self.operations
            for status in one.definition.raw["responses"]
            if status < "500"
        }

    def linked(self) -> set[str]:
        """Every operation that a link of the document leads to."""
        return {
            link["operationId"]
            for one in self.operations
            for answer in one.definition.raw["responses"].values()
            for link in answer.get("links", {}).values()
        }

    def example(self, endpoint: Endpoint) -> Any:
        """The document's example of what a route takes, or None."""
        if endpoint.body is None:
            return None
        operation = self.document["paths"][endpoint.path][endpoint.method.lower()]
        return operation["requestBody"]["content"]["application/json"]["example"]

    def disagreement(self, endpoint: Endpoint, answer: Answer) -> str:
        """What about an answer is not as documented, or ""."""
        operation = self.document["paths"][endpoint.path][endpoint.method.lower()]
        said = operation["responses"].get(str(answer.status_code))
        if said is None:
            return "an undocumented status"
        kind = str(answer.headers["Content-Type"]).partition(";")[0]
        if kind not in said["content"]:
            return "an undocumented media type"
        schema = {**said["content"][kind]["schema"], "components": self.document["components"]}
        if answer.body and not Draft202012Validator(schema).is_valid(json.loads(answer.body)):
            return "an answer against its schema"
        return ""

    def call(self, case: Case, random: Random, known: Known) -> None:
        """Send one case, steered to where something happens, and check the answer."""
        self._steer(case, random, known)
        try:
            answer = case.call_and_validate(checks=CHECKS)
        except FailureGroup as group:
            for failure in group.exceptions:
                self._note(case, failure, group)
        else:
            if answer.status_code < 300:
                self._learn(case, answer, known)

    def _learn(self, case: Case, answer: Response, known: Known) -> None:
        operation = case.operation.definition.raw
        for value in (case.path_parameters or {}).values():
            if (operation["operationId"], value) in known.linked:
                self.followed.add(operation["operationId"])
        if answer.status_code == 201 and "id" in (made := answer.json()):
            token = (case.headers or {}).get("Authorization", "").removeprefix("Bearer ")
            self.subject.created(made["id"], token, known)
        for link in operation["responses"][str(answer.status_code)].get("links", {}).values():
            for name, expression in link["parameters"].items():
                value = _pointed(answer.json(), expression.removeprefix("$response.body#"))
                if value is not None:
                    known.paths[name].append(value)
                    known.linked.add((link["operationId"], value))

    def _steer(self, case: Case, random: Random, known: Known) -> None:
        self.gateway.source_ip = f"192.0.2.{random.choice([1, 1, random.randrange(2, 250)])}"
        positive = case.meta.generation.mode.is_positive
        if random.random() < 0.8:
            found = {
                name: random.choice(known.paths[name])
                for name in case.path_parameters
                if name in known.paths
            }
            if found:
                case.path_parameters = {**case.path_parameters, **found}
        if positive and isinstance(case.body, dict) and random.random() < 0.7:
            self.subject.complete(case.body, random)
        has_pages = "cursor" in {one.name for one in case.operation.query}
        if positive and has_pages and random.random() < 0.3:
            case.query = {**(case.query or {}), "cursor": random.choice(known.cursors)}
        if any("session" in one for one in case.operation.definition.raw["security"]):
            _sign_in(case, random.choice(ROLES))
        if {"link": []} in case.operation.definition.raw["security"] and random.random() < 0.9:
            token = self.subject.token_for(case.path_parameters or {}, known, random)
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}

    def _note(self, case: Case, failure: Failure, group: FailureGroup) -> None:
        kind = type(failure).__name__
        self.failures.setdefault(f"{kind} {case.operation.label} {failure.title}", str(group))


def _sign_in(case: Case, role: str) -> None:
    """Have an organiser with this role ask, from our own page; nobody without a role."""
    if role:
        browser: Any = Browser(None)  # type: ignore[arg-type]  # nothing is sent with it
        browser = sign_in(browser, role)
        case.cookies = {**(case.cookies or {}), **browser.cookies}
        token = {"X-CSRF-Token": browser.csrf, "Origin": ORIGIN}
        case.headers = {**(case.headers or {}), **token}


def strict(document: dict[str, Any]) -> dict[str, Any]:
    """The document with answers that hold exactly what they say: every field, and no other."""
    schemas = document["components"]["schemas"]
    asked = {
        content["schema"]["$ref"].rpartition("/")[2]
        for operations in document["paths"].values()
        for operation in operations.values()
        for content in operation.get("requestBody", {"content": {}})["content"].values()
    }
    for name, schema in schemas.items():
        if "properties" in schema and name not in asked and "additionalProperties" not in schema:
            schema["additionalProperties"] = False
            if name != "Problem":  # whose `errors` and `figures` come when there are any
                schema["required"] = [*schema["properties"]]
    return document


def _pointed(answer: Any, pointer: str) -> Any:
    """What a JSON pointer (RFC 6901) points at, or None."""
    for part in pointer.split("/")[1:]:
        try:
            answer = answer[int(part) if isinstance(answer, list) else part]
        except (LookupError, TypeError):
            return None
    return answer


def _weight(operation: Any) -> int:
    """How much there is to try."""
    fixed = operation.definition.raw
    return 1 + 12 * ("requestBody" in fixed) + 4 * (len(fixed["parameters"]) - 1)


def _asked(gateway: Gateway, path: str) -> dict[str, Any]:
    from werkzeug import Client

    found: dict[str, Any] = Client(gateway).get(path).get_json()
    return found
