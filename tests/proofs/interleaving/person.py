"""The family of one participant's personal data: kept, handed over, erased."""

from collections import Counter
from datetime import timedelta

from chalicelib.registration import usecases
from chalicelib.registration.domain import Answers
from chalicelib.registration.models import Seen
from chalicelib.registration.question_rules import checked
from chalicelib.registration.repository import Repository
from chalicelib.registration.usecases import definition_reader
from shared import handover
from shared.clock import FixedClock
from shared.events.registration import Registered
from shared.handovers import ProfileHandover
from shared.inbox import Once
from tests.proofs.interleaving.account import Account, Contents
from tests.proofs.interleaving.congress import World, failing, world
from tests.proofs.interleaving.deliveries import Queue
from tests.proofs.interleaving.family import Family
from tests.proofs.interleaving.race import Ran
from tests.registration_support import EVENT, PROFILE, question, register_person

NIGHT = timedelta(seconds=2)
FIRST = "het eerste antwoord"
NEW, NEW_ADDRESS = "nieuw", "nieuw@example.org"
LATER = {"starts": "2028-09-17 09:30", "ends": "2028-09-17 17:00"}


class Person(World):
    """Ada, who wants to be in the guide and told us what she can't eat."""

    queue: Queue
    kept: frozenset[str] = frozenset()  # what may not be erased any more
    taken = False
    answered = False  # anew, so that the first answer is gone
    shown: str  # the mark of what Ada's tabs showed at first
    renamed: list[str]  # what those tabs were told is kept

    def hand_over(self) -> None:
        """What the consumer of `registered` does for the guide."""
        id_ = self.registrations["ada"]
        event = self.queue.delivered[0][0]

        def share(_: object, once: Once) -> None:
            usecases.hand_over_profile(
                self.repository(), self.clock, registration_id=id_, once=once
            )

        self.queue.deliver(event, share)

    def take(self) -> None:
        """The directory takes what was handed over."""
        if any(event["type"].endswith("profile_shared.v1") for event in ACCOUNT.read().told()):
            key = f"registration/{self.registrations['ada']}.json"
            try:
                handover.take(key, ProfileHandover)
            except handover.HandoverGone:
                return
            handover.discard(key)
            self.taken = True

    def erase(self) -> None:
        """The nightly job, two seconds later on its own clock."""
        later = FixedClock(self.clock.now() + NIGHT)
        usecases.erase_expired(Repository(later), later)

    def move(self) -> None:
        """The congress moves to the next year."""
        rounds = [
            round_ | {name: round_[name].replace("2027", "2028") for name in ("starts", "ends")}
            for round_ in self.definition["rounds"]
        ]
        opens = self.definition["registration"] | {"closes": "2028-09-15 18:00"}
        self.define(**LATER, rounds=rounds, registration=opens)
        now = self.clock.now() + NIGHT
        ids = (item["pk"]["S"].partition("#")[2] for item in _registrations(ACCOUNT.read()))
        found = (self.repository().registrations.get(id_) for id_ in ids)
        self.kept = frozenset(one.id for one in found if one and one.keep_until > now)

    def answer(self, text: str) -> None:
        """Another answer to the congress's own question."""
        self.change("ada", answers={"kort": [text]})
        self.answered = True

    def claim(self) -> None:
        """Somebody registers with the address that Ada may get; a known one gets an answer too."""
        register_person(self.repository(), self.clock, NEW)

    def rename_as_shown(self, name: str) -> None:
        """Ada changes her name in a tab that shows how it was at first."""
        self.change("ada", name=name, seen=self.shown)
        self.renamed.append(name)

    def ask_link(self) -> None:
        usecases.request_link(
            self.repository(), self.clock, event=EVENT, email="ada@example.org", visitor="v"
        )


def registered() -> Person:
    """Ada is registered and nothing was handed over yet."""
    made = world(2)
    asked = made.definition | {"questions": [question("kort", "short")]}
    person = Person(made.clock, asked)
    person.define()
    replies = checked(definition_reader.read(asked).questions, "resident", {"kort": [FIRST]})
    answers = Answers(diet="geen noten", access_needs="", replies=replies)
    person.register("ada", "a1", profile=PROFILE, answers=answers)
    person.queue = Queue("registration", Seen, person.clock)
    id_ = person.registrations["ada"]
    person.shown, person.renamed = _mark(person), []
    event = person.queue.event(Registered(registration_id=id_, event=EVENT, state="seated"))
    person.queue.delivered = [(event, lambda _event, _once: None)]
    return person


def _mark(person: Person) -> str:
    repository = person.repository()
    found = repository.registrations.get(person.registrations["ada"])
    definition = repository.definitions.get(EVENT)
    assert found
    assert definition
    return usecases.seen_mark(found, definition, usecases.answers_of(repository, found.id).replies)


def handed_over() -> Person:
    """The guide has taken what was handed over, and mail to Ada comes back."""
    person = registered()
    person.hand_over()
    person.take()
    person.fail_address("ada")
    return person


