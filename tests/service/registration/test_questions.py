"""Answers to a congress's own questions: kept, changed and erased as the questions say."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.registration import usecases
from chalicelib.registration.domain import Answers, Receipt
from chalicelib.registration.models import AnswersItem
from chalicelib.registration.question_rules import CHANGED, checked
from chalicelib.registration.repository import Repository
from shared.clock import FixedClock
from shared.errors import Invalid
from tests.registration_support import EVENT, congress, question
from tests.service.registration.conftest import outside

Register = Callable[..., Receipt]
Define = Callable[..., Any]
SHORT = question("kort", "short", keep_days=2)
LONG = question("lang", "short")
GIVEN = {"kort": ["twee dagen"], "lang": ["dertig dagen"]}


@pytest.fixture
def ada(define: Define, register: Register, repository: Repository) -> str:
    define(questions=[SHORT, LONG])
    return register("ada", answers=answers(repository, **GIVEN)).registration_id


def answers(repository: Repository, **given: list[str]) -> Answers:
    """What somebody answers to the questions as they are now."""
    definition = repository.definitions.get(EVENT)
    assert definition is not None
    replies = checked(definition.questions, "resident", given)
    return Answers(diet="vegan", replies=replies)


def said(repository: Repository, registration_id: str) -> list[str]:
    return [one.values[0] for one in usecases.answers_of(repository, registration_id).replies]


def go_to(clock: FixedClock, repository: Repository, days_after: float) -> None:
    definition = repository.definitions.get(EVENT)
    assert definition is not None
    clock.advance(definition.ends_at + timedelta(days=days_after) - clock.now())


def is_stored(text: str) -> bool:
    return text in str([item for item in outside() if item["sk"]["S"] == "ANSWERS"])


def change(
    repository: Repository, clock: FixedClock, registration_id: str, **given: list[str]
) -> None:
    usecases.change(
        repository, clock, registration_id=registration_id, link_version=1, answers=given
    )


def test_each_answer_goes_when_its_question_says(
    ada: str, repository: Repository, clock: FixedClock
) -> None:
    go_to(clock, repository, 1.9)
    usecases.erase_expired(repository, clock)
    assert is_stored("twee dagen")
    go_to(clock, repository, 2)
    assert said(repository, ada) == ["dertig dagen"]  # hidden at once
    usecases.erase_expired(repository, clock)
    assert not is_stored("twee dagen")
    assert is_stored("vegan")
    go_to(clock, repository, 7)
    usecases.erase_expired(repository, clock)
    assert not is_stored("vegan")
    assert is_stored("dertig dagen")
    usecases.erase_expired(repository, clock)
    assert is_stored("dertig dagen")
    go_to(clock, repository, 30)
    usecases.erase_expired(repository, clock)
    assert not is_stored("dertig dagen")


def test_an_answer_is_kept_no_longer_than_the_question_says_now(
    ada: str, define: Define, repository: Repository, clock: FixedClock
) -> None:
    define(questions=[SHORT, LONG | {"keep_days": 3}], ends="2027-09-18 17:00")
    usecases.spread_definition(repository, clock, event=EVENT)
    go_to(clock, repository, 2.9)
    usecases.erase_expired(repository, clock)
    assert not is_stored("twee dagen")
    assert is_stored("dertig dagen")
    go_to(clock, repository, 3)
    usecases.erase_expired(repository, clock)
    assert not is_stored("dertig dagen")


def test_answers_are_changed_and_those_to_a_removed_question_stay(
    ada: str, define: Define, repository: Repository, clock: FixedClock
) -> None:
    define(questions=[SHORT])
    repository.definitions.refresh(EVENT)
    change(repository, clock, ada, kort=["anders"])
    assert said(repository, ada) == ["anders", "dertig dagen"]
    assert usecases.answers_of(repository, ada).diet == "vegan"
    change(repository, clock, ada)
    assert said(repository, ada) == ["dertig dagen"]


def test_the_last_answer_can_be_taken_back(
    define: Define, register: Register, repository: Repository, clock: FixedClock
) -> None:
    define(questions=[SHORT])
    given = Answers(replies=answers(repository, kort=["twee dagen"]).replies)
    one = register("ada", answers=given).registration_id
    change(repository, clock, one)
    assert not is_stored("kort")
    change(repository, clock, one, kort=["toch"])
    assert said(repository, one) == ["toch"]


def test_answers_leave_with_who_cancels(
    ada: str, repository: Repository, clock: FixedClock
) -> None:
    usecases.cancel(repository, clock, registration_id=ada, link_version=1)
    assert not is_stored("dagen")


def test_a_question_that_comes_while_somebody_registers_is_asked(
    define: Define, register: Register, repository: Repository
) -> None:
    define(questions=[SHORT])
    given = answers(repository, kort=["twee dagen"])
    repository.definitions.refresh(EVENT)
    other = Repository(repository.definitions._clock)
    define_elsewhere(other, [SHORT, LONG | {"required": True}])
    with pytest.raises(Invalid) as refusal:  # we remember the questions of before
        register("ada", answers=given)
    assert [*refusal.value.fields] == ["answers.lang"]
    define_elsewhere(other, [SHORT])
    repository.definitions.refresh(EVENT)
    define_elsewhere(other, [LONG])
    with pytest.raises(Invalid) as refusal:
        register("bob", answers=given)
    assert refusal.value.fields == {"answers": CHANGED}
    assert not is_stored("twee dagen")


def define_elsewhere(repository: Repository, questions: list[dict[str, Any]]) -> None:
    clock = repository.definitions._clock
    usecases.define_event(repository, clock, definition=congress(questions=questions))


def test_what_is_read_before_a_change_does_not_overwrite_it(
    ada: str, repository: Repository, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = AnswersItem.batch_get

    def then_changed(keys: Any, **how: Any) -> Any:
        found = list(read(keys, **how))
        monkeypatch.undo()
        change(repository, clock, ada, kort=["nieuw"], lang=["nieuw"])
        return found

    definition = repository.definitions.get(EVENT)
    assert definition is not None
    later = replace(definition, ends_at=definition.ends_at + timedelta(days=1))
    monkeypatch.setattr(AnswersItem, "batch_get", then_changed)
    repository.answers.keep([ada], later)
    assert said(repository, ada) == ["nieuw", "nieuw"]


def test_what_an_older_version_stored_is_read_and_erased(
    ada: str, repository: Repository, clock: FixedClock
) -> None:
    definition = repository.definitions.get(EVENT)
    assert definition is not None
    item = AnswersItem(f"REGISTRATION#{ada}", "ANSWERS")
    item.diet, item.access_needs = "vegan", ""
    item.keep_until = definition.ends_at + timedelta(days=7)
    item.save()
    assert usecases.answers_of(repository, ada) == Answers(diet="vegan")
    usecases.spread_definition(repository, clock, event=EVENT)
    go_to(clock, repository, 7)
    assert usecases.answers_of(repository, ada) == Answers()
    usecases.erase_expired(repository, clock)
    assert not is_stored("vegan")
