"""The directory on moto: its app behind chalice's test client, its consumers with plain events."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import boto3
import pytest
from chalice.test import Client

from chalicelib.directory import collaborators, consumers, domain, routes, usecases
from chalicelib.directory.domain import Member
from chalicelib.directory.pages import desk, desk_edit, desk_list, guide, mine, mine_edit
from chalicelib.directory.repository import Repository
from chalicelib.directory.texts import CONSENT_PURPOSE, CONSENT_VERSION
from chalicelib.platform.pages import front
from chalicelib.platform.pages import sign_in as sign_in_pages
from shared.clock import FixedClock
from shared.consent import Consent
from shared.events import Data, Event, decode, encode, occurred
from shared.events.directory import MemberDrafted
from shared.handovers import ProfileHandover
from shared.http import App
from tests.apps import app_module
from tests.service.browser import Browser, sign_in
from tests.service.conftest import stored

MODULES_WITH_CLOCK = (
    collaborators,
    guide,
    desk,
    desk_edit,
    desk_list,
    mine,
    mine_edit,
    sign_in_pages,
    routes,
    consumers,
)


@pytest.fixture
def repository(mocked_aws: None, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """An empty table, behind the pages and behind the consumers alike."""
    fresh = Repository()
    for module in MODULES_WITH_CLOCK:
        monkeypatch.setattr(module, "repository", fresh, raising=False)
        monkeypatch.setattr(module, "clock", clock, raising=False)
    front._parts.clear()
    return fresh


@pytest.fixture(scope="session")
def app() -> App:
    found: App = app_module("directory").app
    return found


@pytest.fixture
def visitor(app: App, repository: Repository) -> Iterator[Browser]:
    with Client(app) as client:
        yield Browser(client)


@pytest.fixture
def desk_browser(visitor: Browser, organiser: Any, clock: FixedClock) -> Browser:
    """A browser in which an organiser is signed in."""
    return sign_in(visitor, organiser.sk)


FORM = {
    "name": "Buurtmoestuin Het Groene Hart",
    "kind": "residents",
    "place": "Utrecht",
    "district": "Lombok",
    "website": "groenehart.example.org",
    "about": "Samen tuinieren.",
    "themes": ["food", "meeting"],
    "email": "tuin@example.org",
    "phone": "030 123 45 67",
    "consent": "ja",
    "consent_version": CONSENT_VERSION,
    "idempotency_key": "key-1",
}

APPLICATION = {
    **{name: FORM[name] for name in FORM if name not in ("consent", "idempotency_key")},
    "consent": True,
}


def queue(*bodies: str) -> dict[str, Any]:
    """An SQS batch as Lambda gets it, with raw delivery."""
    return {
        "Records": [
            {"messageId": str(number), "eventSource": "aws:sqs", "body": body}
            for number, body in enumerate(bodies)
        ]
    }


@pytest.fixture
def deliver(repository: Repository) -> Callable[..., list[dict[str, str]]]:
    """Deliver events to the inbox; answers what must come again."""

    def send(*events: Event) -> list[dict[str, str]]:
        answer = consumers.inbox(queue(*(encode(event) for event in events)))
        failures: list[dict[str, str]] = answer["batchItemFailures"]
        return failures

    return send


def profile(**changes: Any) -> ProfileHandover:
    values: dict[str, Any] = {
        "registration_id": "registration-1",
        "name": "Zorgzaam Lombok",
        "email": "zorgzaam@example.org",
        "consent": Consent(
            "ledengids-1", "directory", datetime.fromisoformat("2027-04-13T10:00:00+00:00")
        ),
        "audience": "resident",
        "place": "Utrecht",
        "website": "https://zorgzaam.example.org",
        "about": "Buren helpen buren.",
    }
    return ProfileHandover(**{**values, **changes})


def items(prefix: str, table: str = "DIRECTORY_TABLE") -> list[dict[str, Any]]:
    """Everything in the table whose pk starts with `prefix`."""
    return stored(os.environ[table], prefix)


def objects() -> list[str]:
    """The keys in the hand-over bucket."""
    found = boto3.client("s3").list_objects_v2(Bucket=os.environ["HANDOVER_BUCKET"])
    return [entry["Key"] for entry in found.get("Contents", [])]


def outbox() -> list[Event]:
    """The events that wait to be published, oldest first."""
    events = [decode(item["event"]) for item in items("OUTBOX#")]
    return sorted(events, key=lambda event: event.id)


def told(kind: type[Data]) -> list[Event]:
    return [event for event in outbox() if isinstance(event.data, kind)]


def event_of(data: Data, clock: FixedClock) -> Event:
    return occurred(data, clock)


def drafted(
    repository: Repository, clock: FixedClock, member_id: str = "m1", **changes: Any
) -> Member:
    """A draft in the table."""
    words = {"name": "De Voedseltuin", "place": "Rotterdam", "kind": domain.Kind.ORGANISATION}
    contact = {
        name: changes.pop(name) for name in list(changes) if name.startswith(("email", "phone"))
    }
    source = changes.pop("source", usecases.BY_FORM)
    member = domain.draft(
        member_id,
        domain.Profile(**{**words, **changes}),
        domain.Contact(**{"email": "tuin@example.org", **contact}),
        Consent(CONSENT_VERSION, CONSENT_PURPOSE, clock.now()),
        clock.now(),
        source=source,
    )
    drafted = occurred(MemberDrafted(member_id=member.id), clock, version=member.version)
    repository.insert(member, drafted)
    return member


def published(
    repository: Repository, clock: FixedClock, member_id: str = "m1", **changes: Any
) -> Member:
    """A member in the guide."""
    draft = drafted(repository, clock, member_id, **changes)
    return usecases.approve(repository, clock, draft.id, draft.version)
