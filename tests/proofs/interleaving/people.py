"""The family of the organisers: two owners who invite, change and remove, also each other."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from chalicelib.platform import user_pool
from chalicelib.platform.repository import people as store
from chalicelib.platform.usecases import people
from chalicelib.platform.user_pool import Account
from shared import auth
from shared.clock import FixedClock
from shared.errors import PlekkenError
from tests.proofs.interleaving import account
from tests.proofs.interleaving.family import Family
from tests.proofs.interleaving.race import Ran

EMAIL = "nieuw@example.org"
OWNER: Mapping[str, Any] = {"registration": "owner", auth.PLATFORM: "owner"}
READER: Mapping[str, Any] = {"registration": "reader"}
OWNERS = ("owner0", "owner1")
COLLEAGUE = "colleague"

_numbers = itertools.count()
_pool: ContextVar[dict[str, Account]] = ContextVar("pool")


@dataclass
class World:
    """Two owners, a colleague, and somebody whose removal was cut off; accounts by address."""

    clock: FixedClock = field(
        default_factory=lambda: FixedClock(datetime(2027, 4, 14, 9, 30, tzinfo=UTC))
    )
    pool: dict[str, Account] = field(default_factory=dict)
    changed: set[tuple[str, int, str]] = field(
        default_factory=set
    )  # whom, which version, into what

    def do(self, verb: Callable[[], object], change: tuple[str, int, str] | None = None) -> None:
        token = _pool.set(self.pool)
        try:
            with suppress(PlekkenError):
                verb()
                if change:
                    self.changed.add(change)
        finally:
            _pool.reset(token)

    def invite(self, by: str) -> None:
        name = f"By {by}"
        self.do(lambda: people.invite(self.clock, by, EMAIL, name, READER), (EMAIL, 0, name))

    def change(self, by: str, whom: str, roles: Mapping[str, Any] = READER) -> None:
        name = f"By {by}"
        self.do(lambda: people.change(self.clock, by, whom, 1, name, roles), (whom, 1, name))

    def remove(self, by: str, whom: str) -> None:
        # Twice is the same: the second finds the removal under way and finishes it.
        self.do(lambda: people.remove(self.clock, by, whom, 1), (whom, 1, "removed"))


class FakePool:
    """A user pool in memory: what proofs need is that it and the table are two things.

    Each call reads the table once, so that a race can stop there.
    """

    @staticmethod
    def find(name: str, _now: object) -> Account | None:
        auth.find_organiser("a stop")
        known = _pool.get()
        return known.get(name) or next((one for one in known.values() if one.id == name), None)

    @staticmethod
    def create(email: str) -> str | None:
        auth.find_organiser("a stop")
        if email in _pool.get():
            return None
        made = Account(f"account-{next(_numbers)}", "invited")
        return _pool.get().setdefault(email, made).id

    @staticmethod
    def mail_again(email: str) -> bool:
        auth.find_organiser("a stop")
        found = _pool.get().get(email)
        return found is not None and found.state == "invited"

    @staticmethod
    def delete(account_id: str) -> None:
        auth.find_organiser("a stop")
        for email, one in list(_pool.get().items()):
            if one.id == account_id:
                del _pool.get()[email]

    @staticmethod
    def forget_second_step(_id: str) -> None:
        auth.find_organiser("a stop")


def _in_memory(name: str) -> Callable[..., Any]:
    real = getattr(user_pool, name)

    def call(*given: Any) -> Any:
        return (real if _pool.get(None) is None else getattr(FakePool, name))(*given)

    return call


for _name in ("find", "create", "mail_again", "delete", "forget_second_step"):
    setattr(user_pool, _name, _in_memory(_name))


def _two_owners() -> World:
    world = World()
    for name, roles in ((OWNERS[0], OWNER), (OWNERS[1], OWNER), (COLLEAGUE, READER)):
        email = f"{name}@example.org"
        auth.save_organiser(auth.Organiser(name, email, name, roles))
        world.pool[email] = Account(name, "active")
    return world


def _cut_off() -> World:
    """Somebody with the address that is invited was removed, but for the account."""
    world = _two_owners()
    gone = auth.Organiser("gone", EMAIL, "Weg", READER)
    auth.save_organiser(gone)
    leaver = auth.find_organiser("gone")
    assert leaver is not None
    store.remove(leaver, world.clock.now(), [])
    world.pool[EMAIL] = Account("gone", "active")
    return world


def _invited_only() -> World:
    """An account without rights, of an invitation that was cut off."""
    world = _two_owners()
    world.pool[EMAIL] = Account("orphan", "invited")
    return world


def check(world: World, _: Ran) -> list[str]:
    """Somebody goes on deciding, nobody has an account too many or rights without one."""
    found = [
        f"{times} owners changed version {version} of one person"
        for (_, version), times in Counter(one[:2] for one in world.changed).items()
        if times > 1
    ]
    if any("email" not in item for item in ACCOUNT.read().of("ORGANISERS")):
        return ["a stub of somebody who was removed"]
    world.do(people.tidy)
    everybody = auth.every_organiser()
    active = {one.id for one in world.pool.values() if one.state == "active"}
    if not any(one.may(auth.PLATFORM, "own") and one.id in active for one in everybody):
        found.append("nobody can decide about people any more")
    if len({one.email for one in everybody}) != len(everybody):
        found.append("an address is two organisers'")
    rights = {one.id for one in everybody}
    if rights - {one.id for one in world.pool.values()}:
        found.append("rights without an account")
    # One that nobody has used may stay of an inviter who was lowered meanwhile: it opens nothing.
    if active - rights:
        found.append("an account in use without rights")
    return found


def _other(index: int) -> str:
    return OWNERS[1 - index]


ACCOUNT = account.Account(["ACCESS_TABLE"])
PEOPLE: Family[World] = Family(
    name="organisers",
    account=ACCOUNT,
    states={"two owners": _two_owners, "a removal cut off": _cut_off,
            "an invitation cut off": _invited_only},
    operations={
        "invite": lambda world, index: world.invite(OWNERS[index]),
        "change": lambda world, index: world.change(OWNERS[index], COLLEAGUE),
        "lower oneself": lambda world, index: world.change(OWNERS[index], OWNERS[index]),
        "lower the other": lambda world, index: world.change(OWNERS[index], _other(index)),
        "remove": lambda world, index: world.remove(OWNERS[index], COLLEAGUE),
        "remove oneself": lambda world, index: world.remove(OWNERS[index], OWNERS[index]),
        "end sessions": lambda world, index: world.do(
            lambda: people.end_sessions(world.clock, OWNERS[index], COLLEAGUE)
        ),
        "reset the phone": lambda world, index: world.do(
            lambda: people.reset_second_step(world.clock, OWNERS[index], COLLEAGUE)
        ),
        "mail again": lambda world, index: world.do(
            lambda: people.invite_again(world.clock, OWNERS[index], COLLEAGUE)
        ),
        "tidy": lambda world, _: world.do(people.tidy),
    },
    check=check,
)  # fmt: skip
