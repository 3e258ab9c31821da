"""Families of the registration service: a congress with its lines, and one person's data."""

import contextlib
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from chalicelib.registration import domain, usecases
from chalicelib.registration.domain import Failure, Receipt, Saying, is_congress
from chalicelib.registration.models import Seen
from chalicelib.registration.repository import Repository
from shared.clock import FixedClock
from shared.errors import PlekkenError
from shared.events import occurred
from shared.events.registration import DefinitionPartlySpread
from shared.inbox import Once
from shared.limits import Sending
from shared.transactions import Refused
from tests.proofs.interleaving.account import Account, Contents
from tests.proofs.interleaving.family import Family
from tests.proofs.interleaving.race import Ran
from tests.proofs.seats.invariants import Table, read, violations
from tests.registration_support import EVENT, congress, entry, register_person

Definition = dict[str, Any]


@dataclass
class World:
    """One congress with two sessions of one seat each."""

    clock: FixedClock
    definition: Definition
    registrations: dict[str, str] = field(default_factory=dict)
    excluded_from: int | None = None  # numbers after this one were issued to nobody we invited
    answers: list[tuple[str, object]] = field(default_factory=list)
    may_be_deleted: bool = False
    notes: list[str] = field(default_factory=list)  # that organisers were told are kept

    def repository(self) -> Repository:
        """A repository as another Lambda would have it."""
        return Repository(self.clock)

    def register(self, name: str, *sessions: str, **more: Any) -> Receipt:
        receipt = register_person(self.repository(), self.clock, name, sessions=sessions, **more)
        self.registrations.setdefault(name, receipt.registration_id)
        return receipt

    def ask(self, name: str, *, key: str, words: str, proof: str) -> None:
        """A request with an idempotency key and a proof of work; its answer is kept."""
        sending = Sending("visitor", proof=proof, key=key)
        answer: object
        try:
            answer = self.register(name, fingerprint=words, sending=sending).number
        except PlekkenError as refusal:
            answer = refusal.code
        self.answers.append((words, answer))

    def cancel(self, name: str) -> None:
        """Cancel, and what its event's consumer does."""
        self.cancel_unnoticed(name)
        id_ = self.registrations[name]
        usecases.settle_event_of(self.repository(), self.clock, registration_id=id_)

    def cancel_unnoticed(self, name: str) -> None:
        """Cancel, with its event still on the way."""
        id_ = self.registrations[name]
        usecases.cancel(self.repository(), self.clock, registration_id=id_, link_version=1)

    def change(self, person: str, **wanted: Any) -> None:
        """Change, and what its event's consumer does."""
        id_ = self.registrations[person]
        repository = self.repository()
        usecases.change(repository, self.clock, registration_id=id_, link_version=1, **wanted)
        if "sessions" in wanted:
            usecases.settle_event_of(repository, self.clock, registration_id=id_)

    def fail_address(self, name: str, cause: Failure = "bounce") -> None:
        """SES tells that a mail to them failed, with the same words each time."""
        id_ = self.registrations[name]
        with contextlib.suppress(Refused):  # told before
            usecases.note_failed_address(
                self.repository(),
                self.clock,
                registration_id=id_,
                cause=cause,
                sent_at=self.clock.now(),
                once=Once(Seen, "feedback", f"{id_}#{cause}", self.clock),
            )

    def clear_address(self, name: str) -> None:
        """An organiser says that the address is right."""
        usecases.clear_address(
            self.repository(),
            self.clock,
            registration_id=self.registrations[name],
            note=lambda _transaction: None,
        )

    def correct_address(self, name: str, email: str) -> None:
        """An organiser gives somebody another address, and with it another link."""
        usecases.correct_address(
            self.repository(),
            self.clock,
            registration_id=self.registrations[name],
            email=email,
            note=lambda _transaction: None,
        )

    def write_note(self, name: str, text: str) -> None:
        """An organiser notes something where nothing stood."""
        usecases.write_note(
            self.repository(),
            self.clock,
            registration_id=self.registrations[name],
            text=text,
            seen=usecases.note_mark(""),
            note=lambda _transaction: None,
        )
        self.notes.append(text)

    def enter(self, name: str) -> None:
        """An organiser registers somebody for them."""
        receipt = usecases.enter(
            self.repository(),
            self.clock,
            event=EVENT,
            entry=entry(name),
            language="nl",
            asked=usecases.Asked(None, "same"),
            note=lambda _made: lambda _transaction: None,
        )
        self.registrations.setdefault(name, receipt.registration_id)

    def say_coming(self, name: str, says: Saying) -> None:
        """Answer whether they still come, and what the event's consumer does."""
        id_, repository = self.registrations[name], self.repository()
        usecases.say_coming(
            repository,
            self.clock,
            registration_id=id_,
            link_version=1,
            says=says,
            day=self.definition["starts"][:10],
        )
        if says == "no":
            usecases.settle_event_of(repository, self.clock, registration_id=id_)

    def settle(self, line: str = "congress") -> None:
        usecases.settle(self.repository(), self.clock, event=EVENT, pool=line)

    def settle_lines_of(self, name: str) -> None:
        id_ = self.registrations[name]
        usecases.settle_lines_of(self.repository(), self.clock, registration_id=id_)

    def sweep(self, rounds: int = 2) -> None:
        """The sweeper, with its patience at an end: it buries numbers that are under way."""
        for _ in range(rounds):
            usecases.sweep(self.repository(), self.clock)
            self.clock.advance(timedelta(seconds=61))

    def give_up(self) -> None:
        """What the sweeper does first, and what the consumers of its events do."""
        repository = self.repository()
        definition = repository.definitions.get(EVENT)
        if definition:
            usecases.give_up_overdue(repository, self.clock, definition)
            usecases.settle_all(repository, self.clock, event=EVENT)

    def define(self, **changes: Any) -> None:
        """Change the definition, and do what its event's consumer does."""
        repository = self.repository()
        usecases.define_event(repository, self.clock, definition=self.definition | changes)
        usecases.spread_definition(repository, self.clock, event=EVENT)

    def exclude(self, **changes: Any) -> None:
        """Change the definition so that nobody who registers here can any more."""
        definition = self.definition | changes
        usecases.define_event(self.repository(), self.clock, definition=definition)
        pool = self.repository().pools.get(EVENT, "congress")
        self.excluded_from = pool.issued if pool else 0

    def delete(self) -> None:
        """Take the congress offline, and delete it if nobody ever registered."""
        self.may_be_deleted = True
        repository = self.repository()
        usecases.define_event(
            repository, self.clock, definition=self.definition | {"published": False}
        )
        draft = repository.definitions.get(EVENT)
        usecases.delete_draft(
            repository, self.clock, event=EVENT, revision=draft.revision if draft else 0
        )

    def carry_on(self) -> None:
        """What the consumer does with the next slice of a changed definition."""
        left = DefinitionPartlySpread(event=EVENT, revision=1, reached="")
        once = Once(Seen, "registration", occurred(left, self.clock).id, self.clock)
        usecases.carry_on(
            self.repository(), self.clock, event=EVENT, revision=1, reached="", once=once
        )

    def spread(self) -> None:
        """What the consumer of a changed definition does."""
        usecases.spread_definition(self.repository(), self.clock, event=EVENT)


