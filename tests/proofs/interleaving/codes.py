"""The family of signing in by mail: a request, what was mailed, and a session."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from chalicelib.directory import usecases as directory
from chalicelib.directory.repository import Repository as Directory
from chalicelib.documents import usecases as documents
from chalicelib.documents.repository import Repository as Documents
from shared.auth import codes
from shared.clock import FixedClock
from shared.errors import PlekkenError
from shared.transactions import Refused, Transaction
from tests.proofs.interleaving.account import Account
from tests.proofs.interleaving.family import Family
from tests.proofs.interleaving.race import Ran

ADDRESS = "tuin@example.org"
MEMBERS = ["m1", "m2"]


@dataclass
class Browser:
    """Somebody who asked; `first` is what their first mail says."""

    clock: FixedClock = field(
        default_factory=lambda: FixedClock(datetime(2027, 4, 14, 9, 30, tzinfo=UTC))
    )
    secret: str = ""
    first: codes.Minted = field(default_factory=lambda: codes.Minted("", ""))
    session: codes.MemberSession | None = None
    sessions: int = 0
    mailed_again: bool = False
    guesses: int = 0
    signed_out: bool = False

    def ask(self) -> None:
        asking = codes.Asking("directory", ADDRESS, "nl", "v")
        self.secret = directory.ask_to_sign_in(Directory(), self.clock, asking)

    def ask_the_library(self) -> None:
        asking = codes.Asking("documents", ADDRESS, "nl", "v")
        documents.ask_to_sign_in(Documents(), self.clock, asking)

    def mint(self) -> codes.Minted:
        return codes.mint(codes.hash_of(self.secret), MEMBERS, ADDRESS, self.clock)

    def mail_again(self) -> None:
        with suppress(PlekkenError):
            self.mint()
            self.mailed_again = True

    def use_code(self) -> None:
        with suppress(PlekkenError):
            codes.use_code("directory", self.secret, self.first.code, self.clock)
            self.sessions += 1

    def use_link(self) -> None:
        with suppress(PlekkenError):
            codes.use_link("directory", self.first.link, self.clock)
            self.sessions += 1

    def guess(self) -> None:
        try:
            codes.use_code("directory", self.secret, "no code", self.clock)
        except codes.WrongCode:
            self.guesses += 1
        except codes.AskEnded:
            pass

    def choose(self) -> None:
        if self.session:
            with suppress(PlekkenError):
                codes.choose(self.session, "m2")

    def change_address(self) -> None:
        if self.session:
            transaction = Transaction()
            codes.moved(self.session, "nieuw@example.org")(transaction)
            with suppress(Refused):
                transaction.commit()

    def sign_out(self) -> None:
        if self.session:
            codes.end(self.session)
            self.signed_out = True


def _mailed() -> Browser:
    browser = Browser()
    browser.ask()
    browser.first = browser.mint()
    return browser


def _one_try_left() -> Browser:
    browser = _mailed()
    for _ in range(codes.MOST_TRIES - 1):
        browser.guess()
    return browser


def _signed_in() -> Browser:
    browser = _mailed()
    token = codes.use_link("directory", browser.first.link, browser.clock)
    browser.session = codes.member_session("directory", token, browser.clock)
    browser.sessions = 1
    return browser


def check(browser: Browser, ran: Ran) -> list[str]:
    """One session per request, five tries, and nothing left of a session that ended."""
    contents = ACCOUNT.read()
    kept = contents.of("MEMBER_SESSION#")
    found = ["a stub of a session that ended"] * any("service" not in one for one in kept)
    if browser.sessions > 1 or len(kept) > 1:
        found.append(f"{browser.sessions} sessions of one request")
    if not ran.crashed and len(kept) != browser.sessions - browser.signed_out:
        found.append(f"{len(kept)} sessions are kept, {browser.sessions} were told")
    if browser.mailed_again and browser.sessions and not browser.session:
        found.append("a code was used after a newer mail, or mailed after it was used")
    if browser.guesses > codes.MOST_TRIES:
        found.append(f"{browser.guesses} guesses")
    asks = {one["pk"]["S"].partition("#")[2] for one in contents.of("ASK#")}
    told = {event["subject"] for event in contents.told()}
    if asks != told:
        found.append("a request without its event, or the other way round")
    return found


ACCOUNT = Account(["ACCESS_TABLE", "DIRECTORY_TABLE", "DOCUMENTS_TABLE"])
CODE: Family[Browser] = Family(
    name="a code",
    account=ACCOUNT,
    states={"mailed": _mailed, "one try left": _one_try_left, "signed in": _signed_in},
    operations={
        "ask": lambda browser, _: Browser(browser.clock).ask(),
        "ask the library": lambda browser, _: browser.ask_the_library(),
        "mail again": lambda browser, _: browser.mail_again(),
        "use the code": lambda browser, _: browser.use_code(),
        "use the link": lambda browser, _: browser.use_link(),
        "guess": lambda browser, _: browser.guess(),
        "choose": lambda browser, _: browser.choose(),
        "change the address": lambda browser, _: browser.change_address(),
        "sign out": lambda browser, _: browser.sign_out(),
    },
    check=check,
    again=frozenset({"mail again"}),
)
