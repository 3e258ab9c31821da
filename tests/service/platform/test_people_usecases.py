"""Inviting, changing and removing organisers: rights come last and go first."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from chalicelib.platform import user_pool
from chalicelib.platform.repository import people as store
from chalicelib.platform.usecases import people
from infra import template
from infra.deploy import TEMPLATES
from shared import auth
from shared.access import AuditItem
from shared.clock import FixedClock
from shared.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from tests.service.browser import sign_in

from .conftest import set_up_a_phone

READER: dict[str, Any] = {"registration": "reader"}
LATER = FixedClock(datetime(2027, 5, 1, tzinfo=UTC))  # than the sessions that tests begin
ADDRESS = "nieuw+buurt@example.org"


@pytest.fixture(autouse=True)
def _pool(pool: str) -> None:
    """Every test here has one."""


@pytest.fixture
def clock() -> FixedClock:
    """Moto's user pool says when something was mailed, so this is now."""
    from shared.clock import SystemClock

    return FixedClock(SystemClock().now())


def audit() -> list[tuple[str, str, str]]:
    notes = [(one.organiser_id, one.action, one.item) for one in AuditItem.scan()
             if one.pk.startswith("AUDIT#")]  # fmt: skip
    return sorted(notes, key=lambda note: note[1])


def accounts(pool: str) -> list[str]:
    users = boto3.client("cognito-idp").list_users(UserPoolId=pool)["Users"]
    return sorted(
        next(a["Value"] for a in one["Attributes"] if a["Name"] == "email") for one in users
    )


def found(organiser_id: str) -> auth.Organiser:
    one = auth.find_organiser(organiser_id)
    assert one is not None
    return one


def test_an_invitation_makes_an_account_and_rights(owner: str, clock: FixedClock) -> None:
    new = people.invite(clock, owner, ADDRESS, "Noor", READER)
    assert found(new.id).roles == READER
    account = user_pool.find(ADDRESS, clock.now())
    assert account == user_pool.Account(new.id, "invited", second_step=False)
    assert audit() == [(owner, "organiser.invited", new.id)]


def test_an_invitation_ends_after_a_week(owner: str, clock: FixedClock) -> None:
    new = people.invite(clock, owner, ADDRESS, "Noor", READER)
    account = user_pool.find(new.id, clock.now() + user_pool.INVITATION_LIFE + timedelta(minutes=1))
    assert account is not None
    assert account.state == "expired"


def test_the_user_pool_keeps_a_first_password_as_long_as_the_pages_say() -> None:
    base = template.load(TEMPLATES / "base.yaml")["Resources"]["UserPool"]["Properties"]
    days = base["Policies"]["PasswordPolicy"]["TemporaryPasswordValidityDays"]
    assert timedelta(days=days) == user_pool.INVITATION_LIFE


