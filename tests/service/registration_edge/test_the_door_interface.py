"""What a phone at the door downloads and sends."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.registration import door, tickets
from chalicelib.registration.repository import Repository
from chalicelib.registration.usecases import door as door_lists
from shared.access import OrganiserItem
from shared.clock import FixedClock
from shared.limits import Limit
from tests.registration_support import EVENT
from tests.service.browser import ORIGIN, Answer, Browser, sign_in
from tests.service.registration_edge.conftest import PAGE, items, person, registration_id

DOOR = f"/congres/api/v1/events/{EVENT}/check-in"
DOORS = datetime(2027, 9, 17, 7, 0, tzinfo=UTC)


@pytest.fixture
def phone(visitor: Browser, mocked_aws: None, clock: FixedClock) -> Browser:
    """A volunteer's phone on the morning; ada and bo have seats, cas and dirk wait."""
    for name in ("ada", "bo", "cas", "dirk"):
        visitor.post(f"{PAGE}/aanmelden", person(name))
    roles = {f"registration/{EVENT}": "helper"}
    OrganiserItem("ORGANISERS", "v1", email="v1@example.org", name="Vera", roles=roles).save()
    clock.advance(DOORS - clock.now())
    return sign_in(visitor, "v1")


def fact(who: str, id_: str = "fact-0001", **changes: Any) -> dict[str, Any]:
    moment = "2027-09-17T07:00:00Z"
    return {"id": id_, "kind": "check_in", "registration": registration_id(who), "at": moment} | (
        changes
    )


def send(phone: Browser, *facts: dict[str, Any], name: str = "phone-001", **headers: str) -> Answer:
    given = {"Origin": ORIGIN, "X-CSRF-Token": phone.csrf} | headers
    return phone.post_json(DOOR, {"phone": name, "facts": facts}, **given)


def test_the_list_has_names_and_states_and_no_addresses(phone: Browser) -> None:
    send(phone, fact("ada"))
    answer = phone.get(DOOR)
    assert answer.status == 200
    assert "@" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    found = answer.data
    assert (found["seated"], found["inside"], found["now"]) == (2, 1, "2027-09-17T07:00:00.000Z")
    ada, bo, cas, dirk = found["people"]
    assert (ada["name"], ada["state"], ada["sessions"]) == ("Ada", "seated", ["a1"])
    assert ada["inside"] == {"id": "fact-0001", "at": found["now"], "phone": "phone-001"}
    assert bo["inside"] is None
    assert (cas["state"], cas["place_in_line"], dirk["place_in_line"]) == ("waiting", 1, 2)


def test_the_list_goes_on_and_ends_with_who_cancelled(
    phone: Browser, desk_browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door_lists, "AT_ONCE", 2)
    desk_browser.post(f"/congres/beheer/{EVENT}/afzeggen/{registration_id('bo')}")
    names, cursor = [], ""
    for _ in range(9):
        found = phone.get(f"{DOOR}?cursor={cursor}").data
        names += [(one["name"], one["state"]) for one in found["people"]]
        cursor = found["cursor"]
        if cursor is None:
            break
    assert sorted(names)[1] == ("Bo", "cancelled")
    assert len(names) == 4
    assert phone.get(f"{DOOR}?cursor=verzonnen").status == 422


def test_the_ticket_on_the_list_is_a_hash_of_the_code(
    phone: Browser, repository: Repository
) -> None:
    ada = repository.registrations.get(registration_id("ada"))
    assert ada is not None
    code = tickets.code(ada)
    listed = phone.get(DOOR)
    assert listed.data["people"][0]["ticket"] == hashlib.sha256(code.encode()).hexdigest()[:32]
    assert code not in listed.text
    assert tickets.typed(tickets.shown(code).lower()) == code
    assert tickets.typed("https://elders.example.org") == ""


def test_a_batch_is_answered_per_fact_and_twice_is_once(phone: Browser) -> None:
    batch = [fact("ada"), fact("cas", "fact-0002"), fact("ada", "fact-0003")]
    batch.append(fact("bo", "fact-0004", at="2027-09-17T09:00:00Z"))
    first, second = send(phone, *batch).data, send(phone, *batch).data
    assert first == second
    assert [one["answer"] for one in first["answers"]] == [
        "checked_in",
        "waiting",
        "already",
        "clock_ahead",
    ]
    assert first["answers"][1]["place_in_line"] == 1
    assert first["inside"] == 1
    undone = send(phone, fact("ada", kind="undo")).data
    assert (undone["answers"][0]["answer"], undone["inside"]) == ("undone", 0)


def test_another_phone_hears_when_and_that_it_was_another(phone: Browser) -> None:
    send(phone, fact("ada"))
    answer = send(phone, fact("ada", "fact-0009"), name="phone-002").data["answers"][0]
    assert answer["answer"] == "already"
    assert answer["inside"]["phone"] == "phone-001"


def test_one_busy_fact_leaves_the_others_alone(
    phone: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = door.usecases.check_in

    def busy(*given: Any, fact: Any, **more: Any) -> Any:
        if fact.id == "fact-0001":
            raise door.Unavailable
        return real(*given, fact=fact, **more)

    monkeypatch.setattr(door.usecases, "check_in", busy)
    answers = send(phone, fact("ada"), fact("bo", "fact-0002")).data["answers"]
    assert [one["answer"] for one in answers] == ["busy", "checked_in"]


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "x"},
        {"id": "a b c d e f g"},
        {"kind": "in"},
        {"at": "2027-09-17T07:00:00"},
        {"registration": ""},
        {"name": "Ada"},
    ],
)
def test_what_is_no_fact_is_refused(phone: Browser, changes: dict[str, str]) -> None:
    assert send(phone, fact("ada", **changes)).status == 422
    assert items("ARRIVAL#") == []


def test_too_many_facts_or_batches_are_refused(
    phone: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert send(phone).status == 422
    assert send(phone, *[fact("ada")] * 26).status == 422
    monkeypatch.setattr(door, "SENT", Limit("check-in", 1, timedelta(minutes=1)))
    assert [send(phone, fact("ada")).status for _ in range(2)] == [200, 429]


def test_only_who_may_check_in_here_and_from_our_own_page(phone: Browser, visitor: Browser) -> None:
    assert send(phone, fact("ada"), X_CSRF_Token="").status == 403
    assert send(phone, fact("ada"), Origin="https://elders.example.org").status == 403
    assert visitor.get(DOOR).status == 401
    roles = {"registration": "reader"}
    OrganiserItem("ORGANISERS", "r1", email="r1@example.org", name="R", roles=roles).save()
    assert sign_in(visitor, "r1").get(DOOR).status == 403
    assert items("ARRIVAL#") == []


def test_each_batch_and_each_download_is_written_down_without_names(phone: Browser) -> None:
    phone.get(DOOR)
    send(phone, fact("ada"))
    notes = [(one["action"], one["item"]) for one in items("AUDIT#", "plekken-test-access")]
    assert sorted(notes) == [("registration.checked_in", EVENT), ("registration.door_list", EVENT)]
