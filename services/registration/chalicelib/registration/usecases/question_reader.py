"""Read a congress's own questions as an organiser writes them (see definition_reader)."""

from typing import Any, Protocol, get_args

from chalicelib.registration.domain import Option, Question, When
from chalicelib.registration.domain.questions import CHOICES, LONGEST_KEEPING, Kind
from chalicelib.registration.usecases.definition_parts import QuestionPart, Texts, WhenPart
from shared.texts import later as _

MOST_QUESTIONS = 30
MOST_OPTIONS = 30
FEWEST_OPTIONS = 2

UNKNOWN_KIND = _("Kies wat voor vraag dit is.")
FEW_OPTIONS = _("Noem minstens twee antwoorden om uit te kiezen.")
NO_OPTIONS = _("Bij dit soort vraag vullen mensen zelf iets in. Haal de antwoorden weg.")
TWICE = _("Elke id mag maar één keer voorkomen.")
MANY = _("Een congres heeft hooguit 30 vragen.")
MANY_OPTIONS = _("Een vraag heeft hooguit 30 antwoorden om uit te kiezen.")
NO_AUDIENCE = _("Deze doelgroep heeft het congres niet.")
NOT_EARLIER = _("Kies een vraag die hierboven staat en die antwoorden heeft om uit te kiezen.")
NOT_AN_ANSWER = _("Kies een antwoord dat die vraag heeft.")
BAD_DAYS = _("Kies een aantal dagen van 0 tot en met 30.")


class Reader(Protocol):
    """What reads the rest of the congress, and collects what is wrong."""

    errors: dict[str, str]

    def id(self, path: str, value: str) -> str:
        """A short name."""

    def line(self, path: str, given: Texts) -> dict[str, str]:
        """A title."""

    def optional(self, path: str, given: Texts | None) -> dict[str, str]:
        """A text that may be left out."""


def read_questions(
    reader: Reader, parts: list[QuestionPart], audiences: set[str]
) -> tuple[Question, ...]:
    """Return the questions; what is wrong with them is added to the reader's errors."""
    questions: dict[str, Question] = {}
    for index, part in enumerate(parts):
        path = f"questions[{index}]"
        question = _question(reader, path, part)
        _check(reader.errors, path, question, questions, audiences)
        questions.setdefault(question.id, question)
    if len(parts) > MOST_QUESTIONS:
        reader.errors["questions"] = MANY
    return tuple(questions.values())


def _question(reader: Reader, path: str, part: QuestionPart) -> Question:
    return Question(
        id=reader.id(f"{path}.id", part.id),
        kind=_kind(reader, f"{path}.kind", part.kind),
        title=reader.line(f"{path}.title", part.title),
        hint=reader.optional(f"{path}.hint", part.hint),
        required=part.required,
        options=tuple(
            Option(
                id=reader.id(f"{path}.options[{i}].id", one.id),
                title=reader.line(f"{path}.options[{i}].title", one.title),
            )
            for i, one in enumerate(part.options)
        ),
        audiences=tuple(dict.fromkeys(part.audiences)),
        when=_when(part.when),
        keep_days=_days(reader, f"{path}.keep_days", part.keep_days),
    )


def _kind(reader: Reader, path: str, value: str) -> Kind:
    for kind in get_args(Kind):
        if value == kind:
            return kind  # type: ignore[no-any-return]
    reader.errors[path] = UNKNOWN_KIND
    return "short"


def _when(part: WhenPart | None) -> When | None:
    if part is None:
        return None
    # YAML reads a bare `yes` as true.
    words = [
        {True: "yes", False: "no"}[one] if isinstance(one, bool) else one for one in part.answers
    ]
    return When(question=part.question, answers=tuple(dict.fromkeys(words)))


def _days(reader: Reader, path: str, value: Any) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:3])
    if type(value) is int and 0 <= value <= LONGEST_KEEPING:
        return value
    reader.errors[path] = BAD_DAYS
    return LONGEST_KEEPING


def _check(
    errors: dict[str, str],
    path: str,
    question: Question,
    earlier: dict[str, Question],
    audiences: set[str],
) -> None:
    """The rules that hold between fields."""
    if question.id in earlier:
        errors[f"{path}.id"] = TWICE
    if f"{path}.kind" not in errors:
        _check_options(errors, path, question)
    seen: set[str] = set()
    for index, option in enumerate(question.options):
        if option.id in seen:
            errors[f"{path}.options[{index}].id"] = TWICE
        seen.add(option.id)
    if not audiences.issuperset(question.audiences):
        errors[f"{path}.audiences"] = NO_AUDIENCE
    if question.when:
        asked = earlier.get(question.when.question)
        if asked is None or not asked.values:
            errors[f"{path}.when"] = NOT_EARLIER
        elif not question.when.answers or not set(asked.values).issuperset(question.when.answers):
            errors[f"{path}.when"] = NOT_AN_ANSWER


def _check_options(errors: dict[str, str], path: str, question: Question) -> None:
    if question.kind not in CHOICES:
        if question.options:
            errors[f"{path}.options"] = NO_OPTIONS
    elif len(question.options) < FEWEST_OPTIONS:
        errors[f"{path}.options"] = FEW_OPTIONS
    elif len(question.options) > MOST_OPTIONS:
        errors[f"{path}.options"] = MANY_OPTIONS
