"""The check-in page without a script: search, one button per person, a clear answer."""

import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest

from chalicelib.registration import tickets
from chalicelib.registration.repository import Repository
from shared.access import OrganiserItem
from shared.clock import FixedClock
from tests.registration_support import EVENT
from tests.service.browser import Answer, Browser, sign_in
from tests.service.registration_edge.conftest import PAGE, items, person, registration_id

DOOR = f"/congres/beheer/{EVENT}/inchecken"
DOORS = datetime(2027, 9, 17, 7, 0, tzinfo=UTC)


@pytest.fixture
def volunteer(visitor: Browser, mocked_aws: None, clock: FixedClock) -> Browser:
    """A volunteer on the morning; ada and bo have seats, cas waits."""
    for name in ("ada", "bo", "cas"):
        visitor.post(f"{PAGE}/aanmelden", person(name))
    roles = {f"registration/{EVENT}": "helper"}
    OrganiserItem("ORGANISERS", "v1", email="v1@example.org", name="Vera", roles=roles).save()
    clock.advance(DOORS - clock.now())
    return sign_in(visitor, "v1")


def press(volunteer: Browser, name: str, page: Answer, **changes: str) -> Answer:
    """Send the form beside somebody's name."""
    mine = registration_id(name)
    found = re.findall(
        r'<form method="post" action="([^"]+)"[^>]*>(.*?)</form>', page.text, re.DOTALL
    )
    for action, inside in found:
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', inside))
        if fields.get("aanmelding") == mine:
            return volunteer.post(unescape(action), {**fields, **changes})
    raise AssertionError(f"no form for {name}")


def test_the_volunteer_finds_the_congress_and_its_page(volunteer: Browser) -> None:
    assert f'href="{DOOR}"' in volunteer.get("/congres/beheer/inchecken").text
    page = volunteer.get(DOOR)
    assert "0 van 2" in page.text
    assert page.headers["Permissions-Policy"].startswith("camera=(self)")
    assert "ada@example.org" not in volunteer.get(f"{DOOR}?q=ada").text
    assert volunteer.get("/congres/beheer").status == 403
    assert volunteer.get(f"/congres/beheer/{EVENT}").status == 403


def test_search_check_in_and_undo(volunteer: Browser) -> None:
    found = volunteer.get(f"{DOOR}?q=Ada")
    assert "heeft een plek" in found.text
    inside = press(volunteer, "ada", found)
    assert "Ada is binnen" in inside.text
    assert "1 van 2" in inside.text
    again = volunteer.get(f"{DOOR}?q=ada")
    assert "binnen sinds 9.00 uur" in again.text
    undone = press(volunteer, "ada", inside)
    assert "Ada is weer buiten" in undone.text
    assert "0 van 2" in undone.text


def test_the_same_form_twice_is_one_check_in(volunteer: Browser) -> None:
    found = volunteer.get(f"{DOOR}?q=ada")
    first, second = press(volunteer, "ada", found), press(volunteer, "ada", found)
    assert "Ada is binnen" in first.text
    assert "Ada is binnen" in second.text
    other = press(volunteer, "ada", found, feit="01M82YBC4H2W8AD75PV53Z5QPP")
    assert "Ada was al binnen" in other.text
    assert "met deze telefoon" in other.text
    assert len(items("ARRIVAL#")) == 1


def test_who_waits_has_no_button_and_hears_the_number(volunteer: Browser) -> None:
    found = volunteer.get(f"{DOOR}?q=cas")
    assert "wachtlijst, nummer 1" in found.text
    with pytest.raises(AssertionError):
        press(volunteer, "cas", found)
    form = {"feit": "01M82YBC4H2W8AD75PV53Z5QPP", "aanmelding": registration_id("cas")}
    answer = volunteer.post(DOOR, form)
    assert "Cas staat op de wachtlijst" in answer.text
    assert "Nummer 1." in answer.text


def test_a_typed_code_finds_its_holder_until_they_cancel(
    volunteer: Browser, desk_browser: Browser, repository: Repository
) -> None:
    bo = repository.registrations.get(registration_id("bo"))
    assert bo is not None
    code = tickets.shown(tickets.code(bo)).lower()
    assert ">Bo<" in volunteer.get(f"{DOOR}?q={code}").text
    assert "Niemand gevonden" in volunteer.get(f"{DOOR}?q={code[:-1]}x").text
    desk_browser.post(f"/congres/beheer/{EVENT}/afzeggen/{bo.id}")
    assert "afgezegd" in volunteer.get(f"{DOOR}?q={code}").text


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"feit": "een feit", "aanmelding": "x"},
        {"feit": "x", "aanmelding": "a#b"},
        {"feit": "x" * 65, "aanmelding": "x"},
    ],
)
def test_nonsense_is_refused(volunteer: Browser, form: dict[str, Any]) -> None:
    assert volunteer.post(DOOR, form).status == 422
    assert items("ARRIVAL#") == []


def test_it_speaks_english(volunteer: Browser) -> None:
    page = volunteer.get(f"{DOOR}?q=ada&lang=en")
    assert "Name, or the code on the ticket" in page.text
    assert "Ada is inside" in press(volunteer, "ada", page).text


def test_the_worker_keeps_only_this_page(volunteer: Browser) -> None:
    script = volunteer.get(f"{DOOR}.js")
    assert script.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert f'const PAGE = "{DOOR}";' in script.text
    assert "/static/door.js" in script.text
