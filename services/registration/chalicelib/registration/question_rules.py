"""What an answer to a congress's own question must be, and what to say when it is not."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import msgspec

from chalicelib.registration import texts
from chalicelib.registration.domain.questions import CHOICES, Question, Reply
from shared.errors import Invalid
from shared.texts import later as _

LONGEST = {"short": 200, "long": 2000}  # characters

Given = Mapping[str, Sequence[str]]
"""What somebody filled in, by the id of the question."""

CHANGED = _(
    "De vragen zijn veranderd terwijl je bezig was. Kijk je antwoorden na en verstuur opnieuw."
)
_NUMBER = re.compile(r"-?\d{1,15}(?:[.,]\d{1,6})?", re.ASCII)
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_DUTCH_DATE = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})", re.ASCII)


class _Wrong(Exception):
    """Says what is wrong with an answer (a Dutch message id)."""


def checked(
    questions: Iterable[Question],
    audience: str,
    given: Given,
    before: Mapping[str, Reply] | None = None,
) -> tuple[Reply, ...]:
    """Return the replies that count, in the order of the questions; the others are dropped.

    `before` are the replies that stood there: what was chosen then may stay, even if it can no
    longer be chosen. Raises Invalid with `answers.{id}` for each that is wrong or missing, and
    `answers` when there is an answer to a question that is not there (any more).
    """
    errors: dict[str, str] = {}
    replies: dict[str, Reply] = {}
    known = {one.id: one for one in questions}
    if not known.keys() >= given.keys():
        errors["answers"] = CHANGED
    for question in known.values():
        if not question.counts(audience, replies):
            continue
        try:
            reply = _reply(question, given.get(question.id, ()), (before or {}).get(question.id))
        except _Wrong as wrong:
            errors[f"answers.{question.id}"] = str(wrong)
            continue
        if reply:
            replies[question.id] = reply
    if errors:
        raise Invalid(fields=errors)
    return tuple(replies.values())


def stamp(questions: Sequence[Question]) -> str:
    """The same for the same questions: a form that was filled in for others is shown again."""
    return f"{zlib.crc32(msgspec.json.encode(questions)):08x}"


def _reply(question: Question, given: Sequence[str], before: Reply | None) -> Reply | None:
    """The reply, or None without an answer."""
    values = [one for one in given if texts.has_visible_character(one)]
    if not values:
        if question.required:
            raise _Wrong(
                _("Kies een antwoord.") if question.values else _("Vul hier een antwoord in.")
            )
        return None
    if len(values) > 1 and question.kind != "several":
        raise _Wrong(_("Geef hier één antwoord."))
    options = {one.id: one.title for one in question.options}
    if before and before.kind == question.kind:
        options = before.options | options
    return Reply(
        question=question.id,
        kind=question.kind,
        title=question.title,
        values=_values(question, values, options),
        options={id_: options[id_] for id_ in values if id_ in options},
        keep_days=question.keep_days,
    )


def _values(
    question: Question, given: Sequence[str], options: Mapping[str, object]
) -> tuple[str, ...]:
    if question.kind in CHOICES or question.kind == "yes_no":
        if not {*question.values, *options} >= set(given):
            raise _Wrong(_("Dit antwoord kun je niet (meer) kiezen. Kies een ander."))
        return tuple(dict.fromkeys(given))
    if question.kind == "number":
        return (_number(given[0]),)
    if question.kind == "date":
        return (_date(given[0]),)
    return (_text(given[0], LONGEST[question.kind], several=question.kind == "long"),)


def _text(value: str, longest: int, *, several: bool) -> str:
    # A line end is one character in the browser's count, and two in what it sends.
    if len(value.replace("\r\n", "\n").strip()) > longest:
        raise _Wrong(
            _("Dit is te lang. Gebruik niet meer dan 2000 tekens.")
            if several
            else _("Dit is te lang. Gebruik niet meer dan 200 tekens.")
        )
    try:
        return texts.several_lines(value) if several else texts.one_line(value)
    except texts.UnusableText as error:
        raise _Wrong(_("Hier staan tekens in die we niet kunnen opslaan.")) from error


def _number(value: str) -> str:
    """As JSON writes it: `2.5`, whether somebody typed a point or a comma."""
    if not _NUMBER.fullmatch(value.strip()):
        raise _Wrong(_("Vul een getal in, zoals 3 of 2,5."))
    whole, _point, part = value.strip().replace(",", ".").partition(".")
    sign, digits, part = "-" * whole.startswith("-"), int(whole.lstrip("-")), part.rstrip("0")
    return f"{sign}{digits}.{part}" if part else f"{sign * bool(digits)}{digits}"


def _date(value: str) -> str:
    """As browsers send it: `2027-09-17`; also typed as 17-9-2027."""
    found = _DATE.fullmatch(value.strip())
    parts = found.groups() if found else ()
    if not parts and (typed := _DUTCH_DATE.fullmatch(value.strip())):
        parts = typed.groups()[::-1]
    try:
        year, month, day = (int(part) for part in parts)
        return date(year, month, day).isoformat()
    except ValueError as error:
        raise _Wrong(_("Vul een datum in, zoals 17-9-2027.")) from error
