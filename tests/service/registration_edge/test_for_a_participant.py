"""What organisers do for one participant: change, correct the address, note, print the ticket."""

from typing import Any

import pytest

from chalicelib.registration import mails, tickets, usecases
from chalicelib.registration.repository import Repository
from chalicelib.registration.usecases import note_mark
from shared import auth
from shared.access import OrganiserItem
from tests.registration_support import question
from tests.service.browser import Browser, sign_in
from tests.service.registration_edge.conftest import (
    PAGE,
    items,
    open_manage,
    person,
    registration_id,
    registrations,
)
from tests.service.registration_edge.test_the_address import fail

LIST = "/congres/beheer/buurtdag"
NEW = "ada.de.vries@example.org"


@pytest.fixture
def ada(desk_browser: Browser) -> str:
    desk_browser.post(f"{PAGE}/aanmelden", person("ada"))
    return registration_id("ada")


def audited() -> list[tuple[str, str]]:
    return [(one["action"], one["item"]) for one in items("AUDIT#", "plekken-test-access")]


def told(name: str) -> list[dict[str, Any]]:
    return [one for one in items("OUTBOX#") if f"registration.{name}.v1" in one["event"]]


def stored(id_: str) -> dict[str, Any]:
    (found,) = (one for one in registrations() if one["pk"].endswith(id_))
    return found


def test_name_session_and_answers_change_for_somebody(
    ada: str, desk_browser: Browser, define: Any
) -> None:
    define(questions=[question("reis", "short")])
    form = desk_browser.get(f"{LIST}/wijzigen/{ada}").text
    assert 'value="a1" checked' in form
    assert "Vraag reis" in form
    typed = {"naam": "Ada Jansen", "sessie-r1": "a2", "sessie-r2": "b1", "vraag-reis": "trein"}
    page = desk_browser.follow(desk_browser.post(f"{LIST}/wijzigen/{ada}", typed)).text
    assert "De aanmelding is opgeslagen." in page
    for words in ("Ada Jansen", "a2: heeft een plek", "b1: heeft een plek", "trein"):
        assert words in page
    assert audited() == [("registration.changed", ada)]
    assert len(told("changed")) == 1, "the participant gets a mail"


def test_a_wrong_change_keeps_what_was_typed(ada: str, desk_browser: Browser) -> None:
    typed = {"naam": " ", "sessie-r1": "a2"}
    answer = desk_browser.post(f"{LIST}/wijzigen/{ada}", typed)
    assert answer.status == 422
    assert "Vul je voor- en achternaam in." in answer.text
    assert 'value="a2" checked' in answer.text
    assert audited() == []


def test_a_corrected_address_gets_the_mail_and_ends_the_old_link(
    ada: str, desk_browser: Browser, visitor: Browser, repository: Repository
) -> None:
    before = tickets.code(usecases.registration_for_manage(repository, ada, None))
    page = desk_browser.follow(desk_browser.post(f"{LIST}/e-mail/{ada}", {"email": NEW})).text
    assert "Het e-mailadres is verbeterd." in page
    assert NEW in page
    assert "ada@example.org" not in page
    assert audited() == [("registration.address_corrected", ada)]
    assert len(told("address_corrected")) == 1
    old = auth.sign_link("registration", ada, 1)
    assert visitor.post("/congres/aanmelding", {"sleutel": old}).status == 403
    assert tickets.code(usecases.registration_for_manage(repository, ada, None)) != before
    new = auth.sign_link("registration", ada, 2)
    mine = visitor.follow(visitor.post("/congres/aanmelding", {"sleutel": new})).text
    assert NEW in mine


def test_the_old_address_is_free_and_the_new_one_taken(
    ada: str, desk_browser: Browser, visitor: Browser
) -> None:
    desk_browser.post(f"{LIST}/e-mail/{ada}", {"email": NEW})
    visitor.post(f"{PAGE}/aanmelden", person("adri", email="ada@example.org"))
    assert len(registrations()) == 2
    visitor.post(f"{PAGE}/aanmelden", person("adam", email=NEW))
    assert len(registrations()) == 2
    assert len(told("attempted_again")) == 1


def test_an_address_of_somebody_else_is_refused(ada: str, desk_browser: Browser) -> None:
    desk_browser.post(f"{PAGE}/aanmelden", person("bo"))
    answer = desk_browser.post(f"{LIST}/e-mail/{ada}", {"email": "bo@example.org"})
    assert answer.status == 409
    assert "Met dit e-mailadres is al iemand aangemeld" in answer.text
    assert 'value="bo@example.org"' in answer.text
    assert stored(ada)["email"] == "ada@example.org"
    assert audited() == []


def test_no_address_is_refused_and_the_same_one_changes_nothing(
    ada: str, desk_browser: Browser
) -> None:
    answer = desk_browser.post(f"{LIST}/e-mail/{ada}", {"email": "ada@"})
    assert answer.status == 422
    assert 'value="ada@"' in answer.text
    before = stored(ada)
    desk_browser.follow(desk_browser.post(f"{LIST}/e-mail/{ada}", {"email": "ada@example.org"}))
    assert stored(ada) == before
    assert told("address_corrected") == []


