"""The daily work of the function that manages organisers, as an owner of the platform asks it."""

from collections.abc import Sequence
from urllib.parse import quote
from uuid import uuid4

from tests.flows.work.office import Office, Work

PEOPLE = "/beheer/mensen"
UNKNOWN = "We kunnen nu niet zien"


def look(office: Office) -> None:
    """The list, with what the user pool knows of everybody."""
    page = office.staff.browser.get(f"{PEOPLE}?q={quote(office.staff.email)}").expect(200)
    assert office.staff.email in page.text
    assert UNKNOWN not in page.text, "the state of the accounts is missing"


def accounts(office: Office) -> Sequence[Work]:
    desk = office.staff.browser

    def look_at_everybody() -> None:
        look(office)

    def invite_and_mail_again() -> None:
        new = _invite(office)
        desk.submit(desk.get(new).expect(200), "/uitnodiging").expect(303)

    def change() -> None:
        person = office.once("colleague", lambda: _invite(office))
        page = desk.get(person).expect(200)
        desk.submit(page, person, role_documents="reader").expect(303)

    def end_sessions() -> None:
        person = office.once("colleague", lambda: _invite(office))
        desk.submit(desk.get(person).expect(200), "/sessies").expect(303)

    def reset_a_phone() -> None:
        person = office.once("colleague", lambda: _invite(office))
        page = desk.get(person).expect(200)
        token = page.form("/sessies").fields["csrf_token"]
        desk.post(f"{person}/tweede-stap", {"csrf_token": token}).expect(303)

    def remove() -> None:
        person = office.once("leaver", lambda: _invite(office))
        page = desk.get(person).expect(200)
        office.spend("leaver")  # gone from the list even where the account then fails to go
        desk.submit(page, "/verwijderen").expect(303)
        assert desk.get(person).status == 404
        assert not office.backstage.items("access", "LEAVERS"), "an account is left behind"

    return [look_at_everybody, invite_and_mail_again, change, end_sessions, reset_a_phone, remove]


def _invite(office: Office) -> str:
    """The page of somebody who was invited just now."""
    desk, email = office.staff.browser, f"{uuid4().hex[:10]}@example.org"
    page = desk.get(f"{PEOPLE}/uitnodigen").expect(200)
    answer = desk.submit(page, "/uitnodigen", name="Noor", email=email, role_directory="reader")
    answer.expect(303)
    [item] = [one for one in office.backstage.items("access", "ORGANISERS")
              if one["email"] == email]  # fmt: skip
    return f"{PEOPLE}/{item['sk']}"
