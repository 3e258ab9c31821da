"""An organiser writes to whom the list shows, looks at the mail, and sends it."""

import json
import re
from typing import Any

import pytest

from chalicelib.registration.repository import Repository
from shared.access import OrganiserItem
from tests.service.browser import Answer, Browser, sign_in
from tests.service.registration_edge.conftest import PAGE, items, person, registration_id

LIST = "/congres/beheer/buurtdag"
MAIL = f"{LIST}/mail"
WORDS = {"onderwerp-nl": "Lunch", "tekst-nl": "Beste {naam},\n\nneem een bord mee."}


@pytest.fixture
def people(desk_browser: Browser) -> Browser:
    """Two have a seat and one waits."""
    for name in ("ada", "bo", "cas"):
        desk_browser.post(f"{PAGE}/aanmelden", person(name))
    return desk_browser


def due() -> list[dict[str, Any]]:
    found = [json.loads(item["event"]) for item in items("OUTBOX#")]
    return [one["data"] for one in found if "message_due" in one["type"]]


def fields(answer: Answer) -> dict[str, Any]:
    """The hidden fields of the preview, as the next press sends them."""
    found: dict[str, Any] = {}
    for name, value in re.findall(
        r'<input type="hidden" name="(.*?)" value="(.*?)"', answer.text, re.DOTALL
    ):
        text = value.replace("&#34;", '"').replace("&#39;", "'").replace("&amp;", "&")
        found[name] = [*found[name], text] if name == "gekozen" and name in found else text
        if name == "gekozen" and isinstance(found[name], str):
            found[name] = [found[name]]
    return {name: value for name, value in found.items() if name != "csrf_token"}


def test_write_look_and_send(people: Browser, repository: Repository) -> None:
    page = people.get(f"{LIST}?stand=seated")
    assert f'href="{MAIL}?stand=seated"' in page.text
    page = people.get(f"{MAIL}?stand=seated")
    assert "in de lijst had gezocht" in page.text
    typed = WORDS | fields(page) | {"doe": "bekijk"}
    preview = people.post(MAIL, typed)
    assert "Deze mail gaat naar 2 deelnemers." in preview.text
    assert "Dag Sam de Vries," in preview.text
    assert "neem een bord mee." in preview.text
    assert "<bdi>Ada</bdi>" in preview.text
    assert "<bdi>Cas</bdi>" not in preview.text
    assert due() == []
    answer = people.post(MAIL, fields(preview) | {"doe": "verstuur"})
    page = people.follow(answer)
    assert "De mail wordt verstuurd." in page.text
    assert "(nog bezig)" in page.text
    (told,) = due()
    (note,) = items("AUDIT#", "plekken-test-access")
    assert (note["action"], note["item"]) == ("event.mailed", "buurtdag")
    message = repository.messages.get("buurtdag", told["message_id"])
    assert message is not None
    assert message.wanted.state == "seated"
    assert message.body == {"nl": "Beste {naam},\n\nneem een bord mee."}


def test_ticked_rows_come_along_to_the_end(people: Browser, repository: Repository) -> None:
    rows = [f"{registration_id(name)}.1" for name in ("ada", "cas")]
    page = people.post(MAIL, {"gekozen": rows})
    assert "Naar de 2 deelnemers die je koos." in page.text
    preview = people.post(MAIL, WORDS | fields(page) | {"doe": "bekijk"})
    assert "Deze mail gaat naar 2 deelnemers." in preview.text
    people.post(MAIL, fields(preview) | {"doe": "verstuur"})
    message = repository.messages.get("buurtdag", due()[0]["message_id"])
    assert message is not None
    assert set(message.chosen) == {registration_id("ada"), registration_id("cas")}


def test_nothing_ticked_goes_back_to_the_list(people: Browser) -> None:
    answer = people.post(MAIL, {})
    assert answer.location == LIST
    assert "Kies eerst een of meer regels" in people.follow(answer).text


def test_back_to_the_text_keeps_what_was_written(people: Browser) -> None:
    preview = people.post(MAIL, WORDS | {"stand": "waiting", "doe": "bekijk"})
    page = people.post(MAIL, fields(preview) | {"doe": "terug"})
    assert page.status == 200
    assert 'value="Lunch"' in page.text
    assert "neem een bord mee." in page.text
    assert '<input type="hidden" name="stand" value="waiting"' in page.text


def test_pressing_twice_sends_once(people: Browser) -> None:
    press = fields(people.post(MAIL, WORDS | {"doe": "bekijk"})) | {"doe": "verstuur"}
    assert people.post(MAIL, press).location == MAIL
    assert people.post(MAIL, press).location == MAIL
    assert len(due()) == 1


def test_going_back_in_the_browser_and_writing_something_else_is_told(people: Browser) -> None:
    press = fields(people.post(MAIL, WORDS | {"doe": "bekijk"})) | {"doe": "verstuur"}
    people.post(MAIL, press)
    page = people.post(MAIL, press | {"tekst-nl": "Iets anders."})
    assert page.status == 409
    assert "Deze mail is al verstuurd." in page.text
    assert "Iets anders." in page.text
    again = WORDS | fields(page) | {"tekst-nl": "Iets anders.", "doe": "verstuur"}
    assert people.post(MAIL, again).location == MAIL
    assert len(due()) == 2


@pytest.mark.parametrize("step", ["bekijk", "verstuur"])
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"onderwerp-nl": ""}, "Vul een onderwerp in."),
        ({"tekst-nl": " \u200b "}, "Vul een tekst in."),
        ({"tekst-nl": "Beste {voornaam}"}, "{voornaam} kennen we niet."),
        ({"onderwerp-en": "Lunch"}, "Vul een tekst in."),
        ({"tekst-nl": "x" * 2001}, "Dit is te lang"),
        ({"q": "niemand"}, "Er is niemand die deze mail kan krijgen."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(
    people: Browser, step: str, typed: dict[str, str], said: str
) -> None:
    page = people.post(MAIL, {"onderwerp-nl": "Lunch", "tekst-nl": "Bord"} | typed | {"doe": step})
    assert page.status == 422
    assert said in page.text
    assert "Bord" in page.text or "tekst-nl" in typed
    assert due() == []


def test_the_pages_speak_english(people: Browser) -> None:
    page = people.get(f"{MAIL}?lang=en")
    assert "Mail participants" in page.text
    preview = people.post(f"{MAIL}?lang=en", WORDS | {"doe": "bekijk"})
    assert "This mail goes to 3 participants." in preview.text
    page = people.post(f"{MAIL}?lang=en", {"doe": "bekijk"})
    assert "Fill in a subject." in page.text


def test_both_languages_are_shown_before_they_go(people: Browser) -> None:
    english = {"onderwerp-en": "Lunch!", "tekst-en": "Bring a plate."}
    preview = people.post(MAIL, WORDS | english | {"doe": "bekijk"})
    assert "Bring a plate." in preview.text
    assert "Hello Sam" in preview.text


def test_who_only_reads_writes_to_nobody(visitor: Browser, mocked_aws: None) -> None:
    visitor.post(f"{PAGE}/aanmelden", person("ada"))
    roles = {"registration": "reader"}
    OrganiserItem("ORGANISERS", "o3", email="o3@example.org", name="Drie", roles=roles).save()
    reader = sign_in(visitor, "o3")
    assert "Mail wie in de lijst staat" not in reader.get(LIST).text
    assert reader.get(MAIL).status == 403
    assert reader.post(MAIL, WORDS | {"doe": "verstuur"}).status == 403
    assert due() == []
