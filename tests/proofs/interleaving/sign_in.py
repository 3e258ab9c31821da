"""Signing in: steps that two browsers take at once, with a user pool that takes any code."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from chalicelib.platform.models import ChallengeItem
from chalicelib.platform.repository import challenges
from chalicelib.platform.repository.challenges import MOST_TRIES, Challenge
from chalicelib.platform.usecases import account, sign_in
from chalicelib.platform.usecases.sign_in import Arrival
from shared import auth
from shared.access import OrganiserItem, SessionItem
from shared.auth.passwords import Account as PoolAccount
from shared.auth.passwords import Asked
from shared.clock import FixedClock
from tests.proofs.interleaving.account import Account
from tests.proofs.interleaving.family import Family
from tests.proofs.interleaving.race import Ran

OLGA = PoolAccount("olga", totp=True)


@dataclass
class Door:
    """Olga's browser has typed the password, and so has that of who watched her."""

    clock: FixedClock = field(
        default_factory=lambda: FixedClock(datetime(2027, 4, 14, 9, 30, tzinfo=UTC))
    )
    steps: list[str] = field(default_factory=list)
    session: auth.Session | None = None
    compared: int = 0  # codes that the user pool saw

    def enter(self, step: int, code: str) -> None:
        """A code that the pool takes, as `sign_in.enter_code` goes on with it."""
        token = self.steps[step]
        now = challenges.attempt(token, "code", self.clock)
        self.compared += 1
        sign_in._open(OLGA, Arrival(now, token, code), "account.signed_in", self.clock)

    def guess(self) -> None:
        """A code that the pool refuses."""
        challenges.attempt(self.steps[0], "code", self.clock)
        self.compared += 1

    def rename(self) -> None:
        assert self.session
        account.rename(self.session, "Olga de Wit", self.clock)

    def remove(self) -> None:
        """As an owner removes her, the rest of it left out."""
        OrganiserItem("ORGANISERS", "olga").delete()


def _asked() -> Door:
    door = Door()
    who = auth.Organiser("olga", "olga@example.org", "Olga", {"directory": "owner"})
    auth.save_organiser(who)
    door.session = auth.Session("hash", who)
    for _ in range(2):
        asked = Asked("code", "session", "olga")
        step = Challenge("code", door.clock.now(), "/beheer", asked)
        door.steps.append(challenges.begin(step, door.clock))
    return door


def _one_try_left() -> Door:
    door = _asked()
    for _ in range(MOST_TRIES - 1):
        door.guess()
    return door


def _one_session(door: Door, ran: Ran) -> list[str]:
    found = []
    sessions = list(SessionItem.scan(SessionItem.pk.startswith("SESSION#")))
    if len(sessions) > 1:
        found.append(f"{len(sessions)} sessions of one code or one step")
    if door.compared > MOST_TRIES:
        found.append(f"{door.compared} codes compared")
    left = list(ChallengeItem.scan(ChallengeItem.pk.startswith("CHALLENGE#")))
    if sessions and len(left) == len(door.steps):
        found.append("a step is left that led to a session")
    organisers = OrganiserItem.query("ORGANISERS", consistent_read=True)
    found += ["half an organiser" for one in organisers if "email" not in one.attribute_values]
    return found


SIGN_IN: Family[Door] = Family(
    name="signing in",
    account=Account(["ACCESS_TABLE"]),
    states={"a code is asked": _asked},
    operations={
        "the same code elsewhere": lambda door, index: door.enter(index, "123456"),
    },
    more={
        "the same step": lambda door, index: door.enter(0, f"12345{index}"),
        "guess": lambda door, _: door.guess(),
        "rename": lambda door, _: door.rename(),
        "remove": lambda door, _: door.remove(),
    },
    more_states={"one try left": _one_try_left},
    check=_one_session,
)