def small(capacity: int) -> Definition:
    """One round of two sessions with a seat each."""
    return congress(capacity=capacity, rounds=congress()["rounds"][:1])


def world(capacity: int, *people: tuple[str, ...]) -> World:
    """A congress, and these people with their sessions."""
    made = World(FixedClock(datetime(2027, 4, 14, 9, 30, tzinfo=UTC)), small(capacity))
    made.define()
    for name, *sessions in people:
        made.register(name, *sessions)
    return made


def _with_a_death() -> World:
    """Somebody has cancelled, and nobody has noticed yet."""
    made = world(4, ("ada",), ("bob",), ("cas",))
    made.cancel_unnoticed("ada")
    return made


def _with_failing_address() -> World:
    """One seat is free, and mail to Ada comes back."""
    made = world(3, ("ada", "a1"), ("bob", "a1"))
    made.fail_address("ada")
    return made


def failing(contents: Contents) -> list[str]:
    """Whose mail is held back was told of once, and is counted until they leave."""
    told = Counter((event["type"].split(".")[3], event["subject"]) for event in contents.told())
    found, counted = [], {item["sk"]["S"] for item in contents.of("FAILED#")}
    for item in contents.of("REGISTRATION#"):
        id_ = item["pk"]["S"].partition("#")[2]
        if item["sk"]["S"] != "REGISTRATION":
            continue
        fails = "address_failed_at" in item
        more_often = told["address_failed", id_] - told["address_cleared", id_] - fails
        # Another address is right until it fails, whatever the one before was.
        if not 0 <= more_often <= told["address_corrected", id_]:
            found.append("what was told of an address differs from what is so")
        if (id_ in counted) != (fails and item["state"]["S"] != "cancelled"):
            found.append("an address that fails is not counted, or one that works is")
        counted.discard(id_)
    return found + [f"counted and gone: {one}" for one in counted]


