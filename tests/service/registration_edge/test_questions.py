"""A congress's own questions, from the desk's form to the answers that come back."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import msgspec
import pytest
import yaml
from msgspec.structs import replace

from chalicelib.registration import question_rules, usecases
from chalicelib.registration.domain import Definition
from chalicelib.registration.fingerprints import fingerprint
from chalicelib.registration.question_rules import CHANGED
from chalicelib.registration.repository import Repository
from chalicelib.registration.schemas import RegistrationRequest
from chalicelib.registration.usecases import definition_reader
from shared import auth, keys
from shared.clock import FixedClock
from tests.registration_support import EVENT, congress, question
from tests.service.browser import Answer, Browser
from tests.service.registration_edge.conftest import (
    API,
    BODY,
    PAGE,
    open_manage,
    person,
    registration_id,
    registrations,
)
from tests.workbooks import Workbook

SEND = f"{PAGE}/aanmelden"
MANAGE = "/congres/aanmelding"
CHANGE = f"{MANAGE}/wijzigen"
DESK = f"/congres/beheer/{EVENT}"
EDIT = f"{DESK}/bewerken"
TRAVEL = question("vervoer", "one", options="fiets ov", required=True, keep_days=7)
DAYS = question("dagen", "several", options="ma di wo")
BIKE = question("bakfiets", "yes_no", when={"question": "vervoer", "answers": ["fiets"]})
STUDY = question("studie", "short", audiences=["student"], required=True)
QUESTIONS = [TRAVEL, DAYS, BIKE, STUDY]
AUDIENCES = [{"id": id_, "title": {"nl": id_.title()}} for id_ in ("resident", "student")]

Define = Callable[..., Any]


@pytest.fixture
def asking(desk_browser: Browser, define: Define, repository: Repository) -> Browser:
    """The congress asks four questions."""
    define(questions=QUESTIONS, audiences=AUDIENCES)
    repository.definitions.refresh(EVENT)
    return desk_browser


def stamp(page: Answer) -> str:
    found = re.search(r'name="vragen" value="(\w*)"', page.text)
    assert found
    return found[1]


def filled(browser: Browser, name: str, **answers: Any) -> dict[str, Any]:
    """The form as `name` fills it in, with answers by question."""
    given = {f"vraag-{id_}": value for id_, value in answers.items()}
    return person(name, vragen=stamp(browser.get(PAGE)), **given)


def definition(repository: Repository) -> Definition:
    found = repository.definitions.refresh(EVENT)
    assert found is not None
    return found


def test_the_form_asks_them_and_says_when_one_counts(asking: Browser) -> None:
    page = unescape(asking.get(PAGE).text)
    assert "Vraag vervoer" in page
    assert "We wissen je antwoord 7 dagen na het congres." in page
    assert "Alleen als je bij “Vraag vervoer” dit kiest: Fiets." in page
    assert "Alleen voor: Student." in page
    assert 'data-when="vraag-vervoer" data-answers="fiets"' in page
    assert 'data-audiences="student"' in page
    assert "Only if at “Vraag vervoer” you choose this: Fiets." in unescape(
        asking.get(f"{PAGE}?lang=en").text
    )


def test_the_frame_on_other_websites_asks_them_too(asking: Browser) -> None:
    frame = f"{PAGE}/insluiten"
    assert "Vraag vervoer" in asking.get(frame).text
    answer = asking.post(frame, filled(asking, "ada"))
    assert answer.status == 422
    assert "Kies een antwoord." in answer.text
    assert asking.post(frame, filled(asking, "ada", vervoer="ov")).status == 303


def test_answers_are_kept_and_what_does_not_count_is_dropped(
    asking: Browser, repository: Repository
) -> None:
    sent = filled(asking, "ada", vervoer="ov", dagen=["ma", "wo"], bakfiets="yes", studie="X")
    assert asking.post(SEND, sent).status == 303
    found = usecases.answers_of(repository, registration_id("ada")).replies
    assert {one.question: one.values for one in found} == {
        "vervoer": ("ov",),
        "dagen": ("ma", "wo"),
    }


def test_a_mistake_is_said_at_its_question_and_what_was_typed_stays(asking: Browser) -> None:
    sent = filled(asking, "ada", dagen=["ma", "wo"], bakfiets="yes", studie="Bouwkunde")
    answer = asking.post(SEND, sent | {"doelgroep": "student"})
    assert answer.status == 422
    assert '<a href="#f-vraag-vervoer">Kies een antwoord.</a>' in answer.text
    assert answer.text.count("Kies een antwoord.") == 2
    assert re.findall(r'name="vraag-dagen" value="(\w+)"\s*checked', answer.text) == ["ma", "wo"]
    assert 'value="Bouwkunde"' in answer.text
    assert registrations() == []


def test_a_form_of_before_other_questions_is_shown_again_with_what_was_typed(
    asking: Browser, define: Define
) -> None:
    sent = filled(asking, "bob", vervoer="ov", dagen=["di"])
    define(questions=[TRAVEL, DAYS, question("nieuw", "short")], audiences=AUDIENCES)
    answer = asking.post(SEND, sent)
    assert answer.status == 422
    assert CHANGED in answer.text
    assert "Vraag nieuw" in answer.text
    assert re.search(r'value="di"\s*checked', answer.text)
    assert 'value="bob@example.org"' in answer.text
    again = sent | {"vragen": stamp(answer), "vraag-nieuw": "ja"}
    assert asking.post(SEND, again).status == 303


def test_a_form_that_does_not_say_what_it_showed_is_judged_by_its_answers(
    asking: Browser,
) -> None:
    assert asking.post(SEND, person("ada")).status == 422
    assert asking.post(SEND, person("ada", **{"vraag-vervoer": "ov"})).status == 303


def test_a_form_with_newer_questions_than_we_remember_is_taken(
    asking: Browser, repository: Repository, clock: FixedClock
) -> None:
    elsewhere = Repository(clock)
    questions = [question("nieuw", "short", required=True)]
    usecases.define_event(elsewhere, clock, definition=congress(questions=questions))
    remembered = repository.definitions.recent(EVENT)
    assert remembered is not None
    assert len(remembered.questions) == 4
    newest = elsewhere.definitions.get(EVENT)
    assert newest is not None
    sent = person("ada", **{"vraag-nieuw": "ja", "vragen": question_rules.stamp(newest.questions)})
    assert asking.post(SEND, sent).status == 303


def test_the_holder_sees_and_changes_the_answers(asking: Browser, repository: Repository) -> None:
    asking.post(SEND, filled(asking, "ada", vervoer="fiets", dagen=["ma"], bakfiets="no"))
    page = open_manage(asking, "ada")
    assert re.search(r'name="vraag-vervoer" value="fiets"[^>]*checked', page.text)
    assert re.search(r'name="vraag-bakfiets" value="no"[^>]*checked', page.text)
    assert "vraag-studie" not in page.text  # that is for students
    own = {"naam": "Ada", "vragen": stamp(page)}
    wrong = asking.post(CHANGE, own | {"vraag-dagen": ["di", "wo"]})
    assert wrong.status == 422
    assert re.findall(r'name="vraag-dagen" value="(\w+)"\s*checked', wrong.text) == ["di", "wo"]
    changed = own | {"vraag-vervoer": "ov", "vraag-dagen": ["di", "wo"], "vraag-bakfiets": "no"}
    assert asking.post(CHANGE, changed).status == 303
    found = usecases.answers_of(repository, registration_id("ada"))
    assert {one.question: one.values for one in found.replies} == {
        "vervoer": ("ov",),
        "dagen": ("di", "wo"),
    }
    assert (found.diet, found.access_needs) == ("vegetarisch", "een plek vooraan")
    refused = asking.post(CHANGE, changed | {"vragen": "11111111", "vraag-vervoer": "fiets"})
    assert refused.status == 422
    assert CHANGED in refused.text


def test_a_choice_and_a_question_that_are_gone_still_show(
    asking: Browser, define: Define, repository: Repository
) -> None:
    asking.post(SEND, filled(asking, "ada", vervoer="fiets", dagen=["ma"], bakfiets="yes"))
    define(questions=[question("vervoer", "one", options="ov auto", required=True)])
    repository.definitions.refresh(EVENT)
    about = unescape(asking.get(f"{DESK}/deelnemer/{registration_id('ada')}").text)
    assert re.findall(r"<dt>(Vraag \w+)</dt><dd>(.*?)</dd>", about) == [
        ("Vraag vervoer", "Fiets"),
        ("Vraag dagen", "Ma"),
        ("Vraag bakfiets", "Ja"),
    ]
    page = open_manage(asking, "ada")
    assert "Fiets (kun je niet meer kiezen)" in page.text
    kept = {"naam": "Ada", "vragen": stamp(page), "vraag-vervoer": "fiets"}
    assert asking.post(CHANGE, kept).status == 303
    found = usecases.answers_of(repository, registration_id("ada")).replies
    assert [one.question for one in found] == ["vervoer", "dagen", "bakfiets"]


def test_an_answer_to_what_is_another_kind_of_question_now_breaks_nothing(
    asking: Browser, define: Define, repository: Repository
) -> None:
    asking.post(SEND, filled(asking, "ada", vervoer="fiets"))
    define(questions=[question("vervoer", "number")])
    repository.definitions.refresh(EVENT)
    assert "Fiets" in asking.get(f"{DESK}/deelnemer/{registration_id('ada')}").text
    assert "Fiets" in asking.get(f"{DESK}/deelnemers.csv").text
    page = open_manage(asking, "ada")
    assert page.status == 200
    sent = {"naam": "Ada", "vragen": stamp(page), "vraag-vervoer": "3"}
    assert asking.post(CHANGE, sent).status == 303


def test_the_files_have_a_column_per_question_and_run_no_formula(
    asking: Browser, define: Define, repository: Repository
) -> None:
    evil = "=HYPERLINK('x')"
    questions = [
        question("tekst", "short") | {"title": {"nl": "=1+1"}},
        question("aantal", "number"),
        question("dag", "date"),
        DAYS,
    ]
    define(questions=questions)
    repository.definitions.refresh(EVENT)
    given = {"tekst": evil, "aantal": "-12", "dag": "17-9-2027", "dagen": ["di", "ma"]}
    assert asking.post(SEND, filled(asking, "ada", **given)).status == 303
    define(questions=questions[:3])
    repository.definitions.refresh(EVENT)
    lines = [*csv.reader(io.StringIO(asking.get(f"{DESK}/deelnemers.csv").text))]
    assert lines[0][-4:] == ["'=1+1", "Vraag aantal", "Vraag dag", "Vraag dagen"]
    assert lines[1][-4:] == [f"'{evil}", "-12", "2027-09-17", "Di; Ma"]
    book = Workbook(asking.get(f"{DESK}/deelnemers.xlsx").body)
    assert book.sheet(book.names[0]).rows[1][-4:] == [evil, -12, "2027-09-17", "Di; Ma"]


def test_files_and_pages_forget_what_is_past_its_days(
    asking: Browser, clock: FixedClock, repository: Repository
) -> None:
    asking.post(SEND, filled(asking, "ada", vervoer="fiets", dagen=["ma"]))
    clock.advance(definition(repository).ends_at + timedelta(days=7) - clock.now())
    about = asking.get(f"{DESK}/deelnemer/{registration_id('ada')}").text
    assert "Vraag vervoer" not in about
    assert "Vraag dagen" in about
    assert "Fiets" not in asking.get(f"{DESK}/deelnemers.csv").text


def test_the_json_interface_asks_and_takes_them(asking: Browser) -> None:
    found = asking.get(f"/congres/api/v1/events/{EVENT}").data["questions"]
    assert [one["id"] for one in found] == ["vervoer", "dagen", "bakfiets", "studie"]
    assert found[2]["when"] == {"question": "vervoer", "answers": ["fiets"]}
    assert found[0]["options"][0] == {"id": "fiets", "title": "Fiets"}
    refused = asking.post_json(API, BODY | {"answers": {"vervoer": "x", "weg": "y"}})
    assert refused.status == 422
    assert set(refused.data["errors"]) == {"answers.vervoer", "answers"}
    given = {"vervoer": "fiets", "dagen": ["ma", "di"]}
    assert asking.post_json(API, BODY | {"answers": given}).status == 201
    id_ = registration_id("ada")
    token = auth.sign_link("registration", id_, 1)
    path = f"/congres/api/v1/registrations/{id_}"
    own = asking.get(path, Authorization=f"Bearer {token}").data
    assert own["answers"] == [
        {"question": "vervoer", "title": "Vraag vervoer", "answer": "Fiets"},
        {"question": "dagen", "title": "Vraag dagen", "answer": "Ma; Di"},
    ]


def test_a_retry_of_before_there_were_questions_is_known_again() -> None:
    body = msgspec.convert(BODY, RegistrationRequest)
    values = msgspec.to_builtins(body)
    del values["answers"]
    text = msgspec.json.encode(values, order="sorted").decode()
    before = keys.fingerprint("registration request", f"{EVENT}\n{text}")
    assert fingerprint(EVENT, body) == before
    assert fingerprint(EVENT, msgspec.structs.replace(body, answers={"a": "b"})) != before


def fields_of(answer: Answer) -> dict[str, str]:
    """What a browser sends of the congress form that it was shown."""
    found = {}
    for tag in re.findall(r"<input [^>]*>", answer.text):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if attributes.get("name") in (None, "csrf_token"):
            continue
        if attributes.get("type") != "checkbox" or re.search(r"\schecked", tag):
            found[unescape(attributes["name"])] = unescape(attributes["value"])
    for name, text in re.findall(
        r'<textarea [^>]*name="([^"]*)"[^>]*>\n(.*?)</textarea>', answer.text, re.DOTALL
    ):
        found[unescape(name)] = unescape(text)
    for name, options in re.findall(
        r'<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>', answer.text, re.DOTALL
    ):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[unescape(name)] = unescape(chosen[1]) if chosen else ""
    return found


def test_the_desk_shows_what_is_asked_and_saves_it_unchanged(
    asking: Browser, repository: Repository
) -> None:
    before = definition(repository)
    shown = fields_of(asking.get(EDIT))
    assert shown["questions[2].when"] == "vervoer=fiets"
    assert shown["questions[3].audiences.student"] == "ja"
    assert "questions[3].audiences.resident" not in shown
    answer = asking.post(EDIT, shown | {"doe": "bewaar"})
    assert answer.status == 303
    assert definition(repository) == before


def test_a_question_is_made_at_the_desk_row_by_row(asking: Browser, repository: Repository) -> None:
    page = asking.post(EDIT, fields_of(asking.get(EDIT)) | {"doe": "erbij:questions"})
    page = asking.post(
        EDIT,
        fields_of(page)
        | {
            "questions[4].title.nl": "Blijf je eten?",
            "questions[4].kind": "yes_no",
            "questions[4].required": "ja",
            "questions[4].keep_days": "",
            "doe": "erbij:questions",
        },
    )
    assert "Blijf je eten?: Ja" in unescape(page.text)  # a next one may depend on it at once
    page = asking.post(EDIT, fields_of(page) | {"doe": "erbij:questions[5].options"})
    page = asking.post(EDIT, fields_of(page) | {"doe": "erbij:questions[5].options"})
    last = {
        "questions[5].title.nl": "Wat eet je?",
        "questions[5].kind": "one",
        "questions[5].when": "blijf-je-eten=yes",
        "questions[5].options[0].title.nl": "Soep",
        "questions[5].options[1].title.nl": "Brood",
        "questions[5].audiences.resident": "ja",
    }
    answer = asking.post(EDIT, fields_of(page) | last | {"doe": "bewaar"})
    assert answer.status == 303
    eating, food = definition(repository).questions[4:]
    assert (eating.id, eating.kind, eating.required, eating.keep_days) == (
        "blijf-je-eten",
        "yes_no",
        True,
        30,
    )
    assert [one.id for one in food.options] == ["soep", "brood"]
    assert food.when is not None
    assert (food.when.question, food.when.answers) == ("blijf-je-eten", ("yes",))
    assert food.audiences == ("resident",)
    page = asking.post(EDIT, fields_of(asking.get(EDIT)) | {"doe": "weg:questions[4]"})
    wrong = asking.post(EDIT, fields_of(page) | {"doe": "bewaar"})
    assert wrong.status == 422
    assert '<a href="#f-questions[4].when">' in wrong.text


def test_what_is_wrong_with_a_question_is_said_at_the_desk(asking: Browser) -> None:
    shown = fields_of(asking.get(EDIT)) | {
        "questions[0].kind": "short",
        "questions[1].keep_days": "veel",
        "doe": "bewaar",
    }
    answer = asking.post(EDIT, shown)
    assert answer.status == 422
    assert '<a href="#f-questions[0].options">' in answer.text
    assert 'id="f-questions[0].options"' in answer.text
    assert '<a href="#f-questions[1].keep_days">' in answer.text
    assert 'value="veel"' in answer.text


def test_another_organiser_sees_which_question_was_changed(asking: Browser, define: Define) -> None:
    shown = fields_of(asking.get(EDIT))
    days = question("dagen", "one", options="ma di wo")
    define(questions=[TRAVEL | {"keep_days": 3}, days, BIKE], audiences=AUDIENCES)
    answer = asking.post(EDIT, shown | {"doe": "bewaar"})
    assert answer.status == 409
    text = unescape(answer.text)
    assert "Vraag: Vraag vervoer" in text
    assert "Dagen bewaren na het congres" in text
    cells = re.findall(r"<div>(\w+ antwoord\w* kiezen)", text)
    assert cells[:2] == ["Meer antwoorden kiezen", "Eén antwoord kiezen"]


def test_next_years_congress_starts_with_the_same_questions(asking: Browser) -> None:
    copied = fields_of(asking.get(f"/congres/beheer/nieuw?kopie={EVENT}"))
    own = {name: text for name, text in fields_of(asking.get(EDIT)).items() if "question" in name}
    assert {name: text for name, text in copied.items() if "question" in name} == own


def test_a_congress_goes_out_as_a_file_and_comes_in_the_same(
    asking: Browser, repository: Repository
) -> None:
    before = definition(repository)
    answer = asking.get(f"{DESK}/definitie.json")
    assert f"{EVENT}.json" in answer.headers["Content-Disposition"]
    assert definition_reader.read(yaml.safe_load(answer.text)) == replace(before, revision=0)
    assert f"{DESK}/definitie.json" in asking.get(f"{DESK}/stand").text


def test_putting_online_and_closing_leave_the_questions_alone(
    asking: Browser, repository: Repository
) -> None:
    before = definition(repository)
    sent = {"doe": "offline", "revisie": str(before.revision)}
    assert asking.post(f"{DESK}/stand", sent).status == 303
    assert definition(repository).questions == before.questions
