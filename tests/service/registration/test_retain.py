"""Personal data end when the privacy statement says so."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.registration import domain, usecases
from chalicelib.registration.domain import Answers, Receipt
from chalicelib.registration.models import AnswersItem
from chalicelib.registration.repository import Repository
from shared.clock import FixedClock
from shared.errors import Gone
from tests.registration_support import EVENT
from tests.service.registration.conftest import events, outside

Register = Callable[..., Receipt]
Define = Callable[..., Any]


@pytest.fixture
def ada(define: Define, register: Register) -> Receipt:
    define()
    return register("ada", answers=Answers(diet="vegan", access_needs="ringleiding"))


def go_to(clock: FixedClock, repository: Repository, days_after: float) -> None:
    definition = repository.definitions.recent(EVENT)
    assert definition is not None
    clock.advance(definition.ends_at + timedelta(days=days_after) - clock.now())


def stored() -> str:
    return json.dumps([item for item in outside() if not item["pk"]["S"].startswith("OUTBOX")])


def test_answers_go_after_seven_days(
    ada: Receipt, repository: Repository, clock: FixedClock
) -> None:
    go_to(clock, repository, 6.9)
    usecases.erase_expired(repository, clock)
    assert "ringleiding" in stored()
    go_to(clock, repository, 7)
    (row,) = usecases.export_rows(repository, EVENT)
    assert row[1] == Answers()  # hidden at once
    usecases.erase_expired(repository, clock)
    assert "ringleiding" not in stored()
    assert "ada@example.org" in stored()


def test_everything_goes_after_thirty_days(
    ada: Receipt, repository: Repository, clock: FixedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    go_to(clock, repository, 7)
    assert usecases.erase_expired(repository, clock) == 0  # her answers only
    go_to(clock, repository, 30)
    with pytest.raises(Gone):
        usecases.registration_for_manage(repository, ada.registration_id, 1)
    assert list(usecases.export_rows(repository, EVENT)) == []
    assert usecases.erase_expired(repository, clock) == 1
    assert capsys.readouterr().out.count('"ExpiredYetPresent": 0') == 2
    assert "ada@example.org" not in stored()
    assert '"Ada"' not in stored()
    assert "PERSON#" not in stored()
    assert [event["data"] for event in events("registration.erased.v1")] == [
        {"registration_id": ada.registration_id}
    ]
    assert usecases.erase_expired(repository, clock) == 0


def test_one_missed_night_does_not_show_in_the_metric(
    ada: Receipt, repository: Repository, clock: FixedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    go_to(clock, repository, 8.9)
    usecases.erase_expired(repository, clock)
    assert '"ExpiredYetPresent": 0' in capsys.readouterr().out
    go_to(clock, repository, 32)
    usecases.erase_expired(repository, clock)
    assert '"ExpiredYetPresent": 0' in capsys.readouterr().out


def test_missed_nights_show_in_the_metric(
    ada: Receipt, repository: Repository, clock: FixedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    go_to(clock, repository, 32.1)
    usecases.erase_expired(repository, clock)
    assert '"ExpiredYetPresent": 2' in capsys.readouterr().out  # she and her answers


def test_cancelled_go_thirty_days_after_cancelling(
    ada: Receipt, repository: Repository, clock: FixedClock
) -> None:
    usecases.cancel(repository, clock, registration_id=ada.registration_id, link_version=1)
    clock.advance(timedelta(days=29))
    assert usecases.erase_expired(repository, clock) == 0
    clock.advance(timedelta(days=1))
    assert usecases.erase_expired(repository, clock) == 1
    assert "ada@example.org" not in stored()
    assert '"Ada"' not in stored()


def test_one_that_registered_again_keeps_the_guard(
    ada: Receipt, register: Register, repository: Repository, clock: FixedClock
) -> None:
    usecases.cancel(repository, clock, registration_id=ada.registration_id, link_version=1)
    again = register("ada")
    clock.advance(timedelta(days=30))
    assert usecases.erase_expired(repository, clock) == 1
    assert repository.registrations.holder(EVENT, "ada@example.org") == again.registration_id


def test_answers_go_with_the_cancellation(
    ada: Receipt, repository: Repository, clock: FixedClock
) -> None:
    usecases.cancel(repository, clock, registration_id=ada.registration_id, link_version=1)
    assert "ringleiding" not in stored()


def test_whoever_changed_while_the_congress_moved_is_not_erased_on_the_old_date(
    ada: Receipt, define: Define, repository: Repository, clock: FixedClock
) -> None:
    # The event that carries the dates along missed this registration: nothing spread it.
    define(
        starts="2028-03-01 09:30",
        ends="2028-03-01 17:00",
        rounds=[],
        registration={"opens": "2027-01-01 09:00", "closes": "2028-02-15 18:00"},
    )
    assert usecases.erase_expired(repository, clock) == 0
    clock.advance(timedelta(days=270))  # long after the old date, before the new one
    assert usecases.erase_expired(repository, clock) == 0
    assert usecases.registration_for_manage(repository, ada.registration_id, 1).name == "Ada"
    assert "ringleiding" in stored()


def test_answers_that_go_at_this_moment_do_not_keep_others_from_a_new_date(
    ada: Receipt,
    register: Register,
    repository: Repository,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bob = register("bob", answers=Answers(diet="halal", access_needs=""))
    read = AnswersItem.batch_get

    def then_gone(keys: Any, **how: Any) -> Any:
        found = sorted(read(keys, **how), key=lambda item: "vegan" not in item.diet)
        AnswersItem(f"REGISTRATION#{ada.registration_id}", "ANSWERS").delete()
        return found

    definition = repository.definitions.recent(EVENT)
    assert definition is not None
    ends_at = clock.now() + timedelta(days=900)
    monkeypatch.setattr(AnswersItem, "batch_get", then_gone)
    repository.answers.keep(
        [ada.registration_id, bob.registration_id], replace(definition, ends_at=ends_at)
    )
    monkeypatch.undo()
    (left,) = AnswersItem.batch_get(
        [(f"REGISTRATION#{one.registration_id}", "ANSWERS") for one in (ada, bob)]
    )
    assert (left.diet, left.keep_until) == ("halal", ends_at + domain.KEEP_SENSITIVE)


def test_answers_follow_a_new_date_after_a_crash_between_the_two_writes(
    ada: Receipt, define: Define, repository: Repository, clock: FixedClock
) -> None:
    define(starts="2027-10-17 09:30", ends="2027-10-17 17:00", rounds=[])
    definition = repository.definitions.recent(EVENT)
    assert definition is not None
    (before,) = repository.lists.all(EVENT)
    repository.registrations.keep(before, domain.keep_until(definition))  # and then the crash
    usecases.spread_definition(repository, clock, event=EVENT)
    go_to(clock, repository, 6.9)
    usecases.erase_expired(repository, clock)
    assert "ringleiding" in stored()
