"""The family of an organiser's mail to some: pressed twice, delivered twice, people who leave."""

import json
from collections import Counter
from typing import Any

from chalicelib.registration import usecases
from chalicelib.registration.domain import Message
from chalicelib.registration.models import Seen
from shared.errors import PlekkenError
from shared.inbox import Once
from shared.transactions import Refused
from tests.proofs.interleaving.congress import CONGRESS, World, world
from tests.proofs.interleaving.family import Family
from tests.proofs.interleaving.race import Ran
from tests.registration_support import EVENT

ID = "01J000000000000000000MESSA"
WORDS = ("Neem een bord mee.", "Neem een beker mee.")


class Written(World):
    """Three have a seat and one waits; a slice is two people."""

    sent: list[str]  # words of which an organiser was told that they go out

    def send(self, words: str = WORDS[0]) -> None:
        message = Message(
            id=ID,
            event=EVENT,
            subject={"nl": "Lunch"},
            body={"nl": words},
            written_at=self.clock.now(),
        )
        try:
            usecases.send_message(
                self.repository(), self.clock, message=message, note=lambda _: None
            )
        except PlekkenError:
            return
        self.sent.append(words)

    def carry(self) -> None:
        """The inbox takes each slice that is due, also those that it took before."""
        for event in _told("message_due"):
            try:
                usecases.carry_message_on(
                    self.repository(),
                    self.clock,
                    event=EVENT,
                    message_id=event["data"]["message_id"],
                    reached=event["data"]["reached"],
                    once=Once(Seen, "registration", event["id"], self.clock),
                    at_once=2,
                )
            except Refused:  # delivered twice
                continue


def written() -> Written:
    """Everybody has registered, and nothing was sent."""
    made = world(3, ("ada",), ("bob",), ("cas",), ("dirk",))
    found = Written(made.clock, made.definition, made.registrations)
    found.sent = []
    return found


def due() -> Written:
    """It was sent, and nobody was asked for yet."""
    found = written()
    found.send()
    return found


def half_way() -> Written:
    """A first slice was asked for."""
    found = due()
    found.carry()
    return found


def check(mailed: Written, ran: Ran) -> list[str]:
    """Nobody twice, and once all has come to rest everybody who did not leave; what an organiser
    was told is what goes out.
    """
    found = _twice(mailed)
    for _ in range(4):
        mailed.carry()
    contents = CONGRESS.account.read()
    item = contents.item(f"MESSAGE#{EVENT}")
    going = json.loads(item["message"]["S"])["body"]["nl"] if item else ""
    found += [f"{one!r} was said to go out" for one in mailed.sent if one != going]
    asked = {event["subject"] for event in _told("message_asked")}
    for name in ("ada", "bob", "cas", "dirk"):
        id_ = mailed.registrations[name]
        kept = contents.item(f"REGISTRATION#{id_}")
        if item and kept and kept["state"]["S"] != "cancelled" and id_ not in asked:
            found.append(f"{name} is forgotten")
    if item and int(item["asked"]["N"]) != len(_told("message_asked")):
        found.append("other than so many mails were counted")
    return found + _twice(mailed)


def _twice(mailed: Written) -> list[str]:
    names = {id_: name for name, id_ in mailed.registrations.items()}
    asked = Counter(one["subject"] for one in _told("message_asked"))
    return [f"{names[id_]} is mailed {count} times" for id_, count in asked.items() if count > 1]


def _told(kind: str) -> list[dict[str, Any]]:
    return [one for one in CONGRESS.account.read().told() if kind in one["type"]]


MESSAGES: Family[Written] = Family(
    name="a mail to some",
    account=CONGRESS.account,
    states={"written": written, "due": due, "half-way": half_way},
    operations={
        "send": lambda mailed, which: mailed.send(WORDS[which]),
        "carry": lambda mailed, _: mailed.carry(),
        "cancel": lambda mailed, _: mailed.cancel("bob"),
        "rename": lambda mailed, _: mailed.change("ada", name="Adelheid"),
    },
    check=check,
    again=frozenset({"carry"}),
)
