"""Families of the network's settings and of the words of mails: two owners at the same page."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from msgspec.structs import replace

from chalicelib.directory.mail_kinds import KINDS
from chalicelib.directory.models import Outbox
from chalicelib.platform.domain.images import Image, read_header
from chalicelib.platform.logos import Logos, Upload
from chalicelib.platform.usecases import settings
from shared import aws, mail_texts, network
from shared.auth import PLATFORM, Organiser
from shared.clock import FixedClock
from shared.events.directory import DirectoryTestMailAsked
from shared.mail_texts import Words
from shared.network import Network
from shared.settings import Settings, load
from tests.proofs.interleaving.account import Account
from tests.proofs.interleaving.family import Family
from tests.proofs.interleaving.race import Ran

OWNER = Organiser("owner", "o@example.org", "O", {PLATFORM: "owner", "directory": "owner"})
KIND = KINDS["member_published"]
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x20\0\0\0\x10\x08\x02\0\0\0"
ACCOUNT = Account(["ACCESS_TABLE", "DIRECTORY_TABLE"], ["WEB_BUCKET"])


@dataclass
class Page:
    """What two owners look at, and who of them was told that it was saved."""

    seen: int = 0
    clock: FixedClock = field(
        default_factory=lambda: FixedClock(datetime(2027, 4, 14, 9, 30, tzinfo=UTC))
    )
    wrote: list[int] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)

    # settings

    def change(self, index: int) -> None:
        with suppress(settings.Overtaken):
            wanted = replace(network.newest(), name=f"Van {index}", version=self.seen)
            settings.change_settings(self.clock, OWNER, wanted)
            self.wrote.append(index)

    def change_logo(self, index: int) -> None:
        with suppress(settings.Overtaken):
            upload = Upload(f"{index:026}")
            settings.change_logo(self.clock, OWNER, Logos(), upload, self.seen)
            self.wrote.append(index)

    def remove_logo(self, index: int) -> None:
        with suppress(settings.Overtaken):
            settings.remove_logo(self.clock, OWNER, Logos(), self.seen)
            self.wrote.append(index)

    # words

    def word(self, index: int) -> None:
        self._word(index, Words(f"Van {index}", f"Van {index}."))

    def standard(self, index: int) -> None:
        self._word(index, KIND.standard)

    def ask(self, index: int) -> None:
        asked = DirectoryTestMailAsked(organiser_id=OWNER.id, kind=KIND.id, language="nl")
        mail_texts.ask_test_mail(self.clock, OWNER, Outbox, asked)
        self.asked.append(index)

    def _word(self, index: int, words: Words) -> None:
        with suppress(mail_texts.Overtaken):
            mail_texts.change_words(self.clock, OWNER, "directory", KIND, "nl", words, self.seen)
            self.wrote.append(index)


def _forget() -> None:
    network.forget()
    mail_texts.forget()


def _settings() -> Page:
    page = Page()
    logo = Logos().keep(Upload("old"), PNG, _image())
    settings.change_settings(page.clock, OWNER, Network(name="Eerst", logo=logo))
    for index in (0, 1):
        key = Upload(f"{index:026}").key
        aws.client("s3").put_object(Bucket=load(Settings).web_bucket, Key=key, Body=PNG)
    page.seen = 1
    return page


def _words() -> Page:
    page = Page()
    page.word(2)
    return Page(seen=1, clock=page.clock)


def _of_one(page: Page, ran: Ran, version: int) -> list[str]:
    """One of the two has saved, each save has a note, and nobody was told otherwise."""
    notes = len(ACCOUNT.read().of("AUDIT#"))
    found = []
    if len(page.wrote) > 1:
        found.append("two owners saved over the same version")
    if not len(page.wrote) <= version - page.seen <= len(page.wrote) + ran.crashed:
        found.append(f"version {version} after {len(page.wrote)} saves")
    if not version + len(page.asked) <= notes <= version + len(page.asked) + ran.crashed:
        found.append(f"{notes} notes for version {version}")
    return found


def _settings_of_one(page: Page, ran: Ran) -> list[str]:
    newest = network.newest()
    found = _of_one(page, ran, newest.version)
    if newest.logo and f"static/{newest.logo}" not in ACCOUNT.read().keys("WEB_BUCKET"):
        found.append("pages show a logo that is not there")
    return found


def _words_of_one(page: Page, ran: Ran) -> list[str]:
    stored = mail_texts.stored_words("directory", KIND, "nl")
    found = _of_one(page, ran, stored.version)
    told = len(ACCOUNT.read().told())
    if not len(page.asked) <= told <= len(page.asked) + ran.crashed:
        found.append(f"{told} test mails for {len(page.asked)} asked")
    return found


def _image() -> Image:
    found = read_header(PNG)
    assert found is not None
    return found


SETTINGS: Family[Page] = Family(
    name="the network's settings",
    account=ACCOUNT,
    states={"looked at": _settings},
    operations={
        "change": lambda page, index: page.change(index),
        "change the logo": lambda page, index: page.change_logo(index),
        "remove the logo": lambda page, index: page.remove_logo(index),
    },
    check=_settings_of_one,
    forget=_forget,
)
WORDS: Family[Page] = Family(
    name="the words of a mail",
    account=ACCOUNT,
    states={"looked at": _words},
    operations={
        "change": lambda page, index: page.word(index),
        "back to standard": lambda page, index: page.standard(index),
        "ask a test mail": lambda page, index: page.ask(index),
    },
    check=_words_of_one,
    forget=_forget,
)