def over() -> Person:
    """The congress is long past, and in a second the time comes to erase."""
    person = registered()
    found = person.repository().registrations.get(person.registrations["ada"])
    assert found is not None
    person.clock.advance(found.keep_until - person.clock.now() - timedelta(seconds=1))
    return person


def check(person: Person, ran: Ran) -> list[str]:
    """The invariants now, and again once the night and the queue have been round."""
    contents = ACCOUNT.read()
    found = _violations(person, contents)
    if len(person.queue.delivered) > 1:
        found += person.queue.deliver_again()
    person.spread()
    person.erase()
    contents = ACCOUNT.read()
    now = (person.clock.now() + NIGHT).isoformat()
    if any(item["keep_until"]["S"] < now for item in _registrations(contents)):
        found.append("personal data past its time")
    return found + _violations(person, contents)


def _violations(person: Person, contents: Contents) -> list[str]:
    found = failing(contents)
    states = {
        item["pk"]["S"].partition("#")[2]: item["state"]["S"] for item in _registrations(contents)
    }
    items = [item for item in contents.of("REGISTRATION#") if item["sk"]["S"] == "ANSWERS"]
    answers = {item["pk"]["S"].partition("#")[2] for item in items}
    if person.answered and FIRST in str(items):
        found.append("an older answer than the one that was given")
    active = {id_ for id_, state in states.items() if state != "cancelled"}
    if answers - active:
        found.append("sensitive answers of nobody")
    if {item["registration_id"]["S"] for item in contents.of("PERSON#")} != active:
        found.append("persons and active registrations differ")
    found += _guards(person, contents) + _notes(person, contents)
    if len(set(person.renamed)) > 1:
        found.append("a name is overwritten unseen")
    told = Counter((event["type"].split(".")[3], event["subject"]) for event in contents.told())
    for id_ in person.registrations.values():
        if told["erased", id_] != (id_ not in states):
            found.append(f"erased told {told['erased', id_]} times")
        if told["profile_shared", id_] > 1:
            found.append("a profile shared twice")
    if person.kept - states.keys():
        found.append("erased though the congress moved")
    if person.taken and contents.keys("HANDOVER_BUCKET"):
        found.append("a hand-over is left behind")
    return found


def _guards(person: Person, contents: Contents) -> list[str]:
    """Each address has one registration, and its guard is its own."""
    guards = {item["pk"]["S"]: item["registration_id"]["S"] for item in contents.of("PERSON#")}
    expected = {
        f"PERSON#{EVENT}#{person.repository().registrations.person(EVENT, one['email']['S'])}": (
            one["pk"]["S"].partition("#")[2]
        )
        for one in _registrations(contents)
        if one["state"]["S"] != "cancelled"
    }
    return [] if guards == expected else ["a guard is not that of its address"]


def _notes(person: Person, contents: Contents) -> list[str]:
    """Of two who saw no note, one wrote theirs."""
    ada = person.registrations["ada"]
    kept = {
        one["note"]["S"]
        for one in _registrations(contents)
        if one["pk"]["S"] == f"REGISTRATION#{ada}" and "note" in one
    }
    return [] if len(set(person.notes)) <= 1 or not kept else ["a note is overwritten unseen"]


def _registrations(contents: Contents) -> list[dict[str, dict[str, str]]]:
    return [one for one in contents.of("REGISTRATION#") if one["sk"]["S"] == "REGISTRATION"]


ACCOUNT = Account(["REGISTRATION_TABLE"], ["HANDOVER_BUCKET"])
PERSON: Family[Person] = Family(
    name="a participant",
    account=ACCOUNT,
    states={"registered": registered, "handed over": handed_over, "over": over},
    operations={
        "registration arrives": lambda person, _: person.hand_over(),
        "the guide takes": lambda person, _: person.take(),
        "ask for the link": lambda person, _: person.ask_link(),
        "cancel": lambda person, _: person.cancel("ada"),
        "answer anew": lambda person, number: person.answer(f"antwoord {number}"),
        "still comes": lambda person, _: person.say_coming("ada", "yes"),
        "does not come": lambda person, _: person.say_coming("ada", "no"),
        "rename": lambda person, _: person.change("ada", name="Adelheid"),
        "rename as shown": lambda person, number: person.rename_as_shown(f"Ada {number}"),
        "register again": lambda person, _: person.register("ada"),
        "move the congress": lambda person, _: person.move(),
        "spread": lambda person, _: person.spread(),
        "erase": lambda person, _: person.erase(),
        "sweep": lambda person, _: person.sweep(1),
        "mail comes back": lambda person, _: person.fail_address("ada"),
        "clear the address": lambda person, _: person.clear_address("ada"),
        "correct the address": lambda person, _: person.correct_address("ada", NEW_ADDRESS),
        "register the new address": lambda person, _: person.claim(),
        "enter the new address": lambda person, _: person.enter(NEW),
        "write a note": lambda person, number: person.write_note("ada", f"notitie {number}"),
    },
    check=check,
    again=frozenset({"registration arrives", "the guide takes", "spread", "erase"}),
)
