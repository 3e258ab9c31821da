"""A congress is made at the desk, put online, filled, changed by two, and closed."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.flows import steps
from tests.flows.browser import Browser
from tests.flows.tools import Mailbox

pytestmark = pytest.mark.embedded_aws


def test_from_last_years_congress_to_a_closed_one(
    load_congress: Callable[..., str], staff: Any, visitor: Browser, mailbox: Mailbox
) -> None:
    desk = staff.browser
    event = steps.copy_congress(desk, load_congress(2, sessions={"a": 1}), capacity="1")
    assert visitor.get(f"/congres/{event}").status == 404
    desk.get(f"/congres/beheer/{event}/voorbeeld").expect(200)
    steps.press_at_desk(desk, event, "online").expect(303)
    first, second = steps.somebody(), steps.somebody()
    for person in (first, second):
        steps.register(visitor, event, person)
    mailbox.wait(first.email, "Je bent aangemeld")
    waiting = desk.get(f"/congres/beheer/{event}?stand=waiting").expect(200)
    assert second.email in waiting.text
    assert first.email not in waiting.text
    assert second.email in desk.get(f"/congres/beheer/zoeken?q={second.email}").text

    path = f"/congres/beheer/{event}/bewerken"
    mine, theirs = desk.get(path).expect(200), desk.get(path).expect(200)
    desk.submit(theirs, path, capacity="2", doe="bewaar").expect(303)
    mailbox.wait(second.email, "Je hebt een plek")  # growing promotes
    overtaken = desk.submit(mine, path, **{"place.city": "Arnhem", "doe": "bewaar"}).expect(409)
    assert "intussen veranderd" in overtaken.text
    assert overtaken.form(path).fields["place.city"] == "Arnhem"
    refused = desk.submit(overtaken, path, capacity="1", doe="bewaar").expect(409)
    assert "Er zijn al 2 plekken vergeven" in refused.text
    desk.submit(refused, path, capacity="3", doe="bewaar").expect(303)
    assert "Arnhem" in visitor.get(f"/congres/{event}").text

    steps.press_at_desk(desk, event, "sluiten").expect(303)
    assert "Je kunt je niet meer aanmelden" in visitor.get(f"/congres/{event}").text
    steps.press_at_desk(desk, event, "offline").expect(303)
    assert visitor.get(f"/congres/{event}").status == 404
    steps.press_at_desk(desk, event, "wissen", zeker="ja").expect(409)