def test_a_failing_address_that_is_corrected_gets_mail_again(
    ada: str, desk_browser: Browser, repository: Repository, clock: Any
) -> None:
    fail(repository, clock, "ada")
    desk_browser.post(f"{LIST}/e-mail/{ada}", {"email": NEW})
    page = desk_browser.get(f"{LIST}/deelnemer/{ada}").text
    assert "Dit e-mailadres klopt niet" not in page
    assert items("FAILED#") == []


def test_the_mail_to_the_new_address_brings_ticket_and_appointment(
    ada: str, repository: Repository
) -> None:
    found = usecases.registration_for_mail(repository, ada)
    assert found
    mail = mails.new_address(usecases.find_definition(repository, "buurtdag"), found)
    assert [one.name for one in mail.attachments] == ["congres.ics", "kaartje.png"]
    assert "Voortaan krijg je onze mail hier." in mail.text


def test_a_note_is_kept_shown_and_told_to_nobody(ada: str, desk_browser: Browser) -> None:
    before = len(items("OUTBOX#"))
    typed = {"notitie": "komt met <b>hond</b>\r\nbelt nog", "gezien": note_mark("")}
    page = desk_browser.follow(desk_browser.post(f"{LIST}/notitie/{ada}", typed)).text
    assert "De notitie is opgeslagen." in page
    assert "komt met &lt;b&gt;hond&lt;/b&gt;\nbelt nog" in page
    assert "komt met &lt;b&gt;hond" in desk_browser.get(LIST).text
    assert "hond" in desk_browser.get(f"{LIST}/deelnemers.csv").text
    assert ("registration.noted", ada) in audited()
    assert len(items("OUTBOX#")) == before
    mine = open_manage(desk_browser, "ada").text
    assert "hond" not in mine


def test_a_note_that_changed_meanwhile_is_not_overwritten_and_nothing_is_lost(
    ada: str, desk_browser: Browser
) -> None:
    seen = note_mark("")
    desk_browser.post(f"{LIST}/notitie/{ada}", {"notitie": "van Bo", "gezien": seen})
    answer = desk_browser.post(f"{LIST}/notitie/{ada}", {"notitie": "van Cas", "gezien": seen})
    assert answer.status == 409
    assert "intussen veranderd" in answer.text
    assert "<blockquote>van Bo</blockquote>" in answer.text
    assert "van Cas</textarea>" in answer.text
    assert stored(ada)["note"] == "van Bo"
    again = {"notitie": "van Bo en Cas", "gezien": note_mark("van Bo")}
    desk_browser.follow(desk_browser.post(f"{LIST}/notitie/{ada}", again))
    assert stored(ada)["note"] == "van Bo en Cas"


def test_a_note_that_is_too_long_stays_in_the_form(ada: str, desk_browser: Browser) -> None:
    typed = {"notitie": "x" * 1001, "gezien": note_mark("")}
    answer = desk_browser.post(f"{LIST}/notitie/{ada}", typed)
    assert answer.status == 422
    assert "Gebruik niet meer dan 1000 tekens." in answer.text
    assert "x" * 1001 in answer.text


def test_the_ticket_to_print_is_the_one_that_was_mailed(
    ada: str, desk_browser: Browser, repository: Repository
) -> None:
    page = desk_browser.get(f"{LIST}/kaartje/{ada}").text
    code = tickets.code(usecases.registration_for_manage(repository, ada, None))
    assert tickets.shown(code) in page
    assert f'href="{LIST}/deelnemer/{ada}"' in page


def test_who_waits_has_no_ticket(desk_browser: Browser) -> None:
    for name in ("ada", "bo", "cas"):
        desk_browser.post(f"{PAGE}/aanmelden", person(name))
    cas = registration_id("cas")
    assert desk_browser.get(f"{LIST}/kaartje/{cas}").status == 409
    assert "Bekijk het kaartje" not in desk_browser.get(f"{LIST}/deelnemer/{cas}").text


@pytest.mark.parametrize("what", ["wijzigen", "e-mail", "kaartje"])
def test_of_another_congress_or_a_cancelled_one_there_is_nothing_to_do(
    ada: str, desk_browser: Browser, define: Any, what: str
) -> None:
    define(id="ander-congres")
    assert desk_browser.get(f"/congres/beheer/ander-congres/{what}/{ada}").status == 404
    desk_browser.post(f"{LIST}/afzeggen/{ada}")
    assert desk_browser.get(f"{LIST}/{what}/{ada}").status in {409, 410}
    assert "Verander de aanmelding" not in desk_browser.get(f"{LIST}/deelnemer/{ada}").text


def test_a_reader_sees_the_note_and_no_form(
    ada: str, desk_browser: Browser, visitor: Browser
) -> None:
    desk_browser.post(f"{LIST}/notitie/{ada}", {"notitie": "komt later", "gezien": note_mark("")})
    roles = {"registration": "reader"}
    OrganiserItem("ORGANISERS", "o3", email="o3@example.org", name="Drie", roles=roles).save()
    writer_form = {"notitie": "belt nog", "gezien": note_mark("")}
    reader = sign_in(visitor, "o3")
    assert reader.post(f"{LIST}/notitie/{ada}", writer_form).status == 403
    page = reader.get(f"{LIST}/deelnemer/{ada}").text
    assert "<p>komt later</p>" in page
    assert "<textarea" not in page
