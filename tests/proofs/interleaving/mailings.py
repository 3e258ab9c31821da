"""The family of the mails to everybody: sweepers that overlap, people who come and go."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from chalicelib.registration import usecases
from tests.proofs.interleaving.congress import CONGRESS, World, world
from tests.proofs.interleaving.family import Family
from tests.proofs.interleaving.race import Ran

DUE = datetime(2027, 9, 15, 8, 0, tzinfo=UTC)


class Mailed(World):
    """Three have a seat and one waits on the morning of the reminder; a slice is two people."""

    def send(self, slices: int = 5) -> None:
        usecases.send_mailings(self.repository(), self.clock, slices=slices, at_once=2)


def due() -> Mailed:
    """The reminder is due."""
    made = world(3, ("ada",), ("bob",), ("cas",), ("dirk",))
    mailed = Mailed(made.clock, made.definition, made.registrations)
    mailed.clock.advance(DUE - mailed.clock.now())
    return mailed


def half_way() -> Mailed:
    """A first slice was asked for, and then the time was up."""
    mailed = due()
    mailed.send(slices=1)
    return mailed


def check(mailed: Mailed, _: Ran) -> list[str]:
    """Nobody twice, and once all has come to rest everybody who kept a seat."""
    found = _twice(mailed)
    for _ in range(3):
        mailed.clock.advance(timedelta(minutes=1))
        mailed.send()
    contents = CONGRESS.account.read()
    asked = {event["subject"] for event in contents.told() if "mailing_asked" in event["type"]}
    for name in ("ada", "bob", "cas"):
        id_ = mailed.registrations[name]
        item = contents.item(f"REGISTRATION#{id_}")
        if item and item["state"]["S"] == "seated" and id_ not in asked:
            found.append(f"{name} is forgotten")
    return found + _twice(mailed)


def _twice(mailed: Mailed) -> list[str]:
    names = {id_: name for name, id_ in mailed.registrations.items()}
    told = CONGRESS.account.read().told()
    asked = Counter(one["subject"] for one in told if "mailing_asked" in one["type"])
    return [f"{names[id_]} is reminded {count} times" for id_, count in asked.items() if count > 1]


MAILINGS: Family[Mailed] = Family(
    name="mails to everybody",
    account=CONGRESS.account,
    states={"due": due, "half-way": half_way},
    operations={
        "send": lambda mailed, _: mailed.send(),
        "cancel": lambda mailed, _: mailed.cancel("bob"),
        "rename": lambda mailed, _: mailed.change("ada", name="Adelheid"),
        "still comes": lambda mailed, _: mailed.say_coming("ada", "yes"),
        "move": lambda mailed, _: mailed.define(starts="2027-09-17 09:00"),
    },
    check=check,
    again=frozenset({"send"}),
)
