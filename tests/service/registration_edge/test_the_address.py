"""An address that fails: shown in the list and on the participant's page, until it is cleared."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.registration import usecases
from chalicelib.registration.domain import Failure
from chalicelib.registration.models import Seen
from chalicelib.registration.repository import Repository
from shared.access import OrganiserItem
from shared.clock import FixedClock
from shared.inbox import Once
from tests.service.browser import Browser, sign_in
from tests.service.registration_edge.conftest import PAGE, items, person, registration_id

LIST = "/congres/beheer/buurtdag"
BADGE = ">adres klopt niet</span>"


def fail(repository: Repository, clock: FixedClock, name: str, cause: Failure = "bounce") -> str:
    id_ = registration_id(name)
    usecases.note_failed_address(
        repository,
        clock,
        registration_id=id_,
        cause=cause,
        sent_at=clock.now() + timedelta(seconds=1),
        once=Once(Seen, "feedback", f"{id_}{clock.now()}", clock),
    )
    return id_


@pytest.fixture
def ada(desk_browser: Browser, repository: Repository, clock: FixedClock) -> str:
    for name in ("ada", "bo"):
        desk_browser.post(f"{PAGE}/aanmelden", person(name))
    return fail(repository, clock, "ada")


def test_the_list_marks_and_finds_those_whose_address_fails(
    ada: str, desk_browser: Browser
) -> None:
    assert desk_browser.get(LIST).text.count(BADGE) == 1
    found = desk_browser.get(f"{LIST}?stand=adres").text
    assert "Ada" in found
    assert "<bdi>Bo</bdi>" not in found


@pytest.mark.parametrize(
    ("cause", "words"),
    [("bounce", "kwam niet aan."), ("complaint", "als ongewenst")],
)
def test_the_page_says_what_happened_and_since_when(
    desk_browser: Browser, repository: Repository, clock: FixedClock, cause: Any, words: str
) -> None:
    desk_browser.post(f"{PAGE}/aanmelden", person("ada"))
    page = desk_browser.get(f"{LIST}/deelnemer/{fail(repository, clock, 'ada', cause)}").text
    assert BADGE in page
    assert words in page
    assert "Sinds woensdag 14 april 2027" in page
    assert "Post die niet aankwam sturen we niet opnieuw" in page


def test_the_button_clears_and_is_written_down(ada: str, desk_browser: Browser) -> None:
    path = f"{LIST}/deelnemer/{ada}"
    assert "Adres klopt weer" in desk_browser.get(path).text
    answer = desk_browser.post(f"{LIST}/adres/{ada}")
    assert answer.location == path
    page = desk_browser.follow(answer).text
    assert "Deze deelnemer krijgt weer mail." in page
    assert "Adres klopt weer" not in page
    assert BADGE not in page
    (note,) = items("AUDIT#", "plekken-test-access")
    assert (note["action"], note["item"]) == ("registration.address_cleared", ada)
    desk_browser.post(f"{LIST}/adres/{ada}")
    assert len(items("AUDIT#", "plekken-test-access")) == 1, "nothing was done"


def test_a_reader_sees_no_button_and_cannot_press_it(ada: str, visitor: Browser) -> None:
    roles = {"registration": "reader"}
    OrganiserItem("ORGANISERS", "o3", email="o3@example.org", name="Drie", roles=roles).save()
    reader = sign_in(visitor, "o3")
    page = reader.get(f"{LIST}/deelnemer/{ada}").text
    assert BADGE in page
    assert "Adres klopt weer" not in page
    assert reader.post(f"{LIST}/adres/{ada}").status == 403


def test_of_another_congress_there_is_nothing_to_clear(
    ada: str, desk_browser: Browser, define: Any
) -> None:
    define(id="ander-congres")
    assert desk_browser.post(f"/congres/beheer/ander-congres/adres/{ada}").status == 404
    assert desk_browser.get(f"{LIST}?stand=adres").text.count(BADGE) == 1


def test_in_english(ada: str, desk_browser: Browser) -> None:
    page = desk_browser.get(f"{LIST}/deelnemer/{ada}?lang=en").text
    assert "address does not work" in page
    assert "Address works again" in page
