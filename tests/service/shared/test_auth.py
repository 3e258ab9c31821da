"""Sessions, links and roles."""

from datetime import timedelta
from typing import Any

import pytest

from shared import auth, keys, settings
from shared.access import OrganiserItem, SessionItem
from shared.clock import FixedClock
from shared.errors import Forbidden


@pytest.fixture
def person(mocked_aws: None) -> str:
    """An organiser; answers their id."""
    organiser = auth.Organiser("org-1", "org@example.org", "Org", {"directory": "reader"})
    auth.save_organiser(organiser)
    return organiser.id


def start(organiser_id: str, clock: FixedClock) -> str:
    """Start a session; answers the cookie's value."""
    token, item = auth.new_session(organiser_id, clock.now())
    item.save()
    return token


def test_a_session_knows_the_organiser(person: str, clock: FixedClock) -> None:
    token = start(person, clock)
    session = auth.session_of(token, clock)
    assert session is not None
    assert session.organiser.id == person
    assert session.organiser.may("directory", "read")
    assert not session.organiser.may("directory", "work")
    assert not session.organiser.may("documents", "read")


def test_the_table_never_holds_what_the_cookie_holds(person: str, clock: FixedClock) -> None:
    token = start(person, clock)
    assert token not in repr([item.to_dynamodb_dict() for item in SessionItem.scan()])


def test_signing_out_ends_the_session_on_the_server(person: str, clock: FixedClock) -> None:
    token = start(person, clock)
    session = auth.session_of(token, clock)
    assert session is not None
    auth.sign_out(session)
    assert auth.session_of(token, clock) is None


def test_signing_out_everywhere_ends_what_began_before_it(person: str, clock: FixedClock) -> None:
    before, late = start(person, clock), start(person, clock)
    auth.organiser_key(person).update([OrganiserItem.signed_out_at.set(clock.now())])
    assert auth.session_of(before, clock) is None
    assert auth.session_of(late, clock) is None, "written in the same moment"
    clock.advance(timedelta(seconds=1))
    assert auth.session_of(start(person, clock), clock) is not None


def test_a_session_ends_by_itself_even_when_ttl_has_not_removed_it(
    person: str, clock: FixedClock
) -> None:
    token = start(person, clock)
    clock.advance(auth.SESSION_LIFE + timedelta(seconds=1))
    assert auth.session_of(token, clock) is None
    assert len(list(SessionItem.scan())) > 0


def test_an_organiser_who_was_removed_while_working_has_no_session(
    person: str, clock: FixedClock
) -> None:
    token = start(person, clock)
    OrganiserItem("ORGANISERS", person).delete()
    assert auth.session_of(token, clock) is None


def test_a_csrf_token_belongs_to_one_session(person: str, clock: FixedClock) -> None:
    sessions: list[Any] = [auth.session_of(start(person, clock), clock) for _ in range(2)]
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
