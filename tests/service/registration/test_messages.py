"""What an organiser writes to some of the participants: nobody twice, nobody forgotten."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.registration import consumers, usecases
from chalicelib.registration.domain import Message, Receipt, Wanted
from chalicelib.registration.models import Seen
from chalicelib.registration.repository import Repository
from shared.clock import FixedClock
from shared.errors import Invalid
from shared.ids import new_id
from shared.inbox import Once
from shared.transactions import Refused
from tests.registration_support import EVENT
from tests.service.registration.conftest import events, outside, sent

Register = Callable[..., Receipt]
Define = Callable[..., Any]
Send = Callable[..., Message]
DUE, ASKED = "registration.message_due.v1", "registration.message_asked.v1"
COMING = Wanted(state="seated")


@pytest.fixture
def repository(mocked_aws: None, clock: FixedClock) -> Repository:
    return Repository(clock)


@pytest.fixture(autouse=True)
def same_clock(repository: Repository, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "clock", clock)
    monkeypatch.setattr(consumers, "_repository", lambda: repository)


@pytest.fixture
def send(repository: Repository, clock: FixedClock) -> Send:
    """What an organiser does: the same words, with changes."""

    def run(**changes: Any) -> Message:
        words: dict[str, Any] = {
            "id": new_id(clock),
            "subject": {"nl": "Lunch op {congres}"},
            "body": {"nl": "Beste {naam},\n\nneem een bord mee."},
        }
        message = Message(event=EVENT, written_at=clock.now(), **words | changes)
        usecases.send_message(repository, clock, message=message, note=lambda _: None)
        return message

    return run


def bodies(name: str) -> list[str]:
    """The events of this kind as they lie in the outbox, in the order in which they were made."""
    found = [item["event"]["S"] for item in outside() if item["pk"]["S"].startswith("OUTBOX#")]
    return sorted((one for one in found if name in one), key=lambda one: str(json.loads(one)["id"]))


def carry_all(*, times: int = 1) -> None:
    """Have the inbox handle slice after slice, each so many times, until none is left."""
    done: set[str] = set()
    while left := [one for one in bodies(DUE) if one not in done]:
        done.update(left)
        for body in left * times:
            record = {"messageId": "1", "body": body}
            assert consumers.inbox({"Records": [record]}) == {"batchItemFailures": []}


def deliver(*, times: int = 1) -> list[str]:
    """Have the mail worker handle all that was asked for; answers who got a mail."""
    before = len(sent())
    for body in bodies(ASKED) * times:
        assert consumers.mail({"Records": [{"messageId": "1", "body": body}]}) == {
            "batchItemFailures": []
        }
    return sorted(str(one["To"]) for one in sent()[before:])


def words(index: int = -1) -> str:
    part = sent()[index].get_body(("plain",))
    return str(part.get_content()).replace("\r\n", "\n")


def asked() -> Counter[str]:
    return Counter(one["subject"] for one in events(ASKED))


def test_whom_the_list_shows_gets_it_once_with_their_own_name(
    define: Define, register: Register, send: Send
) -> None:
    define()
    for name in ("ada", "bob", "waits"):
        register(name)
    send(wanted=COMING)
    carry_all(times=2)
    assert deliver(times=3) == ["ada@example.org", "bob@example.org"]
    assert str(sent()[-1]["Subject"]) == "Lunch op Buurtdag"
    name = str(sent()[-1]["To"]).partition("@")[0].title()
    assert f"Beste {name}" in words()
    assert "neem een bord mee." in words()
    assert "/congres/aanmelding?sleutel=" in words()


def test_the_chosen_ones_get_it_and_nobody_else(
    define: Define, register: Register, send: Send
) -> None:
    define()
    ada, _bob, waits = register("ada"), register("bob"), register("waits")
    send(chosen=(ada.registration_id, waits.registration_id, "01J00000000000000000000000"))
    carry_all()
    assert deliver() == ["ada@example.org", "waits@example.org"]


def test_a_congress_reaches_only_its_own_people(
    define: Define, register: Register, send: Send
) -> None:
    define()
    define(id="andere-dag")
    register("ada")
    elsewhere = register("bob", event="andere-dag")
    with pytest.raises(Invalid):
        send(chosen=(elsewhere.registration_id,))
    assert events(DUE) == []


def test_english_goes_to_who_reads_english_and_dutch_where_there_is_none(
    define: Define, register: Register, send: Send
) -> None:
    define()
    register("ada", language="en")
    send(subject={"nl": "Lunch", "en": "Lunch!"}, body={"nl": "Neem mee.", "en": "Bring a plate."})
    carry_all()
    deliver()
    assert "Bring a plate." in words()
    send(subject={"nl": "Lunch"}, body={"nl": "Neem mee."})
    carry_all()
    deliver()
    assert "Neem mee." in words()
    assert words().startswith("Neighbourhood day")


def test_who_cancelled_meanwhile_gets_nothing_and_the_cancelled_can_be_written_to(
    define: Define, register: Register, send: Send, repository: Repository, clock: FixedClock
) -> None:
    define()
    ada, _bob = register("ada"), register("bob")
    send()
    carry_all()
    usecases.cancel(repository, clock, registration_id=ada.registration_id, link_version=1)
    assert deliver() == ["bob@example.org"]
    send(wanted=Wanted(state="cancelled"))
    carry_all()
    assert deliver() == ["ada@example.org"]
    assert "sleutel=" not in words()


def test_who_has_no_address_that_works_is_passed_over(
    define: Define, register: Register, send: Send, repository: Repository, clock: FixedClock
) -> None:
    define()
    ada = repository.registrations.get(register("ada").registration_id)
    assert ada is not None
    repository.registrations.save(ada, ada.with_failed_address(clock.now(), "bounce"), None)
    with pytest.raises(Invalid) as refused:
        send()
    assert refused.value.code == "nobody_to_mail"
    register("bob")
    message = send()
    assert [one.name for one in usecases.recipients(repository, message)] == ["Bob"]


def test_sent_twice_is_sent_once_and_other_words_are_another_mail(
    define: Define, register: Register, send: Send, repository: Repository
) -> None:
    define()
    register("ada")
    first = send()
    send(id=first.id)
    assert len(events(DUE)) == 1
    with pytest.raises(usecases.SentAlready):
        send(id=first.id, body={"nl": "Iets anders."})
    with pytest.raises(usecases.SentAlready):
        send(id=first.id, wanted=COMING)
    assert [one.message for one in repository.messages.newest(EVENT, 5)] == [first]


def test_slice_after_slice_reaches_everybody_once(
    define: Define,
    register: Register,
    send: Send,
    repository: Repository,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(usecases.carry_message_on.__kwdefaults__, "at_once", 3)
    define(capacity=20)
    receipts = [register(f"p{number}") for number in range(10)]
    send()
    (newest,) = repository.messages.newest(EVENT, 5)
    assert (newest.asked, newest.is_done) == (0, False)
    carry_all(times=2)
    assert asked() == {one.registration_id: 1 for one in receipts}
    (newest,) = repository.messages.newest(EVENT, 5)
    assert (newest.asked, newest.is_done) == (10, True)
    assert len(bodies(DUE)) == 4


def test_a_slice_that_was_written_and_not_answered_is_not_repeated(
    define: Define, register: Register, send: Send, repository: Repository, clock: FixedClock
) -> None:
    define()
    register("ada")
    message = send()
    once = Once(Seen, "registration", "the-event", clock)
    for _ in range(2):
        usecases.carry_message_on(
            repository, clock, event=EVENT, message_id=message.id, reached="", once=once
        )
    assert sum(asked().values()) == 1
    with pytest.raises(Refused) as refused:
        repository.messages.carry(message, [], None, once)
    assert refused.value.parts == {"seen"}
