"""The words of mails in every service: the same pages on three apps."""

import gettext
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from chalice.test import Client

from shared import auth, aws, mail_texts, pages
from shared.auth import SERVICES, Role
from shared.mail import Mail
from shared.mail_pages import MailDesk
from tests.apps import app_module
from tests.service.browser import Answer, Browser, sign_in


@dataclass
class Bench:
    """A service's mails, with a browser of an owner."""

    desk: MailDesk
    visitor: Browser

    def browser(self, role: Role) -> Browser:
        roles = {self.desk.service: role}
        who = auth.Organiser(f"{role}-1", f"{role}@example.org", role.title(), roles)
        auth.save_organiser(who)
        return sign_in(self.visitor, who.id)

    @property
    def kind(self) -> str:
        return next(iter(self.desk.kinds))

    def address(self, language: str = "nl", kind: str = "") -> str:
        return f"{self.desk.path}/{kind or self.kind}/{language}"

    def placeholder(self) -> str:
        return next(iter(self.desk.kinds[self.kind].placeholders))

    def save(self, browser: Browser, version: int = 0, **changes: str) -> Answer:
        words = {"subject": "Eigen onderwerp", "opening": "Eigen begin.", **changes}
        return browser.post(self.address(), {**words, "version": str(version)})

    def sample(self, language: str = "nl", kind: str = "") -> Mail:
        mail_texts.forget()
        return self.desk.sample(kind or self.kind, language, "o@example.org")


@pytest.fixture(params=SERVICES)
def bench(request: pytest.FixtureRequest, mocked_aws: None) -> Iterator[Bench]:
    service: str = request.param
    desk = import_module(f"chalicelib.{service}.pages.mail_words").MAILS
    with Client(app_module(service).app) as client:
        yield Bench(desk, Browser(client))


@pytest.fixture
def sent(mocked_aws: None, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bytes]]:
    """To whom SES was asked to send what."""
    mails: list[tuple[str, bytes]] = []

    def keep(**call: Any) -> dict[str, str]:
        [to] = call["Destination"]["ToAddresses"]
        mails.append((to, call["Content"]["Raw"]["Data"]))
        return {"MessageId": "1"}

    monkeypatch.setattr(aws.client("sesv2"), "send_email", keep)
    return mails


@pytest.fixture
def work(bench: Bench) -> Callable[[str], Any]:
    """Give the service's mail worker an event; answers what must come again."""
    consumers = import_module(f"chalicelib.{bench.desk.service}.consumers")

    def mail(event: str) -> Any:
        batch = {"Records": [{"messageId": "1", "eventSource": "aws:sqs", "body": event}]}
        return consumers.mail(batch)["batchItemFailures"]

    return mail


def _catalogue(package: Path, language: str) -> gettext.NullTranslations:
    """As the build compiles it, without leaving files in the source tree."""
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
        patch.setattr(pages, "_catalogue", _catalogue)
        _forget_texts()
        yield
    _forget_texts()


def _forget_texts() -> None:
    pages._translations.cache_clear()
    pages._environment.cache_clear()
