"""A congress's own questions: what counts, what an answer must be, and how a file says them."""

from typing import Any

import pytest

from chalicelib.registration.domain import Definition, Question
from chalicelib.registration.question_rules import CHANGED, checked, stamp
from chalicelib.registration.usecases import definition_reader, question_reader
from chalicelib.registration.usecases.definition_parts import write
from shared.errors import Invalid
from tests.registration_support import congress, question

TRAVEL = question("vervoer", "one", options="fiets ov", required=True)
BIKE = question("bakfiets", "yes_no", when={"question": "vervoer", "answers": ["fiets"]})
ROOM = question("plek", "short", when={"question": "bakfiets", "answers": [True]}, required=True)
EVERY = [
    TRAVEL,
    question("kort", "short"),
    question("lang", "long"),
    question("meer", "several", options="a b c"),
    question("ja", "yes_no"),
    question("getal", "number"),
    question("dag", "date"),
]
AUDIENCES = [{"id": id_, "title": {"nl": id_}} for id_ in ("resident", "student")]


def read(*questions: dict[str, Any]) -> Definition:
    return definition_reader.read(congress(questions=[*questions], audiences=AUDIENCES))


def asked(*questions: dict[str, Any]) -> tuple[Question, ...]:
    return read(*questions).questions


def refused(*questions: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(Invalid) as refusal:
        read(*questions)
    return refusal.value.fields


def answered(questions: tuple[Question, ...], **given: Any) -> dict[str, tuple[str, ...]]:
    lists = {id_: [one] if isinstance(one, str) else one for id_, one in given.items()}
    return {one.question: one.values for one in checked(questions, "resident", lists)}


def wrong(questions: tuple[Question, ...], **given: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as refusal:
        answered(questions, **given)
    return refusal.value.fields


def test_each_kind_keeps_what_was_meant() -> None:
    found = answered(
        asked(*EVERY),
        vervoer="fiets",
        kort="  met \t z'n tweeën ",
        lang="een\r\ntwee",
        meer=["b", "a", "b"],
        ja="no",
        getal="-02,50",
        dag="7-9-2027",
    )
    assert found == {
        "vervoer": ("fiets",),
        "kort": ("met z'n tweeën",),
        "lang": ("een\ntwee",),
        "meer": ("b", "a"),
        "ja": ("no",),
        "getal": ("-2.5",),
        "dag": ("2027-09-07",),
    }


@pytest.mark.parametrize(
    ("typed", "kept"), [("0", "0"), ("-0", "0"), ("007", "7"), ("-0,5", "-0.5"), ("1.0", "1")]
)
def test_a_number_is_kept_as_json_writes_it(typed: str, kept: str) -> None:
    assert answered(asked(question("getal", "number")), getal=typed) == {"getal": (kept,)}


@pytest.mark.parametrize(
    ("id_", "given"),
    [
        ("vervoer", "vliegtuig"),
        ("vervoer", ["fiets", "ov"]),
        ("kort", "x" * 201),
        ("kort", "a\x00b"),
        ("lang", "x" * 2001),
        ("meer", ["a", "z"]),
        ("ja", "misschien"),
        ("getal", "drie"),
        ("getal", "١٢"),
        ("getal", "1e5"),
        ("dag", "31-2-2027"),
        ("dag", "2027-13-01"),
    ],
)
def test_what_is_no_answer_is_refused(id_: str, given: Any) -> None:
    assert [*wrong(asked(*EVERY), **{"vervoer": "ov", id_: given})] == [f"answers.{id_}"]


def test_a_required_question_needs_an_answer_with_something_in_it() -> None:
    assert [*wrong(asked(TRAVEL))] == ["answers.vervoer"]
    spoken = question("kort", "short", required=True)
    assert [*wrong(asked(spoken), kort=" \u200b ")] == ["answers.kort"]


def test_what_does_not_count_is_neither_asked_nor_kept() -> None:
    questions = asked(TRAVEL, BIKE, ROOM)
    assert answered(questions, vervoer="ov", bakfiets="yes", plek="voor") == {"vervoer": ("ov",)}
    assert [*wrong(questions, vervoer="fiets", bakfiets="yes")] == ["answers.plek"]
    assert [*answered(questions, vervoer="fiets", bakfiets="yes", plek="voor")] == [
        "vervoer",
        "bakfiets",
        "plek",
    ]


def test_a_question_for_others_is_not_asked() -> None:
    questions = asked(question("studie", "short", audiences=["student"], required=True))
    assert answered(questions, studie="Bouwkunde") == {}
    with pytest.raises(Invalid):
        checked(questions, "student", {})


def test_an_answer_to_a_question_that_is_gone_is_said_to_be_so() -> None:
    assert wrong(asked(TRAVEL), vervoer="ov", kleur="rood") == {"answers": CHANGED}


def test_what_was_chosen_before_may_stay() -> None:
    (old,) = checked(asked(TRAVEL), "resident", {"vervoer": ["fiets"]})
    now = asked(question("vervoer", "one", options="ov auto"))
    (kept,) = checked(now, "resident", {"vervoer": ["fiets"]}, {"vervoer": old})
    assert kept.options == {"fiets": {"nl": "Fiets", "en": "Fiets"}}
    with pytest.raises(Invalid):
        checked(now, "resident", {"vervoer": ["fiets"]})


def test_the_stamp_tells_other_questions_apart() -> None:
    assert stamp(asked(TRAVEL)) == stamp(asked(TRAVEL))
    assert len({stamp(()), stamp(asked(TRAVEL)), stamp(asked(BIKE | {"when": None}))}) == 3


def test_a_file_says_questions_and_writing_them_gives_the_same() -> None:
    student = question("studie", "short", audiences=["student"], keep_days=0, hint={"nl": "Kort."})
    definition = read(*EVERY, BIKE, ROOM, student)
    assert definition.questions[8].when is not None
    assert definition.questions[8].when.answers == ("yes",)  # YAML's `yes` is a boolean
    assert definition_reader.read(write(definition)) == definition
    old = congress()
    assert definition_reader.read(old).questions == ()


@pytest.mark.parametrize(
    ("wrong_one", "path", "reason"),
    [
        (question("a", "colour"), "kind", question_reader.UNKNOWN_KIND),
        (question("a", "one", options="x"), "options", question_reader.FEW_OPTIONS),
        (question("a", "short", options="x y"), "options", question_reader.NO_OPTIONS),
        (question("a", "one", options="x x"), "options[1].id", question_reader.TWICE),
        (question("vervoer", "short"), "id", question_reader.TWICE),
        (question("a", "short", audiences=["x"]), "audiences", question_reader.NO_AUDIENCE),
        (question("a", "short", keep_days=31), "keep_days", question_reader.BAD_DAYS),
        (question("a", "short", keep_days=True), "keep_days", question_reader.BAD_DAYS),
        (
            question("a", "short", when={"question": "a", "answers": ["yes"]}),
            "when",
            question_reader.NOT_EARLIER,
        ),
        (
            question("a", "short", when={"question": "vervoer", "answers": ["yes"]}),
            "when",
            question_reader.NOT_AN_ANSWER,
        ),
        (
            question("a", "short", when={"question": "vervoer", "answers": []}),
            "when",
            question_reader.NOT_AN_ANSWER,
        ),
    ],
)
def test_what_is_wrong_with_a_question_is_said_at_its_place(
    wrong_one: dict[str, Any], path: str, reason: str
) -> None:
    assert refused(TRAVEL, wrong_one) == {f"questions[1].{path}": reason}


def test_there_are_bounds_to_what_a_form_can_ask() -> None:
    many = [question(f"v{number}", "short") for number in range(31)]
    assert refused(*many) == {"questions": question_reader.MANY}
    options = " ".join(f"o{number}" for number in range(31))
    assert [*refused(question("a", "one", options=options))] == ["questions[0].options"]


def test_a_misspelt_field_is_an_error_not_a_silence() -> None:
    assert [*refused(question("a", "short", requird=True))] == ["questions[0]"]
