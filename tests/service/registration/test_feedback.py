"""An address that fails: marked once, no mail any more, until an organiser clears it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from moto.ses.models import ses_backends

from chalicelib.registration import consumers, fragments, usecases
from chalicelib.registration.domain import Receipt, Registration, Wanted
from chalicelib.registration.models import Seen
from chalicelib.registration.repository import Repository
from shared import desk
from shared.clock import FixedClock
from shared.events import Data, encode, occurred
from shared.events.registration import LinkRequested, Registered
from shared.inbox import Once
from shared.transactions import Refused
from tests.registration_support import EVENT
from tests.service.registration.conftest import events, outside
from tests.ses_feedback import GREETING, bounce, complaint

Register = Callable[..., Receipt]
LATE = timedelta(minutes=5)


@pytest.fixture
def repository(mocked_aws: None, clock: FixedClock) -> Repository:
    return Repository(clock)


@pytest.fixture(autouse=True)
def same_clock(repository: Repository, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "clock", clock)
    monkeypatch.setattr(consumers, "_repository", lambda: repository)


@pytest.fixture
def ada(define: Callable[..., Any], register: Register, clock: FixedClock) -> str:
    define()
    id_ = register("ada").registration_id
    clock.advance(LATE)
    return id_


def tell(*bodies: str) -> list[str]:
    """The messages that must come again."""
    found = [{"messageId": str(number), "body": body} for number, body in enumerate(bodies)]
    answer = consumers.feedback({"Records": found})
    return [one["itemIdentifier"] for one in answer["batchItemFailures"]]


def of(repository: Repository, registration_id: str) -> Registration:
    found = repository.registrations.get(registration_id)
    assert found is not None
    return found


def clear(repository: Repository, clock: FixedClock, registration_id: str) -> None:
    usecases.clear_address(
        repository, clock, registration_id=registration_id, note=lambda _transaction: None
    )


def ask_for_the_link(registration_id: str, clock: FixedClock) -> None:
    hear(LinkRequested(registration_id=registration_id, request_id="q"), clock)


def confirm(registration_id: str, clock: FixedClock) -> None:
    hear(Registered(registration_id=registration_id, event=EVENT, state="seated"), clock)


def hear(data: Data, clock: FixedClock) -> None:
    """Let the mail worker have an event."""
    body = encode(occurred(data, clock))
    record = {"messageId": "1", "body": body}
    assert consumers.mail({"Records": [record]}) == {"batchItemFailures": []}


def mails() -> int:
    return len(ses_backends["123456789012"]["eu-central-1"].sent_messages)


def failed_items() -> list[str]:
    return [item["sk"]["S"] for item in outside() if item["pk"]["S"] == f"FAILED#{EVENT}"]


@pytest.mark.parametrize(("body", "cause"), [(bounce, "bounce"), (complaint, "complaint")])
def test_the_registration_is_marked_and_it_is_told(
    ada: str, repository: Repository, clock: FixedClock, body: Any, cause: str
) -> None:
    sent_at = clock.now()
    clock.advance(LATE)
    assert tell(body(ada, sent_at=sent_at)) == []
    found = of(repository, ada)
    assert (found.address_failed_at, found.address_failure) == (clock.now(), cause)
    (event,) = events("registration.address_failed.v1")
    assert event["data"] == {"registration_id": ada, "event": EVENT, "cause": cause}
    assert event["aggregateversion"] == found.version == 2
    assert failed_items() == [ada]


def test_twice_and_both_ways_is_one_event(ada: str, repository: Repository) -> None:
    assert tell(complaint(ada), bounce(ada), bounce(ada), complaint(ada)) == []
    assert tell(bounce(ada)) == []
    assert len(events("registration.address_failed.v1")) == 1
    assert of(repository, ada).address_failure == "complaint"


def test_what_means_nothing_changes_nothing(ada: str) -> None:
    before = outside()
    nothing = [bounce(ada, kind="Transient"), bounce(None), bounce("nobody"), GREETING]
    assert tell(*nothing) == []
    assert outside() == before


def test_nonsense_comes_again_and_stops_no_other(
    ada: str, repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tell('{"mail": "ada@example.org"}', bounce(ada)) == ["0"]
    assert of(repository, ada).has_failing_address
    assert "ada@example.org" not in capsys.readouterr().out


def test_who_cancelled_or_is_gone_stays_as_they_are(
    ada: str, repository: Repository, clock: FixedClock
) -> None:
    usecases.cancel(repository, clock, registration_id=ada, link_version=None)
    before = of(repository, ada)
    assert tell(bounce(ada)) == []
    assert of(repository, ada) == before
    assert events("registration.address_failed.v1") == []


def test_a_change_at_the_same_moment_is_kept(
    ada: str, repository: Repository, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = repository.registrations.save
    renamed: list[str] = []

    def save_after_another(*arguments: Any, **named: Any) -> None:
        if not renamed:
            renamed.append("once")
            usecases.change(
                Repository(clock), clock, registration_id=ada, link_version=1, name="Adèle"
            )
        save(*arguments, **named)

    monkeypatch.setattr(repository.registrations, "save", save_after_another)
    assert tell(bounce(ada)) == []
    found = of(repository, ada)
    assert (found.name, found.has_failing_address, found.version) == ("Adèle", True, 3)


def test_no_mail_goes_out_and_the_ledger_says_why(
    ada: str, repository: Repository, clock: FixedClock
) -> None:
    tell(bounce(ada))
    for _ in range(2):  # a repeated event ends too
        confirm(ada, clock)
    assert mails() == 0
    states = [one["state"]["S"] for one in outside() if one["pk"]["S"] == f"MAIL#{ada}"]
    assert states == ["held"]
    clear(repository, clock, ada)
    confirm(ada, clock)
    assert mails() == 0, "what was held back stays unsent"


def test_who_had_a_mail_already_keeps_that_in_the_ledger(ada: str, clock: FixedClock) -> None:
    confirm(ada, clock)
    tell(bounce(ada))
    confirm(ada, clock)
    states = [one["state"]["S"] for one in outside() if one["pk"]["S"] == f"MAIL#{ada}"]
    assert states == ["sent"]


def test_the_link_is_mailed_again_as_soon_as_the_address_works(
    ada: str, repository: Repository, clock: FixedClock
) -> None:
    tell(bounce(ada))
    ask_for_the_link(ada, clock)
    assert mails() == 0
    clear(repository, clock, ada)
    ask_for_the_link(ada, clock)
    assert mails() == 1


def test_clearing_is_told_once(ada: str, repository: Repository, clock: FixedClock) -> None:
    tell(bounce(ada))
    for _ in range(2):
        clear(repository, clock, ada)
    found = of(repository, ada)
    assert not found.has_failing_address
    assert found.address_failure is None
    assert len(events("registration.address_cleared.v1")) == 1
    assert failed_items() == []


def test_a_mail_of_before_the_clearing_says_nothing_new(
    ada: str, repository: Repository, clock: FixedClock
) -> None:
    sent_at = clock.now()
    tell(bounce(ada, sent_at=sent_at))
    clock.advance(LATE)
    clear(repository, clock, ada)
    clock.advance(LATE)
    tell(complaint(ada, sent_at=sent_at, message_id="another"))
    assert not of(repository, ada).has_failing_address
    tell(bounce(ada, sent_at=clock.now(), message_id="a newer mail"))
    assert of(repository, ada).has_failing_address


def test_the_same_words_come_late_while_the_clock_of_ses_is_ahead(
    ada: str, repository: Repository, clock: FixedClock
) -> None:
    ahead = bounce(ada, sent_at=clock.now() + timedelta(hours=1))
    tell(ahead)
    clear(repository, clock, ada)
    assert tell(ahead) == []
    assert not of(repository, ada).has_failing_address


def test_noting_the_same_again_is_refused(
    ada: str, repository: Repository, clock: FixedClock
) -> None:
    def note() -> None:
        usecases.note_failed_address(
            repository,
            clock,
            registration_id=ada,
            cause="bounce",
            sent_at=clock.now() + LATE,
            once=Once(Seen, "feedback", "m1#bounce", clock),
        )

    note()
    clear(repository, clock, ada)
    with pytest.raises(Refused):
        note()


def test_the_desk_counts_until_they_are_cleared_cancelled_or_erased(
    ada: str, repository: Repository, register: Register, clock: FixedClock
) -> None:
    bob = register("bob").registration_id
    cas = register("cas").registration_id
    tell(*(bounce(one, message_id=one) for one in (ada, bob, cas)))

    def needed() -> list[int]:
        fragments.publish_fragments(repository, clock)
        part = desk.read_part("registration")
        return [one.count for one in part.needs if one.kind == "bounce"]

    assert needed() == [3]
    clear(repository, clock, ada)
    usecases.cancel(repository, clock, registration_id=bob, link_version=None)
    assert needed() == [1]
    assert failed_items() == [cas]
    clock.advance(timedelta(days=365))
    usecases.erase_expired(repository, clock)
    assert failed_items() == []


def test_the_need_leads_to_those_it_is_about(
    ada: str, repository: Repository, register: Register, clock: FixedClock
) -> None:
    register("bob")
    tell(bounce(ada))
    fragments.publish_fragments(repository, clock)
    (need,) = desk.read_part("registration").needs
    assert need.text["nl"] == "1 adres klopt niet"
    assert need.href == f"/congres/beheer/{EVENT}?stand=adres"
    wanted = Wanted(failing=True)
    page = usecases.list_registrations(
        repository, event=EVENT, cursor=None, limit=50, wanted=wanted
    )
    assert [one.id for one in page.registrations] == [ada]