def _undefined() -> World:
    """Nobody has defined the congress yet."""
    return World(FixedClock(datetime(2027, 4, 14, 9, 30, tzinfo=UTC)), small(2))


def _draft() -> World:
    """Nobody has registered, or can."""
    made = World(FixedClock(datetime(2027, 4, 14, 9, 30, tzinfo=UTC)), small(2))
    made.define(published=False)
    return made


def _without_a2() -> list[Any]:
    rounds = small(2)["rounds"]
    sessions = [one for one in rounds[0]["sessions"] if one["id"] != "a2"]
    return [rounds[0] | {"sessions": sessions}]


def check(world: World, ran: Ran) -> list[str]:
    """The invariants now, and again once the consumers and the sweeper have been round."""
    contents = CONGRESS.account.read()
    found = violations(read(contents), at_rest=False)
    found += _defined(world, contents) + _requests(world, ran) + failing(contents)
    if not ran.crashed:
        found += _as_defined(contents)
    if len(_revisions(contents)) > 1:
        world.spread()
    for _ in range(3):
        world.sweep(1)
        contents = CONGRESS.account.read()
        restless = violations(read(contents), at_rest=True)
        if not restless:
            break
    found += restless
    if not ran.crashed:  # somebody who defines half a congress does it again
        found += _as_defined(contents)
    line = read(contents).lines.get("congress")
    if line and world.excluded_from is not None and line.issued > world.excluded_from:
        found.append("a number was handed out against the definition")
    return found


def _revisions(contents: Contents) -> list[int]:
    return [event["data"]["revision"] for event in contents.told() if "revision" in event["data"]]


def _defined(world: World, contents: Contents) -> list[str]:
    item = contents.item(f"EVENT#{EVENT}")
    revision = int(item["revision"]["N"]) if item else 0
    told = sorted(_revisions(contents))
    if world.may_be_deleted:
        # Deleting tells once more of the last revision; a new one with that id goes on from there.
        told = sorted(set(told))
        if item is None:
            return _deleted(contents)
    if told != list(range(1, revision + 1)):
        return [f"revision {revision}, told of {told}"]
    return []


def _deleted(contents: Contents) -> list[str]:
    """Nobody may be left behind, and nobody can come any more."""
    people = [f"deleted under {one['pk']['S']}" for one in contents.of("REGISTRATION#")]
    lines = contents.of(f"POOL#{EVENT}#")
    return people + [f"deleted, {one['pk']['S']} open" for one in lines if one["published"]["BOOL"]]


def _as_defined(contents: Contents) -> list[str]:
    item = contents.item(f"EVENT#{EVENT}")
    if item is None:
        return []
    definition = json.loads(item["definition"]["S"])
    defined = _capacities(definition, contents)
    table = read(contents)
    found = []
    for pool in contents.of(f"POOL#{EVENT}#"):
        name = pool["pk"]["S"].rpartition("#")[2]
        if name not in defined:
            if table.lines[name].live:
                found.append(f"{name}: people in a session that is gone")
        elif pool["revision"] != item["revision"]:
            found.append(f"{name}: not as revision {item['revision']['N']} says")
        elif is_congress(name) and not _has_capacity(table, name, defined):
            found.append(f"{name}: {pool['capacity']['N']} seats, defined {defined[name]}")
        elif pool["published"]["BOOL"] != definition["published"]:
            found.append(f"{name}: open against the definition")
    return found


def _capacities(definition: Definition, contents: Contents) -> dict[str, int]:
    """By line, as a definition in the table says, after the kept seats that were handed over."""
    found = msgspec.convert(definition, domain.Definition).capacities()
    for pool in contents.of(f"POOL#{EVENT}#"):
        name = pool["pk"]["S"].rpartition("#")[2]
        if name in found:
            found[name] += int(pool["received"]["N"]) - int(pool["moved_out"]["N"])
    return found


def _has_capacity(table: Table, name: str, defined: dict[str, int]) -> bool:
    """As many seats as defined; or more where they were given away meanwhile, and then fewer in
    another line.
    """
    line, wanted = table.lines[name], defined[name]
    seated = sum(state == "seated" for state, _ in line.numbers.values())
    if line.capacity >= wanted:
        return line.capacity == wanted or wanted < seated
    others = [one for one in table.lines if is_congress(one) and one != name]
    return any(table.lines[one].capacity > defined.get(one, 0) for one in others)


