"""A congress's own questions and the answers to them, in one language and ready to print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from msgspec import Struct

from chalicelib.registration.domain import Definition, Question, Reply, text
from chalicelib.registration.domain.questions import LONGEST_KEEPING, NO, YES
from shared import dates, pages
from shared.texts import later as _

WORDS = {YES: _("Ja"), NO: _("Nee")}
_NO_ANSWER = _("Ik geef hier geen antwoord")
_GONE = _("%(title)s (kun je niet meer kiezen)")
_ONLY_FOR = _("Alleen voor: %(audiences)s.")
_ONLY_WHEN = _("Alleen als je bij “%(question)s” dit kiest: %(answers)s.")
_ERASED = _("We wissen je antwoord %(days)s dagen na het congres.")
_ERASED_AT_ONCE = _("We wissen je antwoord meteen na het congres.")


class QuestionView(Struct, frozen=True, kw_only=True):
    """A question as a form shows it; `when_*` say when it counts, for scripts."""

    name: str
    kind: str
    title: str
    hint: str
    required: bool
    options: tuple[tuple[str, str], ...]
    audiences: str
    when_name: str
    when_values: str


def field_name(question: str) -> str:
    """The name of a question's field in a form."""
    return f"vraag-{question}"


def question_views(
    definition: Definition,
    language: str,
    *,
    audience: str | None = None,
    before: Mapping[str, Reply] | None = None,
) -> tuple[QuestionView, ...]:
    """The questions of the form, for somebody of any audience or of this one.

    An answer that stood there `before` and can no longer be chosen is there to keep.
    """
    words = _Words(definition, language)
    return tuple(
        words.view(one, (before or {}).get(one.id), choosing=audience is None)
        for one in definition.questions
        if audience is None or not one.audiences or audience in one.audiences
    )


def reply_text(reply: Reply, definition: Definition, language: str) -> str:
    """An answer in words; a choice that is gone by the title that it had."""
    titles = reply.options | _options(definition, reply.question)
    if reply.kind == "date":
        return dates.long_date(date.fromisoformat(reply.values[0]), language)
    if reply.kind == "yes_no":
        return "; ".join(pages.translate("registration", language, WORDS[v]) for v in reply.values)
    return "; ".join(text(titles[v], language) if v in titles else v for v in reply.values)


def reply_title(reply: Reply, definition: Definition, language: str) -> str:
    """The question, as it is now or as it was last."""
    titles = {one.id: one.title for one in definition.questions}
    return text(titles.get(reply.question, reply.title), language)


def reply_facts(
    replies: Iterable[Reply], definition: Definition, language: str
) -> list[tuple[str, str]]:
    """Each question with its answer."""
    return [
        (reply_title(one, definition, language), reply_text(one, definition, language))
        for one in replies
    ]


def filled_in(
    replies: Iterable[Reply], questions: Sequence[Question]
) -> dict[str, str | list[str]]:
    """What the form's fields hold at first; an answer to what was another kind of question is not
    shown there.
    """
    kinds = {one.id: one.kind for one in questions}
    return {
        field_name(one.question): list(one.values) if one.kind == "several" else one.values[0]
        for one in replies
        if kinds.get(one.question) == one.kind
    }


class _Words:
    """Says what a definition says, in one language."""

    def __init__(self, definition: Definition, language: str) -> None:
        self._definition = definition
        self._language = language
        self._questions = {one.id: one for one in definition.questions}

    def view(self, question: Question, before: Reply | None, *, choosing: bool) -> QuestionView:
        when = question.when
        hints = [text(question.hint, self._language), *self._conditions(question, choosing)]
        if question.keep_days < LONGEST_KEEPING:
            words = self._say(_ERASED if question.keep_days else _ERASED_AT_ONCE)
            hints.append(words % {"days": question.keep_days} if question.keep_days else words)
        return QuestionView(
            name=field_name(question.id),
            kind=question.kind,
            title=text(question.title, self._language),
            hint=" ".join(filter(None, hints)),
            required=question.required,
            options=self._choices(question, before),
            audiences=" ".join(question.audiences) if choosing else "",
            when_name=field_name(when.question) if when else "",
            when_values=" ".join(when.answers) if when else "",
        )

    def _choices(self, question: Question, before: Reply | None) -> tuple[tuple[str, str], ...]:
        found = self._titles(question)
        if not found:
            return ()
        if before and before.kind == question.kind:
            gone = self._say(_GONE)
            for id_, title in before.options.items():
                found.setdefault(id_, gone % {"title": text(title, self._language)})
        if not question.required and question.kind != "several":
            found[""] = self._say(_NO_ANSWER)
        return tuple(found.items())

    def _titles(self, question: Question) -> dict[str, str]:
        if question.kind == "yes_no":
            return {value: self._say(word) for value, word in WORDS.items()}
        return {one.id: text(one.title, self._language) for one in question.options}

    def _conditions(self, question: Question, choosing: bool) -> list[str]:  # noqa: FBT001
        found = []
        if question.audiences and choosing:
            titles = {one.id: text(one.title, self._language) for one in self._definition.audiences}
            names = [titles.get(one, one) for one in question.audiences]
            found.append(self._say(_ONLY_FOR) % {"audiences": ", ".join(names)})
        if question.when and (asked := self._questions.get(question.when.question)):
            titles = self._titles(asked)
            answers = [titles.get(one, one) for one in question.when.answers]
            words = {"question": text(asked.title, self._language), "answers": ", ".join(answers)}
            found.append(self._say(_ONLY_WHEN) % words)
        return found

    def _say(self, message: str) -> str:
        return pages.translate("registration", self._language, message)


def _options(definition: Definition, question: str) -> dict[str, dict[str, str]]:
    return {
        option.id: option.title
        for one in definition.questions
        if one.id == question
        for option in one.options
    }
