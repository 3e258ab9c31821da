"""What a function may do, it needs: without one permission of its policy, its work fails.

One statement per function, drawn with a seed that changes by hand; the other tests show that
nothing lacks, since every function runs with its own policy enforced.
"""

import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.documents.domain import quarantine_key
from infra.paths import service_folder
from tests.flows import steps
from tests.flows.conftest import Staff
from tests.flows.tools import SCHEDULED, SERVICES, Backstage

pytestmark = pytest.mark.embedded_aws

SEED = 20261122
# The statements that the work below can't do without.
NEEDED = {
    "api": ["ReadSessions"],
    "relay": ["PublishEvents", "RemovePublished"],
    "inbox": ["ReadTable"],
    "mail": ["ReadTable", "KeepLedger"],
    "sweep": ["ReadTable"],
    "nightly": ["ReadTable"],
    "inspect": ["ReadTable"],
}
FUNCTIONS = [(service, kind) for service in SERVICES for kind in NEEDED if kind != "inspect"]
FUNCTIONS.append(("documents", "inspect"))
EVENTS = {
    "registration-inbox": "registration.registered",
    "registration-mail": "registration.registered",
    "directory-inbox": "directory.member_published",
    "directory-mail": "directory.member_published",
    "documents-inbox": "directory.contact_shared",
    "documents-mail": "documents.document_published",
}
DESKS = {
    "registration": "/congres/beheer",
    "directory": "/leden/beheer",
    "documents": "/documenten/beheer",
}


def _actions(service: str, kind: str, sid: str) -> list[str]:
    policy = json.loads((service_folder(service) / f".chalice/policy-{kind}.json").read_text())
    [statement] = [one for one in policy["Statement"] if one["Sid"] == sid]
    return list(statement["Action"])


def _work(
    service: str, kind: str, journey: steps.Journey, staff: Staff, backstage: Backstage
) -> Callable[[], bool]:
    """What the function does every day; tells whether that went well."""
    name = f"{service}-{kind}"
    if kind == "api":
        return lambda: staff.browser.get(DESKS[service]).status == 200
    if kind == "inspect":
        key = quarantine_key(journey.document)
        arrival = {"eventName": "ObjectCreated:Put", "s3": {"object": {"key": key}}}
        return lambda: backstage.run(name, json.dumps({"Records": [arrival]})) == []
    if kind in ("inbox", "mail"):
        wanted = f"nl.plekken.{EVENTS[name]}.v1"
        [event, *_] = journey.for_queue({wanted})
        return lambda: backstage.run(name, event) == []
    event = _stream(journey.for_queue({f"nl.plekken.{EVENTS[f'{service}-mail']}.v1"})[0])
    return lambda: backstage.succeeds(name, event if kind == "relay" else SCHEDULED)


def _stream(event: str) -> dict[str, Any]:
    """What a table's stream brings when an outbox item is written."""
    identifier = json.loads(event)["id"]
    image = {"pk": {"S": "OUTBOX#0"}, "sk": {"S": identifier}, "event": {"S": event}}
    record = {"Keys": {"pk": image["pk"], "sk": image["sk"]}, "NewImage": image}
    dynamodb = {**record, "SequenceNumber": "1", "StreamViewType": "NEW_IMAGE"}
    return {"Records": [{"eventID": "1", "eventName": "INSERT", "dynamodb": dynamodb}]}


@pytest.mark.parametrize(("service", "kind"), FUNCTIONS)
def test_a_function_fails_without_one_of_its_permissions(
    service: str, kind: str, journey: steps.Journey, staff: Staff, backstage: Backstage
) -> None:
    work = _work(service, kind, journey, staff, backstage)
    assert work(), "with its own policy it works"
    sid = random.Random(f"{SEED} {service} {kind}").choice(NEEDED[kind])
    with backstage.denied(f"{service}-{kind}", *_actions(service, kind, sid)):
        assert not work(), f"{sid} is not needed"
    assert work()
    backstage.wait_until_quiet()
