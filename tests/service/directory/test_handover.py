"""A profile comes in and an address goes out: once, whatever crashes or comes twice."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.directory import consumers, usecases
from chalicelib.directory.domain import Kind, State
from chalicelib.directory.repository import Repository
from shared import handover
from shared.clock import FixedClock
from shared.events import Event
from shared.events.directory import ContactShared, MemberChanged, MemberDrafted, MemberPublished
from shared.events.registration import Erased, ProfileShared, Registered
from shared.handovers import ContactHandover
from shared.inbox import Once

from .conftest import drafted, event_of, items, objects, profile, published, queue, told

Deliver = Callable[..., list[dict[str, str]]]
MEMBER_ID = usecases.stable_id(usecases.BY_REGISTRATION, "registration-1")


def shared_profile(clock: FixedClock, **changes: Any) -> Event:
    key = handover.put("registration", "registration-1", profile(**changes))
    return event_of(ProfileShared(registration_id="registration-1", handover_key=key), clock)


def test_a_shared_profile_becomes_one_draft(
    repository: Repository, clock: FixedClock, deliver: Deliver
) -> None:
    assert deliver(shared_profile(clock)) == []
    [member] = repository.every()
    assert (member.state, member.profile.kind) == (State.DRAFT, Kind.RESIDENTS)
    assert member.profile.name == "Zorgzaam Lombok"
    assert member.consent is not None
    assert member.consent.text_version == "ledengids-1"
    assert len(told(MemberDrafted)) == 1
    assert objects() == []


def test_ten_deliveries_make_one_draft(
    repository: Repository, clock: FixedClock, deliver: Deliver
) -> None:
    event = shared_profile(clock)
    assert deliver(*[event] * 10) == []
    assert len(repository.every()) == 1
    assert len(told(MemberDrafted)) == 1


def test_a_crash_before_the_transaction_loses_nothing(
    repository: Repository, clock: FixedClock, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = shared_profile(clock)
    with monkeypatch.context() as patched:
        patched.setattr(Repository, "insert", _crash)
        assert deliver(event) == [{"itemIdentifier": "0"}]
    assert repository.every() == []
    assert objects() == ["registration/registration-1.json"]
    assert deliver(event) == []
    assert len(repository.every()) == 1


def test_a_crash_between_the_transaction_and_discarding_makes_no_second_draft(
    repository: Repository, clock: FixedClock, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = shared_profile(clock)
    with monkeypatch.context() as patched:
        patched.setattr(handover, "discard", _crash)
        assert deliver(event) == [{"itemIdentifier": "0"}]
    assert len(repository.every()) == 1
    assert objects() != []
    assert deliver(event) == []
    assert len(repository.every()) == 1
    assert len(told(MemberDrafted)) == 1
    assert objects() == []


def test_an_unknown_result_is_not_a_failure(
    repository: Repository, clock: FixedClock, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The transaction was written, but its answer was lost."""
    event = shared_profile(clock)
    insert = Repository.insert

    def written_then_lost(self: Repository, *args: Any, **kwargs: Any) -> None:
        insert(self, *args, **kwargs)
        raise TimeoutError

    with monkeypatch.context() as patched:
        patched.setattr(Repository, "insert", written_then_lost)
        assert deliver(event) == [{"itemIdentifier": "0"}]
    assert deliver(event) == []
    assert len(repository.every()) == 1
    assert objects() == []


