"""Sessions, links and roles."""

from datetime import timedelta
from typing import Any

import boto3
import pytest

from shared import auth, keys, settings
from shared.access import SessionItem
from shared.clock import FixedClock
from shared.errors import Forbidden, Invalid

PASSWORD = "Wachtwoord-van-17-tekens"


@pytest.fixture
def pool(mocked_aws: None, monkeypatch: pytest.MonkeyPatch) -> str:
    """A user pool with one organiser; answers the organiser's id."""
    cognito = boto3.client("cognito-idp")
    pool_id = cognito.create_user_pool(PoolName="test")["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool_id, ClientName="web", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )
    user = cognito.admin_create_user(
        UserPoolId=pool_id,
        Username="org@example.org",
        UserAttributes=[{"Name": "email", "Value": "org@example.org"}],
    )
    cognito.admin_set_user_password(
        UserPoolId=pool_id, Username="org@example.org", Password=PASSWORD, Permanent=True
    )
    monkeypatch.setenv("USER_POOL_CLIENT_ID", client["UserPoolClient"]["ClientId"])
    settings.forget()
    attributes = {a["Name"]: a["Value"] for a in user["User"]["Attributes"]}
    organiser = auth.Organiser(attributes["sub"], "org@example.org", "Org", {"directory": "reader"})
    auth.save_organiser(organiser)
    return organiser.id


def test_the_right_password_starts_a_session_that_knows_the_organiser(
    pool: str, clock: FixedClock
) -> None:
    token = auth.sign_in("org@example.org", PASSWORD, clock)
    session = auth.session_of(token, clock)
    assert session is not None
    assert session.organiser.id == pool
    assert session.organiser.may("directory", "reader")
    assert not session.organiser.may("directory", "organiser")
    assert not session.organiser.may("documents", "reader")


def test_the_table_never_holds_what_the_cookie_holds(pool: str, clock: FixedClock) -> None:
    token = auth.sign_in("org@example.org", PASSWORD, clock)
    assert token not in repr([item.to_dynamodb_dict() for item in SessionItem.scan()])


def test_unknown_address_and_wrong_password_are_refused_alike(pool: str, clock: FixedClock) -> None:
    refusals = []
    for email, password in (("org@example.org", "fout"), ("niemand@example.org", PASSWORD)):
        with pytest.raises(Invalid) as refusal:
            auth.sign_in(email, password, clock)
        refusals.append((refusal.value.code, refusal.value.title, refusal.value.fields))
    assert refusals[0] == refusals[1]


def test_somebody_of_the_pool_who_is_no_organiser_is_refused(pool: str, clock: FixedClock) -> None:
    auth.OrganiserItem("ORGANISERS", pool).delete()
    with pytest.raises(Invalid):
        auth.sign_in("org@example.org", PASSWORD, clock)


def test_signing_out_ends_the_session_on_the_server(pool: str, clock: FixedClock) -> None:
    token = auth.sign_in("org@example.org", PASSWORD, clock)
    session = auth.session_of(token, clock)
    assert session is not None
    auth.sign_out(session)
    assert auth.session_of(token, clock) is None


def test_a_session_ends_by_itself_even_when_ttl_has_not_removed_it(
    pool: str, clock: FixedClock
) -> None:
    token = auth.sign_in("org@example.org", PASSWORD, clock)
    clock.advance(auth.SESSION_LIFE + timedelta(seconds=1))
    assert auth.session_of(token, clock) is None
    assert len(list(SessionItem.scan())) > 0


def test_an_organiser_who_was_removed_while_working_has_no_session(
    pool: str, clock: FixedClock
) -> None:
    token = auth.sign_in("org@example.org", PASSWORD, clock)
    auth.OrganiserItem("ORGANISERS", pool).delete()
    assert auth.session_of(token, clock) is None


def test_a_csrf_token_belongs_to_one_session(pool: str, clock: FixedClock) -> None:
    sessions: list[Any] = [
        auth.session_of(auth.sign_in("org@example.org", PASSWORD, clock), clock) for _ in range(2)
    ]
    token = auth.csrf_token(sessions[0])
    assert auth.csrf_matches(sessions[0], token)
    assert not auth.csrf_matches(sessions[1], token)
    assert not auth.csrf_matches(sessions[0], "")
    assert not auth.csrf_matches(sessions[0], "é")


def test_only_those_who_work_in_a_service_get_its_notices(mocked_aws: None) -> None:
    for number, role in enumerate(("reader", "organiser", "owner")):
        auth.save_organiser(
            auth.Organiser(f"o{number}", f"{role}@example.org", role, {"documents": role})
        )
    assert {each.name for each in auth.organisers("documents")} == {"organiser", "owner"}
    assert auth.organisers("directory") == []


@pytest.mark.parametrize(
    "change",
    [
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: token.replace("01H", "01J", 1),
        lambda token: token.replace(".3.", ".4."),
        lambda token: token.replace(".test.", ".other."),
        lambda token: token.rpartition(".")[0],
        lambda _token: "",
        lambda _token: "a.b.c.d",
        lambda _token: "é" * 300,
        lambda token: token.replace(".3.", ".x."),
    ],
)
def test_a_changed_link_opens_nothing(change: Any) -> None:
    token = auth.sign_link("registration", "01H8XGJWBWBAQ", 3)
    assert auth.read_link("registration", token) == auth.Link("01H8XGJWBWBAQ", 3)
    with pytest.raises(Forbidden):
        auth.read_link("registration", change(token))


def test_a_link_made_for_one_purpose_opens_no_other() -> None:
    with pytest.raises(Forbidden):
        auth.read_link("invitation", auth.sign_link("registration", "01H8XGJWBWBAQ", 1))


def test_links_of_the_old_key_work_after_a_new_key_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    old = auth.sign_link("registration", "01H8XGJWBWBAQ", 1)
    marker = keys.fingerprint("email", "iemand@example.org")
    new_key = "new:" + "B" * 43 + "="
    monkeypatch.setenv("LINK_KEYS", f"{new_key},test:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
    settings.forget()
    try:
        assert auth.read_link("registration", old).version == 1
        assert ".new." in auth.sign_link("registration", "01H8XGJWBWBAQ", 1)
        assert keys.fingerprint("email", "iemand@example.org") == marker
    finally:
        monkeypatch.undo()
        settings.forget()
