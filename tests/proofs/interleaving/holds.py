"""The family of seats that are held for an address to be confirmed, around their last moment."""

from datetime import timedelta

from chalicelib.registration import usecases
from shared.errors import PlekkenError
from tests.proofs.interleaving.account import Contents
from tests.proofs.interleaving.congress import CONGRESS, World, world
from tests.proofs.interleaving.congress import check as check_congress
from tests.proofs.interleaving.family import Family
from tests.proofs.interleaving.race import Ran

HOURS = 24


class Held(World):
    """Ada and Bob have the two seats, unconfirmed; Cas waits and is not asked for anything."""

    kept: list[str]  # who was told that the address is confirmed
    is_overdue = False

    def confirm(self, name: str) -> None:
        try:
            usecases.confirm(
                self.repository(),
                self.clock,
                registration_id=self.registrations[name],
                link_version=1,
            )
        except PlekkenError:
            return
        self.kept.append(name)

    def erase(self) -> None:
        """The nightly job, long before anybody's time."""
        usecases.erase_expired(self.repository(), self.clock)


def held() -> Held:
    """There is time left to confirm."""
    made = world(2)
    found = Held(made.clock, made.definition, made.registrations)
    found.kept = []
    opened = found.definition["registration"] | {"confirm_within": HOURS}
    found.definition = found.definition | {"registration": opened}
    found.define()
    for name in ("ada", "bob"):
        found.register(name)
    found.definition = found.definition | {"registration": opened | {"confirm_within": 0}}
    found.define()
    found.register("cas")
    return found


def overdue() -> Held:
    """The time to confirm has just passed, and nobody has noticed yet."""
    found = held()
    found.clock.advance(timedelta(hours=HOURS, seconds=1))
    found.is_overdue = True
    return found


def check(scene: Held, ran: Ran) -> list[str]:
    """What holds for any congress; who was told to be confirmed stays; what is held is found."""
    found = _holds(CONGRESS.account.read())
    found += check_congress(scene, ran)
    contents = CONGRESS.account.read()
    for name in scene.kept:
        item = contents.item(f"REGISTRATION#{scene.registrations[name]}")
        if item and "lapsed" in item:
            found.append(f"{name} was told to be confirmed, and is given up")
    if scene.is_overdue:
        found += [f"{one['sk']['S']} was never given up" for one in contents.of("HOLDS#")]
    return found + _holds(contents)


def _holds(contents: Contents) -> list[str]:
    held_ = {item["sk"]["S"].partition("#")[2] for item in contents.of("HOLDS#")}
    unconfirmed = {
        item["pk"]["S"].partition("#")[2]
        for item in contents.of("REGISTRATION#")
        if item["sk"]["S"] == "REGISTRATION" and "confirm_by" in item
    }
    return [] if held_ == unconfirmed else ["what is held and what waits for a word differ"]


HOLDS: Family[Held] = Family(
    name="held seats",
    account=CONGRESS.account,
    states={"held": held, "overdue": overdue},
    operations={
        "confirm": lambda scene, _: scene.confirm("ada"),
        "give up": lambda scene, _: scene.give_up(),
        "sweep": lambda scene, _: scene.sweep(1),
        "cancel": lambda scene, _: scene.cancel("ada"),
        "rename": lambda scene, _: scene.change("ada", name="Adelheid"),
        "correct the address": lambda scene, _: scene.correct_address("ada", "a2@example.org"),
        "another cancels": lambda scene, _: scene.cancel("bob"),
        "settle": lambda scene, _: scene.settle(),
        "settle lines": lambda scene, _: scene.settle_lines_of("cas"),
        "mail comes back": lambda scene, _: scene.fail_address("ada"),
        "clear the address": lambda scene, _: scene.clear_address("ada"),
        "write a note": lambda scene, number: scene.write_note("ada", f"notitie {number}"),
        "still comes": lambda scene, _: scene.say_coming("ada", "yes"),
        "enter": lambda scene, number: scene.enter(f"new{number}"),
        "grow": lambda scene, _: scene.define(capacity=3),
        "spread": lambda scene, _: scene.spread(),
        "carry on": lambda scene, _: scene.carry_on(),
        "erase": lambda scene, _: scene.erase(),
        "register again": lambda scene, _: scene.register("ada"),
    },
    check=check,
    again=frozenset({"give up", "sweep", "settle", "settle lines", "spread", "carry on", "erase"}),
)