def _requests(world: World, ran: Ran) -> list[str]:
    """One answer per idempotency key; one registration per proof of work that is not counted."""
    if not world.answers or ran.crashed:
        return []
    contents = CONGRESS.account.read()
    answers: dict[str, set[object]] = {}
    for words, answer in world.answers:
        answers.setdefault(words, set()).add(answer)
    found = [f"{len(all_)} answers to one request" for all_ in answers.values() if len(all_) > 1]
    answered = [all_ for all_ in answers.values() if all_ != {"idempotency_mismatch"}]
    keys = len(contents.of("ATTEMPT#"))
    if len(answered) > keys:
        found.append(f"{len(answered)} requests answered under {keys} keys")
    counted = sum(int(item["times"]["N"]) for item in contents.of("LIMIT#register#"))
    if len(read(contents).registrations) - len(contents.of("PROOF#")) > counted:
        found.append("a proof of work was used twice")
    return found


CONGRESS: Family[World] = Family(
    name="a congress",
    account=Account(["REGISTRATION_TABLE"]),
    states={
        "two seats, one waits": lambda: world(2, ("ada", "a1"), ("bob", "a2"), ("cas", "a1")),
        "one seat free": _with_failing_address,
        "full": lambda: world(2, ("ada",), ("bob", "a1")),
    },
    more_states={
        "one seat taken": lambda: world(3, ("ada", "a1")),
        "two seats, two wait": lambda: world(2, ("ada",), ("bob",), ("cas",), ("dirk",)),
        "two seats, four wait": lambda: world(
            2, ("ada",), ("bob",), ("cas",), ("dirk",), ("els",), ("fien",)
        ),
        "one leaves four seats": _with_a_death,
        "a2 is empty": lambda: world(3, ("ada", "a1")),
        "not defined": _undefined,
        "a draft": _draft,
    },
    operations={
        "register": lambda world, index: world.register(f"new{index}", "a1"),
        "register the same": lambda world, _: world.register("new", "a1"),
        "cancel the first": lambda world, _: world.cancel("ada"),
        "cancel the last": lambda world, _: world.cancel(list(world.registrations)[-1]),
        "swap session": lambda world, _: world.change("bob", sessions=["a1"]),
        "rename": lambda world, _: world.change("bob", name="Robert"),
        "settle": lambda world, _: world.settle(),
        "settle lines": lambda world, _: world.settle_lines_of("bob"),
        "sweep": lambda world, _: world.sweep(),
        "grow": lambda world, _: world.define(capacity=4),
        "shrink": lambda world, _: world.define(capacity=1),
        "remove a session": lambda world, _: world.define(rounds=_without_a2()),
        "delete": lambda world, _: world.delete(),
        "spread": lambda world, _: world.spread(),
        "carry on": lambda world, _: world.carry_on(),
        "mail to bob comes back": lambda world, _: world.fail_address("bob"),
        "bob complains": lambda world, _: world.fail_address("bob", "complaint"),
        "bob still comes": lambda world, _: world.say_coming("bob", "yes"),
        "bob does not come": lambda world, _: world.say_coming("bob", "no"),
        "clear ada": lambda world, _: world.clear_address("ada"),
        "correct ada": lambda world, _: world.correct_address("ada", "new0@example.org"),
        "note of ada": lambda world, number: world.write_note("ada", f"notitie {number}"),
        "enter": lambda world, index: world.enter(f"new{index}"),
    },
    check=check,
    again=frozenset(
        {"settle", "settle lines", "sweep", "spread", "carry on", "mail to bob comes back"}
    ),
    more={
        "cancel bob": lambda world, _: world.cancel("bob"),
        "shrink to three": lambda world, _: world.define(capacity=3),
        "grow to six": lambda world, _: world.define(capacity=6),
        "join a2": lambda world, _: world.register("new", "a2"),
        "swap to a2": lambda world, _: world.change("ada", sessions=["a2"]),
        "unpublish": lambda world, _: world.exclude(published=False),
        "open later": lambda world, _: world.exclude(
            registration=world.definition["registration"] | {"opens": "2027-05-01 09:00"}
        ),
        "close earlier": lambda world, _: world.exclude(
            registration=world.definition["registration"] | {"closes": "2027-04-01 09:00"}
        ),
        "invite others": lambda world, _: world.exclude(
            audiences=[{"id": "policy", "title": {"nl": "Beleid"}}]
        ),
    },
)


REQUEST: Family[World] = Family(
    name="a request",
    account=CONGRESS.account,
    states={"open": lambda: world(2, ("ada",))},
    operations={
        "ask": lambda world, _: world.ask("new", key="k", words="these", proof="p"),
        "ask in other words": lambda world, _: world.ask("other", key="k", words="o", proof="q"),
        "use the proof": lambda world, index: world.ask(
            f"new{index}", key=f"k{index}", words=f"mine{index}", proof="p"
        ),
    },
    check=check,
)
