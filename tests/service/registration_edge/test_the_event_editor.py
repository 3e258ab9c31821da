"""Organisers make and change a congress in the browser, alone and at the same time."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from chalicelib.registration import event_form
from chalicelib.registration.domain import Definition
from chalicelib.registration.repository import Repository
from chalicelib.registration.usecases import definition_reader
from shared.access import OrganiserItem
from shared.clock import FixedClock
from tests.registration_support import EVENT, congress
from tests.service.browser import Answer, Browser, sign_in
from tests.service.registration_edge.conftest import PAGE, items, person

DESK = "/congres/beheer"
NEW = f"{DESK}/nieuw"
EDIT = f"{DESK}/{EVENT}/bewerken"
STATE = f"{DESK}/{EVENT}/stand"


def fields_of(answer: Answer) -> dict[str, str]:
    """What a browser sends of the congress form that it was shown."""
    found = {}
    for tag in re.findall(r"<input [^>]*>", answer.text):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if attributes.get("name") not in (None, "csrf_token"):
            found[unescape(attributes["name"])] = unescape(attributes["value"])
    for name, text in re.findall(
        r'<textarea [^>]*name="([^"]*)"[^>]*>\n(.*?)</textarea>', answer.text, re.DOTALL
    ):
        found[unescape(name)] = unescape(text)
    return found


def new_form(**changes: str) -> dict[str, str]:
    """A congress as somebody fills it in, who thinks of no ids."""
    shown = event_form.fields(event_form.start(definition_reader.read(congress(id="nieuwe-dag"))))
    bare = {name: "" if name.endswith("].id") else text for name, text in shown.items()}
    return bare | {"revisie": "0", "doe": "bewaar"} | changes


def other_organiser(browser: Browser, **roles: str) -> Browser:
    OrganiserItem("ORGANISERS", "o9", email="o9@example.org", name="Negen", roles=roles).save()
    return sign_in(browser, "o9")


def definition(repository: Repository, event: str = EVENT) -> Definition:
    found = repository.definitions.get(event)
    assert found is not None
    return found


def audited() -> list[tuple[str, str]]:
    found = items("AUDIT#", "plekken-test-access")
    return sorted((item["action"], item["item"]) for item in found)


def test_a_congress_is_made_as_a_draft_and_put_online(
    desk_browser: Browser, repository: Repository
) -> None:
    assert "Nieuw congres" in desk_browser.get(DESK).text
    shown = fields_of(desk_browser.get(NEW))
    assert shown["revisie"] == "0"
    assert "audiences[0].title.nl" in shown
    answer = desk_browser.post(NEW, new_form())
    assert answer.location == f"{DESK}/nieuwe-dag"
    assert "Het concept is bewaard." in desk_browser.follow(answer).text
    saved = definition(repository, "nieuwe-dag")
    assert (saved.revision, saved.published) == (1, False)
    assert [one.id for one in saved.audiences] == ["bewoner"]
    assert [one.id for one in saved.rounds] == ["r1", "r2"]
    assert desk_browser.get("/congres/nieuwe-dag").status == 404
    assert "nieuwe-dag" in desk_browser.get(DESK).text
    preview = desk_browser.get(f"{DESK}/nieuwe-dag/voorbeeld").text
    assert "Dit is een voorbeeld" in preview
    assert re.search(r"<fieldset [^>]*disabled", preview)
    online = desk_browser.post(f"{DESK}/nieuwe-dag/stand", {"doe": "online", "revisie": "1"})
    assert "staat online" in desk_browser.follow(online).text
    assert desk_browser.get("/congres/nieuwe-dag").status == 200
    assert audited() == [("event.created", "nieuwe-dag"), ("event.published", "nieuwe-dag")]


def test_saved_and_published_in_one_go(desk_browser: Browser, repository: Repository) -> None:
    desk_browser.post(NEW, new_form(doe="publiceer"))
    assert definition(repository, "nieuwe-dag").published
    assert desk_browser.get("/congres/nieuwe-dag").status == 200


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    desk_browser: Browser, repository: Repository
) -> None:
    wrong = {"capacity": "heel veel", "rounds[0].sessions[1].capacity": "0"}
    typed = new_form(**wrong, **{"title.nl": "<Dag> & avond", "description.en": "Een\r\n\r\ntwee"})
    answer = desk_browser.post(NEW, typed)
    assert answer.status == 422
    for path in ("capacity", "rounds[0].sessions[1].capacity"):
        assert f'id="e-{path}"' in answer.text
        assert f'href="#f-{path}"' in answer.text
    shown = fields_of(answer)
    kept = {
        n: t.replace("\r\n", "\n") for n, t in typed.items() if n != "doe" and not n.endswith("id")
    }
    assert {name: shown.get(name) for name in kept if not name.endswith("_offset")} == {
        name: text for name, text in kept.items() if not name.endswith("_offset")
    }
    assert repository.definitions.get("nieuwe-dag") is None
    mended = shown | {"doe": "bewaar", "capacity": "3", "rounds[0].sessions[1].capacity": "1"}
    assert desk_browser.post(NEW, mended).status == 303
    assert definition(repository, "nieuwe-dag").title["nl"] == "<Dag> & avond"


@pytest.mark.parametrize("path", ["audiences", "programme", "rounds", "rounds[1].sessions"])
def test_a_row_more_or_less_keeps_what_was_typed_and_saves_nothing(
    desk_browser: Browser, repository: Repository, path: str
) -> None:
    shown = fields_of(desk_browser.get(EDIT)) | {"capacity": "half", "starts": "2027-09-17 kwart"}
    more = desk_browser.post(EDIT, shown | {"doe": f"erbij:{path}"})
    assert more.status == 200
    row = re.compile(re.escape(path) + r"\[\d+\]\.title\.nl")
    count = sum(row.fullmatch(name) is not None for name in shown)
    fields = fields_of(more)
    assert fields[f"{path}[{count}].title.nl"] == ""
    assert (fields["capacity"], fields["starts"]) == ("half", "2027-09-17 kwart")
    less = fields_of(desk_browser.post(EDIT, fields | {"doe": f"weg:{path}[{count}]"}))
    assert less == shown
    assert definition(repository).revision == 1


def test_editing_without_a_change_saves_nothing(
    desk_browser: Browser, repository: Repository
) -> None:
    shown = fields_of(desk_browser.get(EDIT))
    answer = desk_browser.post(EDIT, shown | {"doe": "bewaar"})
    assert "Er is niets veranderd." in desk_browser.follow(answer).text
    assert definition(repository).revision == 1
    assert audited() == []


def test_a_published_congress_stays_published_and_keeps_its_id(
    desk_browser: Browser, repository: Repository
) -> None:
    shown = fields_of(desk_browser.get(EDIT))
    desk_browser.post(EDIT, shown | {"capacity": "9", "id": "gekaapt", "published": ""})
    saved = definition(repository)
    assert (saved.capacity, saved.published) == (9, True)
    assert repository.definitions.get("gekaapt") is None
    assert audited() == [("event.changed", EVENT)]


def test_an_address_that_is_taken(desk_browser: Browser, repository: Repository) -> None:
    answer = desk_browser.post(NEW, new_form(id=EVENT))
    assert answer.status == 409
    assert "Er is al een congres met dit adres" in answer.text
    assert definition(repository).revision == 1


def test_words_of_our_own_paths_are_no_address(desk_browser: Browser) -> None:
    for word in ("nieuw", "zoeken", "mails", "beheer"):
        assert desk_browser.post(NEW, new_form(id=word)).status == 422


def test_the_second_of_two_sees_what_the_first_changed_and_may_save_on_top(
    desk_browser: Browser, visitor: Browser, repository: Repository
) -> None:
    first, second = desk_browser, other_organiser(visitor, registration="organiser")
    mine, theirs = fields_of(first.get(EDIT)), fields_of(second.get(EDIT))
    second.post(EDIT, theirs | {"place.name": "Ander gebouw", "capacity": "7", "doe": "bewaar"})
    answer = first.post(EDIT, mine | {"title.nl": "Mijn titel", "capacity": "5", "doe": "bewaar"})
    assert answer.status == 409
    assert "Negen bewaarde het op" in answer.text
    cells = re.findall(r'data-label="(?:Was|Is nu|Bij jou)"><div>(.*?)</div>', answer.text)
    assert cells == ["Buurthuis", "Ander gebouw", "–", "2", "7", "5"]
    shown = fields_of(answer)
    assert (shown["title.nl"], shown["capacity"], shown["place.name"]) == (
        "Mijn titel",
        "5",
        "Buurthuis",
    )
    assert definition(repository).title["nl"] == "Buurtdag"
    assert first.post(EDIT, shown | {"doe": "bewaar"}).status == 303
    saved = definition(repository)
    assert (saved.revision, saved.title["nl"], saved.capacity) == (3, "Mijn titel", 5)


def test_two_at_the_same_moment(
    desk_browser: Browser, repository: Repository, define: Callable[..., Any]
) -> None:
    """The other saves between our reading and our writing."""
    shown = fields_of(desk_browser.get(EDIT))
    get = repository.definitions.get
    overtaken = []

    def overtake(event: str) -> Definition | None:
        known = get(event)
        if len(overtaken) == 1:
            overtaken.append(True)
            define(capacity=7)
        elif not overtaken:
            overtaken.append(True)  # what the page reads
        return known

    repository.definitions.get = overtake  # type: ignore[method-assign]
    answer = desk_browser.post(EDIT, shown | {"title.nl": "Mijn titel", "doe": "bewaar"})
    assert answer.status == 409
    assert fields_of(answer)["title.nl"] == "Mijn titel"
    assert fields_of(answer)["revisie"] == "2"


def test_a_forgotten_revision_is_no_obstacle(
    desk_browser: Browser, define: Callable[..., Any]
) -> None:
    shown = fields_of(desk_browser.get(EDIT))
    define(capacity=7)
    import boto3

    table = boto3.resource("dynamodb").Table("plekken-test-registration")
    table.delete_item(Key={"pk": f"REVISION#{EVENT}", "sk": "00000001"})
    answer = desk_browser.post(EDIT, shown | {"capacity": "5", "doe": "bewaar"})
    assert answer.status == 409
    assert "niet laten zien wat er veranderd is" in answer.text


def test_fewer_seats_than_people_is_refused_beside_the_field_with_the_figures(
    desk_browser: Browser, repository: Repository
) -> None:
    for name in ("ada", "bo"):
        desk_browser.post(
            f"{PAGE}/aanmelden", person(name, **{"sessie-r1": "a1" if name == "ada" else ""})
        )
    shown = fields_of(desk_browser.get(EDIT))
    answer = desk_browser.post(EDIT, shown | {"capacity": "1", "doe": "bewaar"})
    assert answer.status == 409
    assert 'id="e-capacity"' in answer.text
    assert "Er zijn al 2 plekken vergeven" in answer.text
    gone = desk_browser.post(EDIT, shown | {"doe": "weg:rounds[0].sessions[0]"})
    answer = desk_browser.post(EDIT, fields_of(gone) | {"doe": "bewaar"})
    assert answer.status == 409
    assert "De sessie “a1” kan niet weg. Aantal mensen op de lijst: 1." in answer.text
    assert definition(repository).revision == 1


def test_more_fields_than_any_other_form(desk_browser: Browser, repository: Repository) -> None:
    rounds = [
        {
            "id": f"r{number}",
            "title": {"nl": f"Ronde {number}"},
            "starts": "2027-09-17 11:00",
            "ends": "2027-09-17 12:00",
            "sessions": [
                {"id": f"s{number}-{one}", "title": {"nl": "S"}, "capacity": 9} for one in range(15)
            ],
        }
        for number in range(6)
    ]
    large = definition_reader.read(congress(id="groot", rounds=rounds))
    fields = event_form.fields(event_form.start(large))
    assert len(fields) > 600
    sent = fields | {"revisie": "0", "doe": "bewaar"}
    assert desk_browser.post(NEW, sent).status == 303
    assert len(definition(repository, "groot").sessions()) == 90
    # Elsewhere the limit stays what it was.
    assert desk_browser.post(STATE, sent).status == 400


def test_closing_and_opening_again(
    desk_browser: Browser, repository: Repository, clock: FixedClock
) -> None:
    closed = desk_browser.post(STATE, {"doe": "sluiten", "revisie": "1"})
    assert "Aanmelden is gesloten." in desk_browser.follow(closed).text
    assert definition(repository).closes_at == clock.now()
    assert desk_browser.post(f"{PAGE}/aanmelden", person("ada")).status == 409
    page = desk_browser.get(STATE)
    assert 'value="2027-09-16T09:30"' in page.text  # the day before, as a first suggestion
    late = {"doe": "openen", "revisie": "2", "registration.closes": "2027-09-18T09:00"}
    refused = desk_browser.post(STATE, late)
    assert refused.status == 422
    assert 'value="2027-09-18T09:00"' in refused.text
    assert "voor het congres voorbij is" in refused.text
    desk_browser.post(STATE, late | {"registration.closes": "2027-09-10T09:00"})
    assert desk_browser.post(f"{PAGE}/aanmelden", person("ada")).status == 303
    assert [action for action, _ in audited()] == ["event.closed", "event.reopened"]


def test_offline_keeps_registrations_and_their_links(
    desk_browser: Browser, visitor: Browser, repository: Repository
) -> None:
    from tests.service.registration_edge.conftest import open_manage

    visitor.post(f"{PAGE}/aanmelden", person("ada"))
    text = desk_browser.get(STATE).text
    assert "blijft aangemeld" in text
    done = desk_browser.post(STATE, {"doe": "offline", "revisie": "1"})
    assert "niet meer online" in desk_browser.follow(done).text
    assert visitor.get(PAGE).status == 404
    assert visitor.post(f"{PAGE}/aanmelden", person("bo")).status == 404
    assert open_manage(visitor, "ada").status == 200
    assert "Concept wissen" not in desk_browser.get(STATE).text
    assert desk_browser.post(STATE, {"doe": "wissen", "zeker": "ja", "revisie": "2"}).status == 409
    desk_browser.post(STATE, {"doe": "online", "revisie": "2"})
    assert visitor.get(PAGE).status == 200


def test_a_draft_is_deleted_after_asking_once_more(
    desk_browser: Browser, repository: Repository
) -> None:
    desk_browser.post(NEW, new_form())
    path = f"{DESK}/nieuwe-dag/stand"
    unsure = desk_browser.post(path, {"doe": "wissen", "revisie": "1"})
    assert unsure.status == 422
    assert repository.definitions.get("nieuwe-dag")
    sure = desk_browser.post(path, {"doe": "wissen", "revisie": "1", "zeker": "ja"})
    assert "Het concept is gewist." in desk_browser.follow(sure).text
    assert repository.definitions.get("nieuwe-dag") is None
    assert desk_browser.get(f"{DESK}/nieuwe-dag").status == 404
    assert ("event.deleted", "nieuwe-dag") in audited()
    # The same address can be used again, and people can register there.
    desk_browser.post(NEW, new_form(doe="publiceer"))
    assert (
        desk_browser.post(
            "/congres/nieuwe-dag/aanmelden", person("ada", doelgroep="bewoner")
        ).status
        == 303
    )


def test_a_button_on_an_old_page_does_nothing(
    desk_browser: Browser, repository: Repository, define: Callable[..., Any]
) -> None:
    define(capacity=7)
    for verb in ("sluiten", "offline"):
        answer = desk_browser.post(STATE, {"doe": verb, "revisie": "1"})
        assert answer.status == 409
        assert "Iemand anders heeft dit congres net veranderd" in answer.text
    assert desk_browser.post(STATE, {"doe": "onzin", "revisie": "2"}).status == 422
    assert definition(repository).published


def test_a_copy_for_next_year_is_a_draft_that_is_saved_as_a_new_one(
    desk_browser: Browser, repository: Repository
) -> None:
    shown = fields_of(desk_browser.get(f"{NEW}?kopie={EVENT}"))
    assert (shown["id"], shown["starts"]) == ("buurtdag-2028", "2028-09-15T09:30")
    assert shown["rounds[0].sessions[1].id"] == "a2"
    assert desk_browser.post(NEW, shown | {"doe": "bewaar"}).status == 303
    assert not definition(repository, "buurtdag-2028").published
    assert definition(repository).revision == 1
    assert desk_browser.get(f"{NEW}?kopie=onbekend").status == 404


def test_rights(visitor: Browser, mocked_aws: None) -> None:
    reader = other_organiser(visitor, registration="reader")
    assert reader.get(f"{DESK}/{EVENT}/voorbeeld").status == 200
    for path in (NEW, EDIT, STATE):
        assert reader.get(path).status == 403
        assert reader.post(path, {"doe": "bewaar"}).status == 403
    own = other_organiser(visitor, **{f"registration/{EVENT}": "organiser"})
    assert own.get(EDIT).status == 200
    assert own.get(NEW).status == 403
    assert "Nieuw congres" not in own.get(DESK).text
    helper = other_organiser(visitor, **{f"registration/{EVENT}": "helper"})
    for path in (DESK, f"{DESK}/{EVENT}", f"{DESK}/zoeken", f"{DESK}/{EVENT}/voorbeeld", EDIT):
        assert helper.get(path).status == 403


def test_a_congress_that_nobody_knows(desk_browser: Browser) -> None:
    for page in ("bewerken", "stand", "voorbeeld"):
        assert desk_browser.get(f"{DESK}/onbekend/{page}").status == 404
    assert desk_browser.post(f"{DESK}/onbekend/bewerken", {"doe": "bewaar"}).status == 404
