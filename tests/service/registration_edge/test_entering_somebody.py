"""An organiser registers somebody who phones, or has no e-mail address."""

from datetime import timedelta
from typing import Any

from chalicelib.registration import consents, consumers, mails, usecases
from chalicelib.registration.repository import Repository
from shared.clock import FixedClock
from shared.events import occurred
from shared.events.registration import Registered
from tests.registration_support import question
from tests.service.browser import Browser
from tests.service.registration_edge.conftest import (
    PAGE,
    items,
    person,
    registration_id,
    registrations,
)

LIST = "/congres/beheer/buurtdag"
ENTER = f"{LIST}/aanmelden"


def form(name: str, **changes: Any) -> dict[str, Any]:
    return person(name, **{"taal": "nl", "tekst": consents.BY_ORGANISER.version, **changes})


def test_somebody_gets_a_seat_and_a_mail_in_their_language(
    desk_browser: Browser, repository: Repository
) -> None:
    page = desk_browser.get(ENTER).text
    assert "Meld deze deelnemer aan" in page
    answer = desk_browser.post(ENTER, form("ada", taal="en"))
    ada = registration_id("ada")
    assert answer.location == f"{LIST}/deelnemer/{ada}"
    page = desk_browser.follow(answer).text
    assert "De deelnemer is aangemeld en krijgt een mail." in page
    assert "een organisator" in page
    found = usecases.registration_for_mail(repository, ada)
    assert found
    assert (found.state, found.language, found.assisted) == ("seated", "en", True)
    assert found.consent.text_version == consents.BY_ORGANISER.version
    mail = mails.confirmation(usecases.find_definition(repository, "buurtdag"), found)
    assert "An organiser registered you." in mail.text
    (note,) = items("AUDIT#", "plekken-test-access")
    assert (note["action"], note["item"]) == ("registration.entered", ada)


def test_two_without_an_address_are_two_people(
    desk_browser: Browser,
) -> None:
    for name in ("ada", "bo"):
        page = desk_browser.follow(desk_browser.post(ENTER, form(name, email=""))).text
        assert "print het kaartje" in page
        assert "geen: er gaat geen mail" in page
    assert len(registrations()) == 2


def test_an_address_that_comes_later_gets_the_mail(desk_browser: Browser) -> None:
    desk_browser.post(ENTER, form("ada", email=""))
    ada = registration_id("ada")
    desk_browser.post(f"{LIST}/e-mail/{ada}", {"email": "ada@example.org"})
    assert "ada@example.org" in desk_browser.get(f"{LIST}/deelnemer/{ada}").text
    answer = desk_browser.post(ENTER, form("adam", email="ADA@example.org"))
    assert answer.status == 409


def test_a_known_address_is_told_and_nothing_is_lost(desk_browser: Browser) -> None:
    desk_browser.post(f"{PAGE}/aanmelden", person("ada"))
    answer = desk_browser.post(ENTER, form("adam", email="ada@example.org", lunch="soep"))
    assert answer.status == 409
    assert "Met dit e-mailadres is al iemand aangemeld" in answer.text
    assert 'value="soep"' in answer.text
    assert len(registrations()) == 1
    assert items("AUDIT#", "plekken-test-access") == []


def test_the_same_form_twice_is_one_registration(desk_browser: Browser) -> None:
    first = desk_browser.post(ENTER, form("ada", email=""))
    second = desk_browser.post(ENTER, form("ada", email=""))
    assert first.location == second.location
    assert len(registrations()) == 1
    other = desk_browser.post(ENTER, form("bo", email="", idempotency_key="key-ada"))
    assert other.status == 422
    assert "Je had dit formulier al verstuurd." in other.text
    assert 'name="idempotency_key" value="key-ada"' not in other.text


def test_a_full_congress_has_a_waiting_list_for_them_too(desk_browser: Browser) -> None:
    for name in ("ada", "bo", "cas"):
        page = desk_browser.follow(desk_browser.post(ENTER, form(name))).text
    assert "nummer 1 op de wachtlijst" in page


def test_before_and_after_registration_is_open_until_the_congress_is_over(
    desk_browser: Browser, clock: FixedClock, define: Any
) -> None:
    definition = define()
    clock.advance(definition.closes_at - clock.now() + timedelta(hours=1))
    assert desk_browser.post(f"{PAGE}/aanmelden", person("ada")).status == 409
    assert desk_browser.post(ENTER, form("ada")).status == 303
    clock.advance(definition.ends_at - clock.now())
    answer = desk_browser.post(ENTER, form("bo"))
    assert answer.status == 409
    assert "Het congres is voorbij." in answer.text
    assert 'value="Bo"' in answer.text


def test_a_draft_takes_nobody(desk_browser: Browser, define: Any) -> None:
    define(id="concept", published=False)
    answer = desk_browser.post("/congres/beheer/concept/aanmelden", form("ada"))
    assert answer.status == 409
    assert "Zet het congres eerst online." in answer.text
    assert "Meld iemand aan" not in desk_browser.get("/congres/beheer/concept").text


def test_everything_wrong_is_said_at_once_and_stays(desk_browser: Browser, define: Any) -> None:
    define(questions=[question("reis", "short", required=True)])
    wrong = form("ada", naam="", email="ada@", doelgroep="", akkoord="", lunch="soep")
    answer = desk_browser.post(ENTER, wrong)
    assert answer.status == 422
    for words in (
        "Vul je voor- en achternaam in.",
        "Vul een e-mailadres in",
        "Kies wie je bent.",
        "Vraag de deelnemer eerst om akkoord.",
        'href="#f-vraag-reis"',
        'value="ada@"',
        'value="soep"',
    ):
        assert words in answer.text
    assert registrations() == []


def test_more_than_a_civic_centre_may_send_are_entered_by_one_organiser(
    desk_browser: Browser, define: Any
) -> None:
    define(capacity=40)
    for number in range(31):
        sent = form(f"gast{number}", email="", **{"sessie-r1": ""})
        assert desk_browser.post(ENTER, sent).status == 303
    assert len(registrations()) == 31


def test_the_mail_worker_leaves_who_has_no_address_alone(
    desk_browser: Browser, clock: FixedClock
) -> None:
    desk_browser.post(ENTER, form("ada", email=""))
    data = Registered(registration_id=registration_id("ada"), event="buurtdag", state="seated")
    consumers._MAIL[Registered](occurred(data, clock))
    assert items("LEDGER#") == []
