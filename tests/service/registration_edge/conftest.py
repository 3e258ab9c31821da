"""The registration app behind chalice's test client, on moto, with a small congress in it."""

import gettext
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from chalice.test import Client

import shared.pages
from chalicelib.registration import collaborators, consents, routes, usecases
from chalicelib.registration.pages import (
    confirming,
    congress,
    desk,
    door,
    editor,
    entering,
    event_actions,
    figures,
    manage,
    messages,
    participant_changes,
    participants,
    website,
)
from chalicelib.registration.repository import Repository
from shared import auth, mail_texts, network
from shared.clock import FixedClock
from shared.http import App
from tests.apps import app_module
from tests.registration_support import EVENT
from tests.registration_support import congress as definition_of
from tests.service.browser import Answer, Browser, sign_in
from tests.service.conftest import create_table, empty_account, stored

CLOCKED = (
    confirming,
    congress,
    desk,
    door,
    editor,
    entering,
    event_actions,
    figures,
    manage,
    messages,
    participant_changes,
    participants,
    website,
)
PAGE = f"/congres/{EVENT}"
API = f"/congres/api/v1/events/{EVENT}/registrations"

FORM = {
    "naam": "Ada de Vries",
    "email": "ada@example.org",
    "doelgroep": "resident",
    "organisatie": "Buurttuin",
    "telefoon": "030 123 45 67",
    "sessie-r1": "a1",
    "sessie-r2": "",
    "lunch": "vegetarisch",
    "toegankelijk": "een plek vooraan",
    "akkoord": "ja",
    "tekst": consents.CONGRESS.version,
    "idempotency_key": "key-of-ada",
}
BODY = {
    "name": "Ada",
    "email": "ada@example.org",
    "audience": "resident",
    "sessions": ["a1"],
    "consent": True,
    "consent_version": consents.CONGRESS.version,
}


def _read_catalogue(package: Path, language: str) -> gettext.NullTranslations:
    """The catalogue as the build compiles it, without leaving files in the source tree."""
    source = package / "locale" / language / "LC_MESSAGES/messages.po"
    if not source.exists():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@pytest.fixture(scope="package", autouse=True)
def translated() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shared.pages, "_catalogue", _read_catalogue)
        _forget_translations()
        yield
    _forget_translations()


def _forget_translations() -> None:
    shared.pages._translations.cache_clear()
    shared.pages._environment.cache_clear()


@pytest.fixture(scope="session")
def app() -> App:
    found: App = app_module("registration").app
    return found


@pytest.fixture
def mocked_aws() -> Iterator[None]:
    """The two tables that pages use, and nothing else of AWS: quicker than the whole account."""
    empty_account()
    network.forget()
    mail_texts.forget()
    for table in ("ACCESS_TABLE", "REGISTRATION_TABLE"):
        create_table(os.environ[table])
    yield
    network.forget()
    mail_texts.forget()


@pytest.fixture
def repository(
    mocked_aws: None, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Repository]:
    """The repository and the clock that the pages use too."""
    for module in (*CLOCKED, collaborators, routes):
        monkeypatch.setattr(module, "clock", clock)
    collaborators.repository.cache_clear()
    yield collaborators.repository()
    collaborators.repository.cache_clear()


@pytest.fixture
def define(repository: Repository, clock: FixedClock) -> Callable[..., Any]:
    """Define the congress, with changes."""
    return lambda **changes: usecases.define_event(
        repository, clock, definition=definition_of(**changes)
    )


@pytest.fixture
def visitor(app: App, define: Callable[..., Any]) -> Iterator[Browser]:
    """Somebody's browser; the congress has two seats, its sessions one each."""
    define()
    with Client(app) as client:
        yield Browser(client)


@pytest.fixture
def desk_browser(visitor: Browser, organiser: Any) -> Browser:
    """A browser in which an organiser is signed in."""
    return sign_in(visitor, organiser.sk)


def person(name: str, **changes: Any) -> dict[str, Any]:
    """The form as `name` fills it in."""
    own = {"naam": name.title(), "email": f"{name}@example.org", "idempotency_key": f"key-{name}"}
    return {**FORM, **own, **changes}


def items(prefix: str, table: str = "plekken-test-registration") -> list[dict[str, Any]]:
    """Everything in the table whose pk starts with `prefix`."""
    return stored(table, prefix)


def registrations() -> list[dict[str, Any]]:
    return [item for item in items("REGISTRATION#") if item["sk"] == "REGISTRATION"]


def registration_id(name: str) -> str:
    """The id of the registration under this name."""
    found = [item for item in registrations() if item.get("name") == name.title()]
    assert len(found) == 1
    return str(found[0]["pk"]).removeprefix("REGISTRATION#")


def open_manage(browser: Browser, name: str) -> Answer:
    """Follow the mailed link of `name`, press the button and come to the manage page."""
    token = auth.sign_link("registration", registration_id(name), 1)
    return browser.follow(browser.post("/congres/aanmelding", {"sleutel": token}))