def test_a_crash_after_the_account_leaves_no_rights_and_again_finishes(
    owner: str, pool: str, clock: FixedClock, crash: Callable[..., None], monkeypatch: Any
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(store, "insert", _end)
        with pytest.raises(KeyboardInterrupt):
            people.invite(clock, owner, ADDRESS, "Noor", READER)
    orphan = user_pool.find(ADDRESS, clock.now())
    assert orphan is not None
    assert auth.find_organiser(orphan.id) is None
    new = people.invite(clock, owner, ADDRESS, "Noor", READER)
    assert new.id == orphan.id
    assert len(accounts(pool)) == 2


def test_a_left_account_whose_password_is_known_is_not_taken_over(
    owner: str, pool: str, clock: FixedClock
) -> None:
    cognito = boto3.client("cognito-idp")
    cognito.admin_create_user(UserPoolId=pool, Username=ADDRESS)
    cognito.admin_set_user_password(
        UserPoolId=pool, Username=ADDRESS, Password="Oud-wachtwoord-1", Permanent=True
    )
    old = user_pool.find(ADDRESS, clock.now())
    new = people.invite(clock, owner, ADDRESS, "Noor", READER)
    assert old is not None
    assert new.id != old.id
    account = user_pool.find(ADDRESS, clock.now())
    assert account is not None
    assert account.state == "invited"


def test_an_address_that_is_an_organisers_already(owner: str, clock: FixedClock) -> None:
    people.invite(clock, owner, ADDRESS, "Noor", READER)
    with pytest.raises(Invalid) as refused:
        people.invite(clock, owner, ADDRESS, "Nora", {"registration": "owner"})
    assert "email" in refused.value.fields
    assert [one.name for one in auth.every_organiser()] == ["Noor", "Olivia"]


def test_who_came_second_with_the_same_address_changes_nothing(
    owner: str, pool: str, clock: FixedClock, monkeypatch: Any
) -> None:
    """Two owners invite one person: the second sees the account before there are rights."""
    insert = store.insert

    def overtaken(new: auth.Organiser, joins: Any) -> None:
        monkeypatch.setattr(store, "insert", insert)
        people.invite(clock, owner, ADDRESS, "Eerste", READER)
        insert(new, joins)

    monkeypatch.setattr(store, "insert", overtaken)
    with pytest.raises(Invalid):
        people.invite(clock, owner, ADDRESS, "Tweede", {"registration": "owner"})
    assert [one.name for one in auth.every_organiser()] == ["Eerste", "Olivia"]
    assert len(accounts(pool)) == 2


def test_only_an_owner_decides(enrol: Callable[..., str], clock: FixedClock) -> None:
    organiser = enrol("Bob", {"registration": "owner", "directory": "owner"})
    other = enrol("Eva")
    for verb in (
        lambda: people.invite(clock, organiser, ADDRESS, "Noor", READER),
        lambda: people.change(clock, organiser, organiser, 1, "Bob", {"platform": "owner"}),
        lambda: people.remove(clock, organiser, other, 1),
        lambda: people.end_sessions(clock, organiser, other),
        lambda: people.reset_second_step(clock, organiser, other),
        lambda: people.invite_again(clock, organiser, other),
    ):
        with pytest.raises(Forbidden):
            verb()
    assert audit() == []
    assert found(other).signed_out_at is None


def test_an_owner_removed_while_they_work_decides_nothing(
    enrol: Callable[..., str], clock: FixedClock, monkeypatch: Any
) -> None:
    first, second, third = enrol("Een"), enrol("Twee"), enrol("Drie")
    change = store.change

    def overtaken(*given: Any) -> None:
        monkeypatch.setattr(store, "change", change)
        people.remove(clock, second, first, 1)
        change(*given)

    monkeypatch.setattr(store, "change", overtaken)
    with pytest.raises(Forbidden):
        people.change(clock, first, third, 1, "Drie", READER)
    assert found(third).may("platform", "own")


def test_the_second_of_two_owners_is_told(enrol: Callable[..., str], clock: FixedClock) -> None:
    first, second, third = enrol("Een"), enrol("Twee"), enrol("Drie")
    people.change(clock, first, third, 1, "Drie", READER)
    with pytest.raises(people.Overtaken):
        people.change(clock, second, third, 1, "Drie", {"documents": "owner"})
    with pytest.raises(people.Overtaken):
        people.remove(clock, second, third, 1)
    assert found(third).roles == READER


def test_the_last_owner_stays(enrol: Callable[..., str], clock: FixedClock) -> None:
    only = enrol("Een")
    people.invite(clock, only, ADDRESS, "Nog niet binnen", {"platform": "owner"})
    with pytest.raises(Conflict) as lowered:
        people.change(clock, only, only, 1, "Een", READER)
    with pytest.raises(Conflict) as removed:
        people.remove(clock, only, only, 1)
    assert lowered.value.code == removed.value.code == "last_owner"
    people.change(clock, only, only, 1, "Eén", {"platform": "owner"})
    assert found(only).name == "Eén"


def test_one_of_two_owners_may_go(enrol: Callable[..., str], clock: FixedClock) -> None:
    first, second = enrol("Een"), enrol("Twee")
    people.change(clock, first, first, 1, "Een", READER)
    with pytest.raises(Conflict):
        people.remove(clock, second, second, 1)


@pytest.mark.parametrize("each", ["themselves", "the other"])
def test_two_owners_who_lower_at_once_leave_one(
    enrol: Callable[..., str], clock: FixedClock, monkeypatch: Any, each: str
) -> None:
    first, second = enrol("Een"), enrol("Twee")
    change = store.change

    def lower(by: str) -> None:
        whom = by if each == "themselves" else {first: second, second: first}[by]
        people.change(clock, by, whom, 1, "Minder", READER)

    def overtaken(*given: Any) -> None:
        monkeypatch.setattr(store, "change", change)
        lower(second)
        change(*given)

    monkeypatch.setattr(store, "change", overtaken)
    with pytest.raises((Conflict, Forbidden)):
        lower(first)
    assert len(auth.organisers("platform", "own")) == 1


def test_who_is_removed_is_signed_out_at_once_also_after_a_crash(
    enrol: Callable[..., str], visitor: Any, pool: str, clock: FixedClock, monkeypatch: Any
) -> None:
    first, second = enrol("Een"), enrol("Twee")
    browser = sign_in(visitor, second)
    assert browser.get("/beheer").status == 200
    with monkeypatch.context() as patch:
        patch.setattr(user_pool, "delete", _end)
        with pytest.raises(KeyboardInterrupt):
            people.remove(clock, first, second, 1)
    assert browser.get("/beheer").status == 303
    assert store.leavers() == [second]
    people.remove(clock, first, second, 1)  # pressed again
    assert store.leavers() == []
    assert len(accounts(pool)) == 1
    with pytest.raises(NotFound):
        people.remove(clock, first, second, 1)


def test_somebody_removed_halfway_can_be_invited_anew(
    enrol: Callable[..., str], clock: FixedClock, monkeypatch: Any
) -> None:
    first = enrol("Een")
    new = people.invite(clock, first, ADDRESS, "Noor", READER)
    with monkeypatch.context() as patch:
        patch.setattr(user_pool, "delete", _end)
        with pytest.raises(KeyboardInterrupt):
            people.remove(clock, first, new.id, 1)
    again = people.invite(clock, first, ADDRESS, "Noor", READER)
    people.tidy()
    account = user_pool.find(ADDRESS, clock.now())
    assert again.id != new.id
    assert account is not None
    assert account.id == again.id


def test_a_lost_phone_ends_sessions_and_the_second_step(
    enrol: Callable[..., str], visitor: Any, pool: str, clock: FixedClock
) -> None:
    first, second = enrol("Een"), enrol("Twee")
    set_up_a_phone(pool, found(second).email)
    assert user_pool.find(second, clock.now()) == user_pool.Account(second, "active", True)
    browser = sign_in(visitor, second)
    people.reset_second_step(LATER, first, second)
    assert user_pool.find(second, clock.now()) == user_pool.Account(second, "active", False)
    assert browser.get("/beheer").status == 303
    assert audit() == [(first, "organiser.second_step_reset", second)]


def test_your_own_phone_is_not_reset_here(owner: str, clock: FixedClock) -> None:
    with pytest.raises(Conflict):
        people.reset_second_step(clock, owner, owner)


def test_ending_sessions_leaves_the_person(
    enrol: Callable[..., str], visitor: Any, clock: FixedClock
) -> None:
    first, second = enrol("Een"), enrol("Twee")
    browser = sign_in(visitor, second)
    people.end_sessions(LATER, first, second)
    assert browser.get("/beheer").status == 303
    assert found(second).version == 1
    with pytest.raises(NotFound):
        people.end_sessions(clock, first, "nobody")


def test_an_invitation_is_mailed_again_until_it_is_used(
    enrol: Callable[..., str], clock: FixedClock
) -> None:
    first = enrol("Een")
    new = people.invite(clock, first, ADDRESS, "Noor", READER)
    people.invite_again(clock, first, new.id)
    user_pool.delete(new.id)
    with pytest.raises(Conflict):
        people.invite_again(clock, first, new.id)


def test_a_user_pool_that_does_not_answer(
    owner: str, clock: FixedClock, listen: Callable[..., None]
) -> None:
    def refuse(**_: object) -> None:
        raise ClientError({"Error": {"Code": "TooManyRequestsException"}}, "AdminCreateUser")

    listen("cognito-idp", "before-call.cognito-identity-provider.AdminCreateUser", refuse)
    with pytest.raises(Unavailable):
        people.invite(clock, owner, ADDRESS, "Noor", READER)
    assert audit() == []


def _end(*_: object, **__: object) -> None:
    raise KeyboardInterrupt
