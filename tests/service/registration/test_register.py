"""Registering, its guards and its retries."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from chalicelib.registration import usecases
from chalicelib.registration.domain import Receipt
from chalicelib.registration.models import NumberItem, Outbox, RegistrationItem
from chalicelib.registration.repository import Repository
from shared import aws
from shared.clock import FixedClock
from shared.errors import Conflict, Invalid, NotFound
from shared.transactions import Busy
from tests.registration_support import EVENT
from tests.service.registration.conftest import calls, events, outside

Register = Callable[..., Receipt]
Define = Callable[..., Any]


def test_seats_in_order_then_waits(define: Define, register: Register) -> None:
    define()
    receipts = [register(name) for name in ("ada", "bob", "cas", "dirk")]
    assert [one.number for one in receipts] == [1, 2, 3, 4]
    assert [one.state for one in receipts] == ["seated", "seated", "waiting", "waiting"]
    assert [one.lines[0].place_in_line for one in receipts] == [None, None, 1, 2]


def test_seated_people_join_session_lines_and_waiting_people_keep_wishes(
    define: Define, register: Register, repository: Repository
) -> None:
    define()
    ada = register("ada", sessions=["a1", "b1"])
    bob = register("bob", sessions=["a1"])
    cas = register("cas", sessions=["a1"])
    assert [(line.id, line.state) for line in ada.lines] == [
        ("congress", "seated"),
        ("a1", "seated"),
        ("b1", "seated"),
    ]
    assert [(line.id, line.state, line.place_in_line) for line in bob.lines][1] == (
        "a1",
        "waiting",
        1,
    )
    assert [line.id for line in cas.lines] == ["congress"]
    kept = repository.registrations.get(cas.registration_id)
    assert kept is not None
    assert kept.wishes == ("a1",)


def test_costs_one_call_per_line_and_one_transaction(
    define: Define, register: Register, repository: Repository
) -> None:
    define(capacity=100)
    usecases.find_definition(repository, EVENT)  # as the page with the form has done
    with calls() as made:
        register("ada", sessions=["a1", "b1"], key="k1")
    assert made == ["UpdateItem"] * 3 + ["TransactWriteItems"]


def test_event_tells_ids_only(define: Define, register: Register) -> None:
    define()
    receipt = register("ada")
    (event,) = events("registration.registered.v1")
    assert event["data"] == {
        "registration_id": receipt.registration_id,
        "event": EVENT,
        "state": "seated",
    }
    assert "example.org" not in msgspec.json.encode(event).decode()


def test_no_key_in_the_table_holds_the_address(define: Define, register: Register) -> None:
    define()
    register("ada", key="ada@example.org")
    for item in outside():
        assert "example.org" not in item["pk"]["S"] + item["sk"]["S"]


def test_a_known_address_gets_the_same_shape_and_changes_nothing(
    define: Define, register: Register, repository: Repository
) -> None:
    define(capacity=3)
    first = register("ada", sessions=["a1"])
    again = register("ada", sessions=["a2"], key="second")
    assert msgspec.to_builtins(again).keys() == msgspec.to_builtins(first).keys()
    assert (again.number, again.state, len(again.lines)) == (2, "seated", 2)
    assert again.registration_id != first.registration_id
    assert repository.registrations.get(again.registration_id) is None
    assert repository.numbers.dead(EVENT, "congress") == {2}
    assert repository.numbers.dead(EVENT, "a2") == {1}
    (told,) = events("registration.attempted_again.v1")
    assert told["data"]["registration_id"] == first.registration_id
    assert register("ada", sessions=["a2"], key="second") == again


@pytest.mark.parametrize("letters", ["ada", "ADA"])
def test_a_person_is_known_in_any_letter_case(
    define: Define, register: Register, letters: str
) -> None:
    define()
    register("ada")
    register(letters)
    assert len(events("registration.attempted_again.v1")) == 1


def test_retry_with_the_same_key_gets_the_first_answer(
    define: Define, register: Register, repository: Repository
) -> None:
    define()
    first = register("ada", sessions=["a1"], key="k1")
    assert register("ada", sessions=["a1"], key="k1") == first
    assert RegistrationItem.query(f"REGISTRATION#{first.registration_id}").next().version == 1
    assert len(events("registration.registered.v1")) == 1
    assert events("registration.attempted_again.v1") == []
    pool = repository.pools.get(EVENT, "congress")
    assert pool is not None
    assert (pool.issued, pool.watermark) == (2, 3)  # the retry's number died, so the mark moved on


def test_retry_after_registration_closed_still_gets_the_first_answer(
    define: Define, register: Register, clock: FixedClock
) -> None:
    define()
    first = register("ada", key="k1")
    clock.advance(timedelta(hours=20))  # the answer was lost; the organiser closed meanwhile
    define(registration={"opens": "2027-01-01 09:00", "closes": "2027-04-15 00:00"})
    assert register("ada", key="k1") == first
    with pytest.raises(Conflict):
        register("bea", key="k2")


def test_key_used_for_something_else_is_refused(define: Define, register: Register) -> None:
    define()
    register("ada", key="k1", fingerprint="one")
    with pytest.raises(Invalid) as refused:
        register("bob", key="k1", fingerprint="two")
    assert refused.value.code == "idempotency_mismatch"
    assert register("bob", key="k2", fingerprint="two").state == "seated"


def test_unknown_event_draft_closed_and_wrong_choice_store_nothing(
    define: Define, register: Register, clock: FixedClock
) -> None:
    define(published=False)
    with pytest.raises(NotFound):
        register("ada")
    with pytest.raises(NotFound):
        register("ada", event="something-else")
    define(published=True)
    for sessions in (["nothing"], ["a1", "a2"]):
        with pytest.raises(Invalid):
            register("ada", sessions=sessions)
    clock.advance(timedelta(days=200))
    with pytest.raises(Conflict) as refused:
        register("ada")
    assert refused.value.code == "event_not_open"
    assert not [item for item in outside() if item["pk"]["S"].startswith(("NUMBER", "REGI"))]


def test_the_line_itself_refuses_when_the_lambda_knows_an_old_definition(
    define: Define, register: Register, repository: Repository, clock: FixedClock
) -> None:
    define()
    register("ada")  # this process now remembers revision 1
    elsewhere = Repository(clock)
    from tests.registration_support import congress

    closed = congress(registration={"opens": "2027-01-01 09:00", "closes": "2027-02-01 18:00"})
    usecases.define_event(elsewhere, clock, definition=closed)
    with pytest.raises(Conflict):
        register("bob")
    pool = repository.pools.get(EVENT, "congress")
    assert pool is not None
    assert pool.issued == 1


def test_a_newer_revision_is_read_and_used(
    define: Define, register: Register, clock: FixedClock
) -> None:
    define()
    register("ada")
    from tests.registration_support import congress

    fewer = congress(rounds=congress()["rounds"][:1])
    usecases.define_event(Repository(clock), clock, definition=fewer)
    with pytest.raises(Invalid):
        register("bob", sessions=["b1"])
    assert register("bob", sessions=["a1"]).state == "seated"


def test_a_number_buried_as_a_gap_is_replaced(
    define: Define, register: Register, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    define()
    enrol = repository.registrations.enrol

    def late(registration: Any, *rest: Any) -> None:
        monkeypatch.setattr(repository.registrations, "enrol", enrol)
        from chalicelib.registration.seats import Taken

        repository.numbers.bury(EVENT, [Taken("congress", 1, 1, 2)])
        enrol(registration, *rest)

    monkeypatch.setattr(repository.registrations, "enrol", late)
    receipt = register("ada")
    assert (receipt.number, receipt.state) == (2, "seated")
    assert repository.numbers.dead(EVENT, "congress") == {1}


def test_busy_gives_the_number_back_at_once(
    define: Define, register: Register, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    define()

    def busy(*_: Any) -> None:
        raise Busy

    with monkeypatch.context() as patch:
        patch.setattr(repository.registrations, "enrol", busy)
        with pytest.raises(Busy):
            register("ada", sessions=["a1"])
    assert repository.numbers.dead(EVENT, "congress") == {1}
    assert repository.numbers.dead(EVENT, "a1") == {1}
    receipt = register("bob", sessions=["a1"])
    assert [line.state for line in receipt.lines] == ["seated", "seated"]


def test_an_unknown_result_is_not_a_failure(
    define: Define, register: Register, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    define()
    enrol = repository.registrations.enrol

    def lost_answer(*arguments: Any) -> None:
        enrol(*arguments)
        raise TimeoutError

    with monkeypatch.context() as patch:
        patch.setattr(repository.registrations, "enrol", lost_answer)
        with pytest.raises(TimeoutError):
            register("ada", key="k1")
    assert repository.numbers.dead(EVENT, "congress") == set()
    receipt = register("ada", key="k1")
    assert (receipt.number, receipt.state) == (1, "seated")
    assert repository.registrations.get(receipt.registration_id) is not None


def test_conflicts_are_tried_again(
    define: Define, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither moto nor the embedded AWS says TransactionConflict, so it is put in here."""
    define()
    client = aws.client("dynamodb")
    refused = iter([True, True, False])
    original = client._make_api_call

    def conflicting(operation: str, arguments: Any) -> Any:
        if operation == "TransactWriteItems" and next(refused, False):
            raise client.exceptions.TransactionCanceledException(
                {
                    "Error": {"Code": "TransactionCanceledException", "Message": "conflict"},
                    "CancellationReasons": [{"Code": "TransactionConflict"}],
                },
                operation,
            )
        return original(operation, arguments)

    monkeypatch.setattr(client, "_make_api_call", conflicting)
    assert register("ada").state == "seated"
    assert next(refused, "used up") == "used up"


def test_personal_data_stand_in_registration_items_only(
    define: Define, register: Register, clock: FixedClock
) -> None:
    define()
    register("ada")
    for item in outside():
        if item["pk"]["S"].startswith("REGISTRATION#"):
            assert datetime.fromtimestamp(int(item["expires_at"]["N"]), UTC) > clock.now()
        else:
            assert "'Ada'" not in str(item)
    assert len(list(NumberItem.query(f"NUMBER#{EVENT}#congress#0"))) == 1
    assert [item for shard in range(8) for item in Outbox.query(f"OUTBOX#{shard}")]
