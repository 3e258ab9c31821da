"""A seat that is held until its holder confirms the address."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.registration import consumers, usecases
from chalicelib.registration.domain import Registration
from chalicelib.registration.repository import Repository
from shared.clock import FixedClock
from shared.errors import Gone
from tests.registration_support import EVENT, PROFILE, congress, entry
from tests.service.registration.conftest import calls, events, outside, sent

Define = Callable[..., Any]
Register = Callable[..., Any]
HOURS = 24
ASKED = "Bevestig je aanmelding: Buurtdag"


@pytest.fixture
def repository(mocked_aws: None, clock: FixedClock) -> Repository:
    return Repository(clock)


@pytest.fixture(autouse=True)
def same_clock(repository: Repository, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "clock", clock)
    monkeypatch.setattr(consumers, "_repository", lambda: repository)


@pytest.fixture
def held(define: Define) -> None:
    """One seat, which is held for a day."""
    define(capacity=1, registration=registration(HOURS))


def registration(hours: int) -> dict[str, Any]:
    return {**congress()["registration"], "confirm_within": hours}


def of(repository: Repository, receipt: Any) -> Registration:
    found = repository.registrations.get(receipt.registration_id)
    assert found is not None
    return found


def confirm(repository: Repository, clock: FixedClock, receipt: Any, version: int = 1) -> None:
    usecases.confirm(
        repository, clock, registration_id=receipt.registration_id, link_version=version
    )


def deliver() -> list[tuple[str, str]]:
    """Have the workers handle everything in the outbox; answers the new mails."""
    before = len(sent())
    for item in outside():
        if item["pk"]["S"].startswith("OUTBOX#"):
            record = {"messageId": "1", "body": item["event"]["S"]}
            for worker in (consumers.inbox, consumers.mail):
                worker({"Records": [record]})  # each takes what it knows
    return sorted((str(one["To"]), str(one["Subject"])) for one in sent()[before:])


def holds() -> list[str]:
    return [item["sk"]["S"] for item in outside() if item["pk"]["S"] == f"HOLDS#{EVENT}"]


def handed_over() -> int:
    return len(events("registration.profile_shared.v1"))


@pytest.mark.usefixtures("held")
def test_a_seat_is_held_and_only_one_mail_asks_to_confirm(
    register: Register, repository: Repository, clock: FixedClock
) -> None:
    ada = register("ada", profile=PROFILE)
    found = of(repository, ada)
    assert (found.state, found.confirm_by) == ("seated", clock.now() + timedelta(hours=HOURS))
    assert deliver() == [("ada@example.org", ASKED)]
    assert deliver() == []
    assert "/congres/aanmelding/bevestigen?sleutel=" in str(sent()[-1].get_body(("plain",)))
    assert handed_over() == 0


@pytest.mark.usefixtures("held")
def test_who_confirms_gets_the_ticket_and_keeps_the_seat(
    register: Register, repository: Repository, clock: FixedClock
) -> None:
    ada = register("ada", profile=PROFILE)
    deliver()
    confirm(repository, clock, ada)
    confirm(repository, clock, ada)
    assert len(events("registration.confirmed.v1")) == 1
    assert holds() == []
    assert deliver() == [("ada@example.org", "Je bent aangemeld: Buurtdag")]
    assert deliver() == []
    assert handed_over() == 1
    clock.advance(timedelta(hours=HOURS + 1))
    usecases.sweep(repository, clock)
    assert of(repository, ada).state == "seated"


@pytest.mark.usefixtures("held")
def test_an_unconfirmed_seat_goes_to_the_next_one_and_nobody_is_mailed_about_it(
    register: Register, repository: Repository, clock: FixedClock
) -> None:
    ada, bob = register("ada"), register("bob")
    deliver()
    confirm(repository, clock, bob)
    deliver()
    clock.advance(timedelta(hours=HOURS) - timedelta(seconds=1))
    usecases.sweep(repository, clock)
    assert of(repository, ada).state == "seated"
    clock.advance(timedelta(seconds=2))
    usecases.sweep(repository, clock)
    lapsed = of(repository, ada)
    assert (lapsed.state, lapsed.lapsed, lapsed.lines) == ("cancelled", True, ())
    assert deliver() == [("bob@example.org", "Je hebt een plek: Buurtdag")]
    assert of(repository, bob).state == "seated"
    assert holds() == []
    with pytest.raises(Gone) as refused:
        confirm(repository, clock, ada)
    assert "niet op tijd bevestigd" in refused.value.title


def test_nothing_is_given_up_while_people_are_coming_in(
    define: Define, register: Register, repository: Repository, clock: FixedClock
) -> None:
    define(registration=registration(1))
    clock.advance(datetime(2027, 9, 15, 15, 0, tzinfo=UTC) - clock.now())
    early = register("ada")
    clock.advance(datetime(2027, 9, 16, 19, 31, tzinfo=UTC) - clock.now())
    usecases.sweep(repository, clock)
    assert of(repository, early).state == "seated"
    clock.advance(-timedelta(minutes=2))
    usecases.sweep(repository, clock)
    assert of(repository, early).lapsed


@pytest.mark.usefixtures("held")
def test_who_lapsed_may_register_again(
    register: Register, repository: Repository, clock: FixedClock
) -> None:
    register("ada")
    clock.advance(timedelta(hours=HOURS + 1))
    usecases.sweep(repository, clock)
    again = register("ada", key="another")
    assert of(repository, again).state == "seated"


@pytest.mark.usefixtures("held")
def test_whoever_comes_before_the_sweeper_is_in_time(
    register: Register, repository: Repository, clock: FixedClock
) -> None:
    ada = register("ada")
    clock.advance(timedelta(hours=HOURS + 1))
    confirm(repository, clock, ada)
    usecases.sweep(repository, clock)
    assert of(repository, ada).state == "seated"


@pytest.mark.usefixtures("held")
def test_who_waits_and_is_promoted_before_confirming_hears_it_once_on_confirming(
    register: Register, repository: Repository, clock: FixedClock
) -> None:
    ada, bob = register("ada"), register("bob")
    deliver()
    usecases.cancel(repository, clock, registration_id=ada.registration_id, link_version=1)
    usecases.settle_all(repository, clock, event=EVENT)
    assert of(repository, bob).state == "seated"
    # Ada came by her link; an address that nobody showed to be theirs gets nothing else.
    assert deliver() == [("ada@example.org", "Je bent afgemeld: Buurtdag")]
    confirm(repository, clock, bob)
    assert deliver() == [("bob@example.org", "Je hebt een plek: Buurtdag")]
    assert deliver() == []


@pytest.mark.usefixtures("held")
def test_a_second_try_and_a_lost_link_ask_again_at_most_once_in_ten_minutes(
    register: Register, repository: Repository, clock: FixedClock
) -> None:
    register("ada")
    deliver()
    for key in ("b", "c"):
        register("ada", key=key)
    usecases.request_link(repository, clock, event=EVENT, email="ada@example.org", visitor="v")
    assert deliver() == [("ada@example.org", ASKED)]


def test_an_organiser_enters_somebody_who_need_not_confirm(
    define: Define, repository: Repository, clock: FixedClock
) -> None:
    define(registration=registration(HOURS))
    made = usecases.enter(
        repository,
        clock,
        event=EVENT,
        entry=entry("ada"),
        language="nl",
        asked=usecases.Asked(None, "same"),
        note=lambda _made: lambda _transaction: None,
    )
    assert of(repository, made).is_confirmed
    assert holds() == []


def test_erasing_leaves_no_hold(
    define: Define, register: Register, repository: Repository, clock: FixedClock
) -> None:
    define(registration=registration(168), rounds=[])
    ada = of(repository, register("ada"))
    clock.advance(ada.keep_until - clock.now() + timedelta(seconds=1))
    usecases.erase_expired(repository, clock)
    assert holds() == []
    assert repository.registrations.get(ada.id) is None


def test_without_the_rule_nothing_is_held(
    define: Define, register: Register, repository: Repository
) -> None:
    define()
    assert of(repository, register("ada")).is_confirmed
    assert holds() == []
    assert deliver() == [("ada@example.org", "Je bent aangemeld: Buurtdag")]


@pytest.mark.usefixtures("held")
def test_holding_costs_no_call_more(register: Register, repository: Repository) -> None:
    usecases.find_definition(repository, EVENT)  # as the page with the form has done
    with calls() as made:
        register("ada", key="k1")
    assert made == ["UpdateItem", "TransactWriteItems"]