def test_the_mark_alone_keeps_a_second_draft_away(
    repository: Repository, clock: FixedClock, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even when the draft is gone (declined and expired), a late copy makes nothing."""
    event = shared_profile(clock)
    assert deliver(event) == []
    clock.advance(timedelta(days=30))
    assert usecases.remove_expired(repository, clock) == 1
    handover.put("registration", "registration-1", profile())
    monkeypatch.setattr(Once, "happened", lambda self: False)  # two workers at the same moment
    assert deliver(event) == []
    assert repository.every() == []


def test_a_missing_object_is_not_passed_over_in_silence(
    repository: Repository, clock: FixedClock, deliver: Deliver
) -> None:
    event = shared_profile(clock)
    handover.discard("registration/registration-1.json")
    assert deliver(event) == [{"itemIdentifier": "0"}]


def test_a_second_event_for_the_same_registration_makes_nothing_new(
    repository: Repository, clock: FixedClock, deliver: Deliver
) -> None:
    assert deliver(shared_profile(clock)) == []
    again = shared_profile(clock, name="Andere Naam")
    assert deliver(again) == []
    assert deliver(again) == []
    assert [member.profile.name for member in repository.every()] == ["Zorgzaam Lombok"]


def test_words_that_our_rules_refuse_are_left_to_the_organiser(
    repository: Repository, clock: FixedClock, deliver: Deliver
) -> None:
    event = shared_profile(clock, website="javascript:alert(1)", place="", about="x" * 5000)
    assert deliver(event) == []
    [member] = repository.every()
    assert member.profile.website == ""
    assert len(member.profile.about) == 1500


def test_one_bad_message_does_not_stop_its_batch(repository: Repository, clock: FixedClock) -> None:
    from shared.events import encode

    unknown = event_of(Registered(registration_id="r", event="e", state="seated"), clock)
    bodies = ["no json", "{}", encode(unknown), encode(shared_profile(clock))]
    failures = consumers.inbox(queue(*bodies))["batchItemFailures"]
    assert [failure["itemIdentifier"] for failure in failures] == ["0", "1", "2"]
    assert len(repository.every()) == 1


# Erasing


def erased(clock: FixedClock) -> Event:
    return event_of(Erased(registration_id="registration-1"), clock)


def test_erasing_removes_a_draft_that_was_never_published(
    repository: Repository, clock: FixedClock, deliver: Deliver
) -> None:
    assert deliver(shared_profile(clock), erased(clock), erased(clock)) == []
    assert repository.every() == []
    assert items("MEMBER#") == []


def test_erasing_before_the_profile_arrives_keeps_the_draft_from_being_made(
    repository: Repository, clock: FixedClock, deliver: Deliver
) -> None:
    event = shared_profile(clock)
    assert deliver(erased(clock), event, event) == []
    assert repository.every() == []
    assert objects() == []


def test_a_draft_that_slips_in_while_erasing_is_found_at_the_next_try(
    repository: Repository, clock: FixedClock, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Erasing looked before the draft was written, and writes after it."""
    assert deliver(shared_profile(clock)) == []
    with monkeypatch.context() as patched:
        patched.setattr(Repository, "find", lambda self, member_id: None)
        event = erased(clock)
        assert deliver(event) == [{"itemIdentifier": "0"}]
    assert deliver(event) == []
    assert repository.every() == []


def test_erasing_leaves_a_published_member_alone(
    repository: Repository, clock: FixedClock, deliver: Deliver
) -> None:
    assert deliver(shared_profile(clock)) == []
    usecases.approve(repository, clock, MEMBER_ID, 1)
    assert deliver(erased(clock)) == []
    assert [member.state for member in repository.every()] == [State.PUBLISHED]


# Out, to the library


def test_a_published_member_is_handed_to_the_library_once(
    repository: Repository, clock: FixedClock, deliver: Deliver
) -> None:
    published(repository, clock)
    [event] = told(MemberPublished)
    assert deliver(event) == []
    [shared] = told(ContactShared)
    assert isinstance(shared.data, ContactShared)
    contact = handover.take(shared.data.handover_key, ContactHandover)
    assert (contact.email, contact.slug) == ("tuin@example.org", "de-voedseltuin")
    handover.discard(shared.data.handover_key)
    assert deliver(event, event) == []
    assert len(told(ContactShared)) == 1
    assert objects() == []  # the library took it: no second copy is left behind


def test_a_crash_between_the_object_and_the_event_is_repaired_by_the_retry(
    repository: Repository, clock: FixedClock, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(repository, clock)
    [event] = told(MemberPublished)
    with monkeypatch.context() as patched:
        patched.setattr(Repository, "tell", _crash)
        assert deliver(event) == [{"itemIdentifier": "0"}]
    assert deliver(event) == []
    assert len(objects()) == 1
    assert len(told(ContactShared)) == 1


def correct(repository: Repository, clock: FixedClock, email: str) -> Event:
    """An organiser corrects the address of m1; answers the event of it."""
    member = repository.get("m1", clock.now())
    assert member is not None
    contact = replace(member.contact, email=email)
    clock.advance(timedelta(minutes=1))
    usecases.edit(repository, clock, member.id, member.version, member.profile, contact)
    return told(MemberChanged)[-1]


def handed_over() -> dict[int, str]:
    """The address that each event about a contact hands over, by the version it speaks of."""
    found = {}
    for event in told(ContactShared):
        assert isinstance(event.data, ContactShared)
        address = handover.take(event.data.handover_key, ContactHandover).email
        assert found.setdefault(event.aggregateversion, address) == address
    return found


def test_a_corrected_address_is_handed_over(
    repository: Repository, clock: FixedClock, deliver: Deliver
) -> None:
    published(repository, clock)
    assert deliver(*told(MemberPublished)) == []
    changed = correct(repository, clock, "nieuw@example.org")
    assert deliver(changed, changed) == []
    assert handed_over() == {2: "tuin@example.org", 3: "nieuw@example.org"}
    assert len(objects()) == len(told(ContactShared)) == 2


@pytest.mark.parametrize("seed", range(8))
def test_corrections_that_arrive_shuffled_and_twice_hand_over_what_they_say(
    repository: Repository, clock: FixedClock, deliver: Deliver, seed: int
) -> None:
    """Each event finds an object of its own, with what its version says."""
    lot = random.Random(seed)
    published(repository, clock)
    events = told(MemberPublished)
    for number in range(3, 7):
        events.append(correct(repository, clock, f"v{number}@example.org"))
        if lot.random() < 0.5:
            assert deliver(lot.choice(events)) == []
    arriving = events * 2
    lot.shuffle(arriving)
    assert deliver(*arriving) == []
    found = handed_over()
    assert found[6] == "v6@example.org"
    for version, address in found.items():
        assert address == (f"v{version}@example.org" if version > 2 else "tuin@example.org")
    assert len(told(ContactShared)) == len(objects()) == len(events)


def test_a_slow_delivery_does_not_put_an_old_address_under_a_newer_version(
    repository: Repository, clock: FixedClock, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two deliveries of one event: one read the member before a correction, and writes after."""
    published(repository, clock)
    [event] = told(MemberPublished)
    put = handover.put

    def slow(*args: Any) -> str:
        monkeypatch.setattr(handover, "put", put)
        correct(repository, clock, "nieuw@example.org")
        assert deliver(event) == []
        return put(*args)

    monkeypatch.setattr(handover, "put", slow)
    assert deliver(event) == []
    assert handed_over() == {3: "nieuw@example.org"}


def test_a_changed_draft_is_not_handed_over(
    repository: Repository, clock: FixedClock, deliver: Deliver
) -> None:
    drafted(repository, clock)
    assert deliver(correct(repository, clock, "nieuw@example.org")) == []
    assert told(ContactShared) == []
    assert objects() == []


def test_the_mark_alone_keeps_a_second_contact_event_away(
    repository: Repository, clock: FixedClock, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(repository, clock)
    [event] = told(MemberPublished)
    monkeypatch.setattr(Once, "happened", lambda self: False)
    assert deliver(event, event, event) == []
    assert len(told(ContactShared)) == 1


def test_who_withdrew_meanwhile_or_was_loaded_by_the_operator_is_not_handed_over(
    repository: Repository, clock: FixedClock, deliver: Deliver
) -> None:
    withdrawn = published(repository, clock, "m1")
    published(repository, clock, "m2", source=usecases.BY_OPERATOR)
    usecases.withdraw(repository, clock, withdrawn.id, withdrawn.version)
    assert deliver(*told(MemberPublished)) == []
    assert told(ContactShared) == []
    assert objects() == []


def test_a_withdrawal_while_handing_over_is_told_to_nobody(
    repository: Repository, clock: FixedClock, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = published(repository, clock)
    put = handover.put

    def put_and_withdraw(*args: Any) -> str:
        usecases.withdraw(repository, clock, member.id, member.version)
        return put(*args)

    monkeypatch.setattr(handover, "put", put_and_withdraw)
    assert deliver(*told(MemberPublished)) == []
    assert told(ContactShared) == []


def test_no_event_carries_personal_data(
    repository: Repository, clock: FixedClock, deliver: Deliver
) -> None:
    deliver(shared_profile(clock, name="KANARIE", email="kanarie@example.org", about="KANARIE"))
    usecases.approve(repository, clock, MEMBER_ID, 1)
    deliver(*told(MemberPublished))
    words = str(items("OUTBOX#")) + str(items("SEEN#"))
    # The slug is public the moment the event exists; nothing else of the member may travel.
    assert "kanarie@" not in words.lower()
    assert "KANARIE" not in words


def _crash(*_args: Any, **_kwargs: Any) -> None:
    raise RuntimeError("crash")
