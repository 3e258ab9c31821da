"""A mail comes back: organisers hear of it, and no more mail goes out until one clears it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.flows import steps
from tests.flows.browser import Browser
from tests.flows.tools import SCHEDULED, Backstage, Mailbox, wait_for
from tests.ses_feedback import GREETING, bounce

pytestmark = pytest.mark.embedded_aws


def test_an_address_that_fails_until_an_organiser_clears_it(
    platform: Any,
    load_congress: Callable[..., str],
    staff: Any,
    visitor: Browser,
    mailbox: Mailbox,
    backstage: Backstage,
) -> None:
    event, person = load_congress(5), steps.somebody()
    steps.register(visitor, event, person)
    mailbox.wait(person.email, "Je bent aangemeld")
    backstage.wait_until_quiet()
    [mine] = [
        item["pk"].removeprefix("REGISTRATION#")
        for item in backstage.items("registration", "REGISTRATION#")
        if item.get("email") == person.email
    ]
    topic, told = platform.values["MailFeedbackTopicArn"], bounce(mine, sent_at=datetime.now(UTC))
    for words in (GREETING, told, told):
        backstage.client("sns").publish(TopicArn=topic, Message=words)

    here = f"/congres/beheer/{event}"
    page = f"{here}/deelnemer/{mine}"
    wait_for("badge", lambda: "adres klopt niet" in staff.browser.get(page).text)
    backstage.wait_until_quiet()
    assert backstage.depth("registration-feedback-dlq") == 0
    backstage.invoke("directory-notify", SCHEDULED)
    wait_for("notice", lambda: [one for one in mailbox.to(staff.email) if page in one.text])
    wait_for("desk", lambda: "1 adres klopt niet" in staff.browser.get("/beheer").text)
    assert person.email in staff.browser.get(f"{here}?stand=adres").text

    def ask_for_the_link() -> None:
        form = visitor.get("/congres/aanmelding/link").expect(200)
        sent = visitor.submit(form, "/aanmelding/link", congres=event, email=person.email)
        sent.expect(303)
        backstage.wait_until_quiet()

    ask_for_the_link()
    assert mailbox.subjects(person.email) == ["Je bent aangemeld"]
    answer = staff.browser.submit(staff.browser.get(page), f"{here}/adres/{mine}")
    assert "krijgt weer mail" in staff.browser.follow(answer).text
    ask_for_the_link()
    mailbox.wait(person.email, "De link naar je aanmelding")
    backstage.wait_until_quiet()
    wait_for("empty desk", lambda: "1 adres klopt niet" not in staff.browser.get("/beheer").text)
