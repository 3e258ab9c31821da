"""Reminder, "are you still coming?" and thanks: nobody twice, nobody forgotten."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.registration import consumers, usecases
from chalicelib.registration.domain import Receipt, Registration
from chalicelib.registration.repository import Repository, mailings
from shared import library
from shared.clock import FixedClock
from shared.errors import Conflict, Gone
from shared.transactions import Refused
from tests.registration_support import EVENT, congress
from tests.service.registration.conftest import events, outside, sent

Register = Callable[..., Receipt]
Define = Callable[..., Any]
DAY = "2027-09-17"
ASKING = {"reconfirm": 7, "reconfirm_again": 3}
REMINDER = datetime(2027, 9, 15, 8, 0, tzinfo=UTC)
FIRST, SECOND = datetime(2027, 9, 10, 8, 0, tzinfo=UTC), datetime(2027, 9, 14, 8, 0, tzinfo=UTC)
THANKS = datetime(2027, 9, 18, 8, 0, tzinfo=UTC)
LATER = {
    "starts": "2027-09-24 09:30",
    "ends": "2027-09-24 17:00",
    "rounds": [],
    "registration": {"opens": "2027-01-01 09:00", "closes": "2027-09-23 18:00"},
}


@pytest.fixture
def repository(mocked_aws: None, clock: FixedClock) -> Repository:
    return Repository(clock)


@pytest.fixture(autouse=True)
def same_clock(repository: Repository, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "clock", clock)
    monkeypatch.setattr(consumers, "_repository", lambda: repository)


@pytest.fixture
def send(repository: Repository, clock: FixedClock) -> Callable[..., int]:
    """What the sweeper does, at a moment; the mail worker follows."""

    def run(at: datetime, **sizes: int) -> int:
        clock.advance(at - clock.now())
        return usecases.send_mailings(repository, clock, **sizes)

    return run


def of(repository: Repository, receipt: Receipt) -> Registration:
    found = repository.registrations.get(receipt.registration_id)
    assert found is not None
    return found


def say(repository: Repository, clock: FixedClock, receipt: Receipt, says: Any) -> None:
    usecases.say_coming(
        repository,
        clock,
        registration_id=receipt.registration_id,
        link_version=1,
        says=says,
        day=DAY,
    )


def asked() -> list[tuple[str, str]]:
    found = events("registration.mailing_asked.v1")
    return [(one["data"]["mailing"], one["subject"]) for one in found]


def deliver(*, times: int = 1) -> list[str]:
    """Have the mail worker handle everything that was asked for; answers the new subjects."""
    before = len(sent())
    bodies = [item["event"]["S"] for item in outside() if item["pk"]["S"].startswith("OUTBOX#")]
    for body in bodies * times:
        if "mailing_asked" in body:
            record = {"messageId": "1", "body": body}
            assert consumers.mail({"Records": [record]}) == {"batchItemFailures": []}
    return sorted(str(one["Subject"]) for one in sent()[before:])


def words() -> str:
    part = sent()[-1].get_body(("plain",))
    return str(part.get_content()).replace("\r\n", "\n")


def test_everybody_with_a_seat_is_reminded_once(
    define: Define, register: Register, send: Callable[..., int]
) -> None:
    define()
    ada, bob, _waits = register("ada"), register("bob"), register("cas")
    assert send(REMINDER - timedelta(seconds=1)) == 0
    assert send(REMINDER) == 2
    assert sorted(asked()) == sorted(("reminder", one.registration_id) for one in (ada, bob))
    assert send(REMINDER + timedelta(minutes=1)) == 0
    assert deliver(times=3) == ["Tot snel: Buurtdag"] * 2
    assert "kaartje" in words()


def test_nothing_goes_out_at_night(
    define: Define, register: Register, send: Callable[..., int]
) -> None:
    define()
    register("ada")
    evening = datetime(2027, 9, 15, 18, 0, tzinfo=UTC)
    assert send(evening) == 0
    assert send(evening + timedelta(hours=12) - timedelta(seconds=1)) == 0
    assert send(evening + timedelta(hours=12)) == 1


def test_who_is_cancelled_meanwhile_gets_nothing(
    define: Define, register: Register, send: Callable[..., int], repository: Any, clock: Any
) -> None:
    define()
    ada = register("ada")
    send(REMINDER)
    usecases.cancel(repository, clock, registration_id=ada.registration_id, link_version=1)
    assert deliver() == []


def test_a_late_mail_is_not_sent_after_the_start(
    define: Define, register: Register, send: Callable[..., int], clock: FixedClock
) -> None:
    define()
    register("ada")
    send(REMINDER)
    clock.advance(timedelta(days=2))
    assert deliver() == []


def test_an_address_that_fails_gets_nothing(
    define: Define, register: Register, send: Callable[..., int], repository: Any, clock: FixedClock
) -> None:
    define()
    before = of(repository, register("ada"))
    repository.registrations.save(before, before.with_failed_address(clock.now(), "bounce"), None)
    send(REMINDER)
    assert deliver() == []


def test_a_round_goes_on_where_it_broke_off(
    define: Define,
    register: Register,
    send: Callable[..., int],
    repository: Repository,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    small = {"at_once": 3, "slices": 2}
    define(capacity=20)
    for number in range(14):
        register(f"p{number}")
    assert send(REMINDER, **small) == 6
    with monkeypatch.context() as patch:  # time is up in the middle of a run
        advance = repository.mailings.advance

        def crash(*given: Any) -> None:
            advance(*given)
            raise TimeoutError

        patch.setattr(repository.mailings, "advance", crash)
        assert (
            send(REMINDER + timedelta(minutes=1), **small) == 0
        )  # written, and nobody heard of it
    assert send(REMINDER + timedelta(minutes=2), **small) == 5
    assert send(REMINDER + timedelta(minutes=3), **small) == 0
    assert len(asked()) == 14
    assert set(Counter(asked()).values()) == {1}


def test_two_runs_at_the_same_time_ask_once(
    define: Define,
    register: Register,
    send: Callable[..., int],
    repository: Repository,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    define(capacity=5)
    register("ada"), register("bob")
    advance, other = repository.mailings.advance, Repository(clock)

    def overtaken(*given: Any) -> None:
        monkeypatch.undo()
        usecases.send_mailings(other, clock)
        advance(*given)

    clock.advance(REMINDER - clock.now())
    monkeypatch.setattr(repository.mailings, "advance", overtaken)
    assert usecases.send_mailings(repository, clock) == 0
    assert len(asked()) == 2


def test_a_round_that_is_done_stays_done(
    define: Define, register: Register, send: Callable[..., int], repository: Repository
) -> None:
    define()
    register("ada")
    send(REMINDER)
    done = repository.mailings.of(EVENT, "reminder", DAY)
    assert done is not None
    assert (done.asked, done.version, done.done_at) == (1, 1, REMINDER)
    with pytest.raises(Refused) as refused:
        repository.mailings.advance(None, done, [])
    assert refused.value.parts == {"mailing"}


def test_one_congress_that_fails_keeps_no_other_waiting(
    define: Define, register: Register, send: Callable[..., int], repository: Any, monkeypatch: Any
) -> None:
    define()
    register("ada")
    define(id="andere-dag")
    register("bob", event="andere-dag")
    of_ = repository.mailings.of

    def fails(event: str, *given: Any) -> Any:
        if event == EVENT:
            raise TimeoutError
        return of_(event, *given)

    monkeypatch.setattr(repository.mailings, "of", fails)
    assert send(REMINDER) == 1


def test_a_congress_that_moves_is_reminded_of_its_new_day(
    define: Define, register: Register, send: Callable[..., int]
) -> None:
    define(rounds=[])
    register("ada")
    send(REMINDER)
    define(**LATER)
    assert deliver() == []  # under way for the old day
    assert send(REMINDER + timedelta(days=7)) == 1
    assert deliver() == ["Tot snel: Buurtdag"]
    assert "24 september" in words()


def test_who_was_reminded_of_the_old_day_is_reminded_of_the_new_one(
    define: Define, register: Register, send: Callable[..., int]
) -> None:
    define(rounds=[])
    register("ada")
    send(REMINDER)
    assert len(deliver()) == 1
    define(**LATER)
    send(REMINDER + timedelta(days=7))
    assert len(deliver(times=2)) == 1


def test_an_hour_later_on_the_same_day_is_no_new_reminder(
    define: Define, register: Register, send: Callable[..., int]
) -> None:
    define(rounds=[])
    register("ada")
    send(REMINDER)
    define(rounds=[], starts="2027-09-17 10:30")
    assert send(REMINDER + timedelta(hours=1)) == 0
    assert len(deliver()) == 1


def test_the_worker_decides_by_the_definition_of_now(
    define: Define, register: Register, send: Callable[..., int], repository: Repository, clock: Any
) -> None:
    define(rounds=[])
    register("ada")
    repository.definitions.recent(EVENT)  # remembered as it was before the move
    elsewhere = Repository(clock)
    usecases.define_event(elsewhere, clock, definition=congress(**LATER))
    clock.advance(REMINDER + timedelta(days=7) - clock.now())
    usecases.send_mailings(elsewhere, clock)
    assert deliver() == ["Tot snel: Buurtdag"]


def test_the_second_question_goes_to_who_did_not_answer(
    define: Define, register: Register, send: Callable[..., int], repository: Any, clock: FixedClock
) -> None:
    define(capacity=3, mails=ASKING | {"reminder": 0})
    ada, bob, _cas = register("ada"), register("bob"), register("cas")
    dirk = register("dirk")
    assert send(FIRST) == 3
    assert deliver() == ["Kom je nog? Buurtdag"] * 3
    assert "/congres/aanmelding/kom-je-nog?sleutel=" in words()
    say(repository, clock, ada, "yes")
    say(repository, clock, bob, "no")
    usecases.settle_all(repository, clock, event=EVENT)
    assert of(repository, dirk).state == "seated"  # the seat of who does not come any more
    assert send(SECOND) == 3  # ada answered, and is passed over when the mail is made
    # Dirk waited the first time, so this is the first time that he is asked.
    assert deliver() == ["Kom je nog? Buurtdag", "Nog even: kom je? Buurtdag"]


def test_the_second_question_waits_a_day_after_the_first(
    define: Define, register: Register, send: Callable[..., int]
) -> None:
    define(mails={"reminder": 0} | ASKING)
    register("ada")
    late = SECOND + timedelta(hours=1)  # somebody chose to ask only now
    assert send(late) == 1
    assert send(late + timedelta(hours=22)) == 0
    assert send(late + timedelta(hours=24)) == 1
    assert [mailing for mailing, _ in asked()] == ["reconfirm", "reconfirm_again"]


def test_yes_is_written_down_once_and_no_gives_the_seat_away(
    define: Define, register: Register, repository: Repository, clock: FixedClock
) -> None:
    define(capacity=1)
    ada, _bob = register("ada"), register("bob")
    say(repository, clock, ada, "yes")
    say(repository, clock, ada, "yes")
    assert of(repository, ada).version == 2
    say(repository, clock, ada, "no")
    found = of(repository, ada)
    assert (found.state, found.says_for(DAY)) == ("cancelled", "no")
    say(repository, clock, ada, "no")
    assert of(repository, ada).version == 3
    assert len(events("registration.cancelled.v1")) == 1
    with pytest.raises(Gone):
        say(repository, clock, ada, "yes")


def test_an_answer_is_for_the_day_that_was_shown(
    define: Define, register: Register, repository: Repository, clock: FixedClock
) -> None:
    define(capacity=1, rounds=[])
    ada, bob = register("ada"), register("bob")
    with pytest.raises(Conflict) as refused:
        say(repository, clock, bob, "no")
    assert refused.value.code == "no_seat"
    define(capacity=1, **LATER)
    for says in ("yes", "no"):
        with pytest.raises(Conflict) as refused:
            say(repository, clock, ada, says)
        assert refused.value.code == "event_moved"
    clock.advance(timedelta(days=170))
    with pytest.raises(Conflict) as refused:
        say(repository, clock, ada, "no")
    assert refused.value.code == "event_over"
    assert of(repository, ada).state == "seated"


def test_a_yes_that_meets_a_change_is_tried_again(
    define: Define,
    register: Register,
    repository: Repository,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    define()
    ada = register("ada")
    save = repository.registrations.save

    def overtaken(*given: Any, **more: Any) -> None:
        monkeypatch.undo()
        usecases.change(
            Repository(clock),
            clock,
            registration_id=ada.registration_id,
            link_version=1,
            name="Adelheid",
        )
        save(*given, **more)

    monkeypatch.setattr(repository.registrations, "save", overtaken)
    say(repository, clock, ada, "yes")
    found = of(repository, ada)
    assert (found.name, found.says_for(DAY)) == ("Adelheid", "yes")


def test_thanks_name_the_documents_that_are_public(
    define: Define, register: Register, send: Callable[..., int]
) -> None:
    define(documents="/documenten/plan\n/documenten/weg")
    register("ada")
    library.publish({"plan": "Verslag van de dag", "other": "Iets anders"})
    assert send(THANKS) == 1
    assert deliver() == ["Bedankt: Buurtdag"]
    assert "Verslag van de dag\n  http://localhost:8000/documenten/plan\n" in words()
    assert "weg" not in words()
    assert "Iets anders" not in words()


@pytest.mark.parametrize("documents", ["", "/documenten/weg"])
def test_thanks_without_documents_have_no_heading(
    define: Define, register: Register, send: Callable[..., int], documents: str
) -> None:
    define(documents=documents)
    register("ada")
    send(THANKS)
    assert deliver() == ["Bedankt: Buurtdag"]
    html = sent()[-1].get_body(("html",)).get_content()
    assert "Documenten van het congres" not in words() + html


def test_a_slice_fits_in_one_transaction() -> None:
    assert mailings.AT_ONCE + 1 <= 100
