"""Mails to many, from the question or an organiser's words until what follows from them."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.events.registration import MailingAsked
from tests.flows import steps
from tests.flows.browser import Browser
from tests.flows.tools import Backstage, Mailbox
from tests.flows.work.office import Office

pytestmark = pytest.mark.embedded_aws

DAY = "2027-09-17"
MAIL = "registration-mail"


def test_who_does_not_come_any_more_gives_the_seat_to_the_next_one(
    office: Office,
    load_congress: Callable[..., str],
    browsers: Callable[[], Browser],
    mailbox: Mailbox,
    backstage: Backstage,
) -> None:
    event = load_congress(1, mails={"reconfirm": 7})
    leaver, waiting = steps.somebody(), steps.somebody()
    mine = office.registered(event, leaver)
    steps.register(browsers(), event, waiting)
    asked = MailingAsked(registration_id=mine, event=event, mailing="reconfirm", day=DAY)
    office.take(MAIL, office.handle(MAIL, asked))  # the second time: the ledger knows
    mail = mailbox.wait(leaver.email, "Kom je nog?")
    assert len(mailbox.to(leaver.email, "Kom je nog?")) == 1

    browser = browsers()
    page = browser.get(mail.link("/kom-je-nog?")).expect(200)
    answer = browser.submit(page, "/kom-je-nog", antwoord="ik-kom-niet").expect(303)
    browser.follow(answer).expect(200)
    mailbox.wait(leaver.email, "Je bent afgemeld")
    mailbox.wait(waiting.email, "Je hebt een plek")
    backstage.wait_until_quiet()

    office.handle(MAIL, asked)  # too late: nothing is asked of who has left
    assert len(mailbox.to(leaver.email, "Kom je nog?")) == 1


def test_thanks_name_the_documents_that_are_in_the_library_then(
    office: Office, load_congress: Callable[..., str], visitor: Browser, mailbox: Mailbox
) -> None:
    document, hidden = office.published(), office.inspected()
    office.backstage.wait_until_quiet()
    event, person = load_congress(5, documents=[document, hidden]), steps.somebody()
    mine = office.registered(event, person)
    asked = MailingAsked(registration_id=mine, event=event, mailing="thanks", day=DAY)
    office.handle(MAIL, asked)
    mail = mailbox.wait(person.email, "Bedankt")
    visitor.get(mail.link("/documenten/")).expect(200)
    assert hidden not in mail.text


def test_what_an_organiser_writes_reaches_those_whom_the_list_shows(
    load_congress: Callable[..., str],
    staff: Any,
    visitor: Browser,
    mailbox: Mailbox,
    backstage: Backstage,
) -> None:
    event = load_congress(1)
    seated, waiting = steps.somebody(), steps.somebody()
    for person in (seated, waiting):
        steps.register(visitor, event, person)
    mailbox.wait(waiting.email, "Je staat op de wachtlijst")
    desk, path = staff.browser, f"/congres/beheer/{event}/mail"
    page = desk.get(f"{path}?stand=waiting").expect(200)
    words = {"onderwerp-nl": "Nog even geduld", "tekst-nl": "Beste {naam}, we zoeken plekken."}
    preview = desk.submit(page, path, doe="bekijk", **words).expect(200)
    assert "Deze mail gaat naar één deelnemer." in preview.text
    desk.follow(desk.submit(preview, path, doe="verstuur")).expect(200)
    mail = mailbox.wait(waiting.email, "Nog even geduld", holding=f"Beste {waiting.name}, we")
    visitor.get(mail.link("/congres/aanmelding?")).expect(200)
    backstage.wait_until_quiet()
    assert mailbox.to(seated.email, "Nog even geduld") == []
    assert "Nog even geduld" in desk.get(path).expect(200).text
