"""The main job, as the people meet it: over HTTP, with their mail, and nothing replaced."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from icalendar import Calendar

from infra.local import rules
from shared.answers import XLSX
from tests.flows import steps
from tests.flows.browser import Browser
from tests.flows.tools import SCHEDULED, Backstage, Mailbox, differences
from tests.workbooks import Workbook

pytestmark = pytest.mark.embedded_aws


@dataclass(frozen=True)
class Stage:
    """Everybody who plays a part in the main flow."""

    visitor: Browser
    partner: Browser
    staff: Any
    mailbox: Mailbox
    backstage: Backstage


def test_one_registration_travels_through_all_three_services(
    load_congress: Callable[..., str],
    browsers: Callable[[], Browser],
    staff: Any,
    mailbox: Mailbox,
    backstage: Backstage,
) -> None:
    stage = Stage(browsers(), browsers(), staff, mailbox, backstage)
    event = load_congress(5, sessions={"tuin": 3, "zorg": 3})
    person = steps.wishing()
    person.fields["sessie-ronde-1"] = "tuin"
    _register(stage, event, person, browsers())
    _enter_the_guide(stage, person)
    _open_the_invitation(stage, person)
    _share_a_document(stage, person)
    backstage.wait_until_quiet()
    initiative = person.fields["initiatief"]
    assert [subject.split(" van ")[0] for subject in mailbox.subjects(person.email)] == [
        "Je bent aangemeld",
        f"{initiative} staat in de ledengids",
        "Deel je documenten",
        "Je document staat op de website",
    ]


def _register(stage: Stage, event: str, person: steps.Person, own: Browser) -> None:
    thanks = steps.register(stage.visitor, event, person)
    assert "Bedankt voor je aanmelding" in thanks.words
    assert "Wat gebeurt er nu?" in thanks.words
    assert "Sessie tuin" in thanks.words
    assert person.email not in thanks.text, "the thanks page comes from the receipt alone"
    confirmation = stage.mailbox.wait(person.email, "Je bent aangemeld")
    assert "Sessie tuin" in confirmation.text
    _check_appointment(confirmation.attachments["congres.ics"], "REQUEST", person.email)
    page = steps.open_registration(own, confirmation.link("/congres/aanmelding?"))
    assert person.name in page.words
    assert "Sessie tuin" in page.words


def _enter_the_guide(stage: Stage, person: steps.Person) -> None:
    """registration > SNS > SQS > directory, and an organiser who approves."""
    initiative = person.fields["initiatief"]
    draft = steps.draft_of(stage.staff.browser, initiative)
    notice = steps.notice_of(stage.backstage, stage.mailbox, stage.staff.email, draft)
    assert initiative not in notice.text, "a notice names nobody"
    assert stage.visitor.get("/leden/beheer").status == 303, "the desk is for organisers"
    assert initiative in stage.staff.browser.get("/leden/beheer").expect(200).words
    assert initiative not in stage.visitor.get("/leden").expect(200).words
    steps.approve(stage.staff.browser, draft)
    member = stage.mailbox.wait(person.email, f"{initiative} staat in de ledengids")
    steps.wait_until_shown(stage.visitor, f"/leden?zoek={quote(initiative)}", initiative)
    steps.wait_until_shown(stage.visitor, member.link("/leden/initiatief"), "Wij doen iets.")


def _open_the_invitation(stage: Stage, person: steps.Person) -> None:
    """directory > SNS > SQS > documents, and the partner who opens the mail."""
    mail = stage.mailbox.wait(person.email, "Deel je documenten")
    invitation = mail.link("/documenten/uploaden")
    stage.backstage.wait_until_quiet()
    before = stage.backstage.contents()
    asked = stage.partner.get(invitation).expect(200)
    assert not asked.headers.get_all("Set-Cookie"), "following a link from a mail gives nothing"
    assert differences(before, stage.backstage.contents()) == []
    steps.open_invitation(stage.partner, invitation)
    assert "sleutel" not in stage.partner.get("/documenten/uploaden").expect(200).text


def _share_a_document(stage: Stage, person: steps.Person) -> None:
    """S3 event > SQS > inspect, an organiser who publishes, and a visitor who downloads."""
    initiative = person.fields["initiatief"]
    title, data = f"Projectplan {initiative}", steps.small_pdf(f"Plan van {initiative}")
    document = steps.upload(stage.partner, data, title)
    steps.notice_of(
        stage.backstage, stage.mailbox, stage.staff.email, f"/documenten/beheer/{document}"
    )
    assert stage.visitor.get(f"/documenten/{document}").status == 404
    steps.publish(stage.staff.browser, document)
    stage.mailbox.wait(person.email, "Je document staat op de website")
    steps.wait_until_shown(stage.visitor, "/documenten", title)
    page = stage.visitor.get(f"/documenten/{document}").expect(200)
    assert initiative in page.words
    file = stage.visitor.follow(stage.visitor.get(f"/documenten/{document}/bestand")).expect(200)
    assert file.body == data, "what a visitor downloads is what the partner sent"
    for name, value in rules.library_headers().items():
        assert file.headers[name] == value, "as CloudFront would serve it"
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.headers["Content-Type"] == "application/pdf"


def test_who_comes_past_capacity_waits_and_moves_up_when_somebody_cancels(
    load_congress: Callable[..., str],
    browsers: Callable[[], Browser],
    mailbox: Mailbox,
    backstage: Backstage,
) -> None:
    event = load_congress(2)
    first, second, third, fourth = (steps.somebody() for _ in range(4))
    for person in (first, second):
        assert "Bedankt voor je aanmelding" in steps.register(browsers(), event, person).words
    for place, person in enumerate((third, fourth), 1):
        thanks = steps.register(browsers(), event, person)
        assert "Je staat op de wachtlijst" in thanks.words
        assert f"nummer {place} van de wachtlijst" in thanks.words
        mailbox.wait(person.email, "Je staat op de wachtlijst")
    assert "Het congres is vol" in browsers().get(f"/congres/{event}").words

    link = mailbox.wait(second.email, "Je bent aangemeld").link("/congres/aanmelding?")
    scanner = browsers()
    backstage.wait_until_quiet()
    before = backstage.contents()
    assert not scanner.get(link).expect(200).headers.get_all("Set-Cookie")
    assert scanner.get("/congres/aanmelding/afzeggen").status == 403, "without the cookie"
    assert differences(before, backstage.contents()) == [], "a mail scanner changes nothing"

    assert "Je bent afgemeld" in steps.cancel(browsers(), link).words
    cancelled = mailbox.wait(second.email, "Je bent afgemeld")
    _check_appointment(cancelled.attachments["congres.ics"], "CANCEL", second.email)
    promoted = mailbox.wait(third.email, "Je hebt een plek")
    _check_appointment(promoted.attachments["congres.ics"], "REQUEST", third.email)
    page = steps.open_registration(browsers(), promoted.link("/congres/aanmelding?"))
    assert "Je hebt een plek" in page.words
    backstage.wait_until_quiet()
    assert mailbox.subjects(fourth.email) == ["Je staat op de wachtlijst"]
    assert mailbox.subjects(third.email) == ["Je staat op de wachtlijst", "Je hebt een plek"]
    assert browsers().get(link).status in (200, 410)
    again = browsers()
    opened = again.submit(again.get(link), "/congres/aanmelding")
    assert again.follow(opened).status == 410, "a cancelled registration can't be opened"


def test_who_lost_the_link_asks_for_it_by_address(
    load_congress: Callable[..., str],
    browsers: Callable[[], Browser],
    mailbox: Mailbox,
    backstage: Backstage,
) -> None:
    event = load_congress(5)
    person, stranger = steps.somebody(), steps.somebody()
    steps.register(browsers(), event, person)
    mailbox.wait(person.email, "Je bent aangemeld")
    answers = []
    for one in (person, stranger):
        browser = browsers()
        page = browser.get(f"/congres/aanmelding/link?congres={event}").expect(200)
        sent = browser.submit(page, "/aanmelding/link", email=one.email, congres=event)
        answers.append(browser.follow(sent).expect(200).body)
    assert answers[0] == answers[1], "a known address and an unknown one get the same answer"
    again = mailbox.wait(person.email, "De link naar je aanmelding")
    page = steps.open_registration(browsers(), again.link("/congres/aanmelding?"))
    assert person.name in page.words
    backstage.wait_until_quiet()
    assert mailbox.to(stranger.email) == []


def test_an_organiser_sees_and_downloads_who_comes_and_who_waits(
    load_congress: Callable[..., str], browsers: Callable[[], Browser], staff: Any
) -> None:
    event = load_congress(1)
    people = [steps.somebody(lunch="vegetarisch"), steps.somebody(organisatie="=1+1")]
    for person in people:
        steps.register(browsers(), event, person)
    page = staff.browser.get(f"/congres/beheer/{event}").expect(200)
    assert all(person.name in page.words for person in people)
    answer = staff.browser.get(f"/congres/beheer/{event}/deelnemers.csv").expect(200)
    assert answer.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"))))
    assert [row["E-mailadres"] for row in rows] == [person.email for person in people]
    assert [row["Stand"] for row in rows] == ["heeft een plek", "wachtlijst"]
    assert rows[0]["Lunch"] == "vegetarisch"
    assert rows[1]["Organisatie"] == "'=1+1", "a spreadsheet must not run it"
    answer = staff.browser.get(f"/congres/beheer/{event}/deelnemers.xlsx").expect(200)
    assert answer.headers["Content-Type"] == XLSX
    book = Workbook(answer.body)  # the bytes as they were written, through API Gateway
    assert book.sheet("Deelnemers").rows[2][3] == "=1+1"
    assert book.sheet("Deelnemers").formulas == 0
    figures = staff.browser.get(f"/congres/beheer/{event}/cijfers").expect(200)
    assert "1 van 1" in figures.words


def test_a_full_session_has_a_line_of_its_own(
    load_congress: Callable[..., str], browsers: Callable[[], Browser], mailbox: Mailbox
) -> None:
    event = load_congress(5, sessions={"tuin": 1, "zorg": 3})
    first = steps.somebody(**{"sessie-ronde-1": "tuin"})
    second = steps.somebody(**{"sessie-ronde-1": "tuin"})
    steps.register(browsers(), event, first)
    thanks = steps.register(browsers(), event, second)
    assert "Bedankt voor je aanmelding" in thanks.words, "there is a seat at the congress"
    assert "nummer 1 van de wachtlijst" in thanks.words, "but none in the session"
    link = mailbox.wait(first.email, "Je bent aangemeld").link("/congres/aanmelding?")
    browser = browsers()
    page = steps.open_registration(browser, link)
    answer = browser.submit(page, "/wijzigen", **{"sessie-ronde-1": "zorg"})
    assert "Je aanmelding is opgeslagen" in browser.follow(answer).expect(200).words
    promoted = mailbox.wait(second.email, "Je hebt een plek in je sessie")
    assert "Sessie tuin" in promoted.text
    mailbox.wait(first.email, "Je aanmelding is veranderd")


def test_an_address_that_registers_twice_is_told_by_mail_alone(
    load_congress: Callable[..., str],
    browsers: Callable[[], Browser],
    mailbox: Mailbox,
    backstage: Backstage,
) -> None:
    event = load_congress(5)
    person = steps.somebody()
    first = steps.register(browsers(), event, person)
    mailbox.wait(person.email, "Je bent aangemeld")
    second = steps.register(browsers(), event, person)
    assert first.words == second.words, "the page tells nobody that an address is known"
    mailbox.wait(person.email, "Je was al aangemeld")
    backstage.wait_until_quiet()
    known = backstage.items("registration", "REGISTRATION#")
    mine = [one for one in known if one.get("event") == event]
    assert len(mine) == 1


def test_an_erased_registration_is_really_gone(
    load_congress: Callable[..., str],
    browsers: Callable[[], Browser],
    mailbox: Mailbox,
    backstage: Backstage,
) -> None:
    event = load_congress(5)
    person = steps.wishing()
    person.fields.update(lunch="geen noten", telefoon="030 123 45 67")
    steps.register(browsers(), event, person)
    mailbox.wait(person.email, "Je bent aangemeld")
    backstage.wait_until_quiet()
    assert _found(backstage, person.email)
    _let_time_pass(backstage, event)
    backstage.invoke("registration-nightly", SCHEDULED)
    backstage.wait_until_quiet()
    assert not _found(backstage, person.email), "nothing of this person may be left"
    assert not _found(backstage, "geen noten")


def _let_time_pass(backstage: Backstage, event: str) -> None:
    """Put the congress in the past, and with it the day on which its people must be forgotten."""
    client, table = backstage.client("dynamodb"), backstage.table("registration")
    key = {"pk": {"S": f"EVENT#{event}"}, "sk": {"S": "EVENT"}}
    stored = client.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
    definition = json.loads(stored["definition"]["S"])
    definition |= {"starts_at": "2020-01-01T08:00:00Z", "ends_at": "2020-01-01T15:00:00Z"}
    client.update_item(
        TableName=table,
        Key=key,
        UpdateExpression="SET #definition = :past",
        ExpressionAttributeNames={"#definition": "definition"},
        ExpressionAttributeValues={":past": {"S": json.dumps(definition)}},
    )


def _found(backstage: Backstage, words: str) -> list[str]:
    return [
        f"{table} {key}"
        for table, items in backstage.contents().items()
        for key, item in items.items()
        if words in str(item)
    ]


def _check_appointment(text: str, method: str, attendee: str) -> None:
    calendar = Calendar.from_ical(text)
    assert calendar["METHOD"] == method
    [event] = calendar.walk("VEVENT")
    assert event["DTSTART"].dt == datetime(2027, 9, 17, 8, tzinfo=UTC)
    assert attendee in str(event["ATTENDEE"])
