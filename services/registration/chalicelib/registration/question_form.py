"""A congress's own questions in the form of a congress (event_form): whom a question is for is a
box per audience, and the answer that it depends on one choice, `vervoer=trein,bus`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from chalicelib.registration.domain import text
from shared.texts import later as _

Row = dict[str, Any]
"""A question as it stands in the form: every value a text, but `audiences` and `options`."""

ON = "ja"
FIELDS = (
    "id", "kind", "title.nl", "title.en", "hint.nl", "hint.en", "required", "keep_days", "when",
)  # fmt: skip
KINDS = {
    "short": _("Kort antwoord"),
    "long": _("Lang antwoord"),
    "one": _("Eén antwoord kiezen"),
    "several": _("Meer antwoorden kiezen"),
    "yes_no": _("Ja of nee"),
    "number": _("Getal"),
    "date": _("Datum"),
}


def audiences(form: Mapping[str, str], at: str, names: Iterable[str]) -> dict[str, str]:
    """The boxes of the question at `at` (`questions[0].`) that are ticked, by audience."""
    start = f"{at}audiences."
    return {name.removeprefix(start): ON for name in names if name.startswith(start) and form[name]}


def shown(values: Row) -> Row:
    """A question's plain values as the form shows them."""
    when = values["when"]
    return values | {
        "required": ON if values["required"] else "",
        "audiences": dict.fromkeys(values["audiences"], ON),
        "when": f"{when['question']}={','.join(when['answers'])}" if when else "",
    }


def plain(row: Row) -> Row:
    """The values that the reader of definitions takes."""
    question, _equals, answers = row["when"].partition("=")
    when = {"question": question, "answers": answers.split(",")} if question else None
    return row | {
        "kind": row["kind"] or "short",
        "required": bool(row["required"]),
        "audiences": list(row["audiences"]),
        "keep_days": row["keep_days"] or "30",
        "when": when,
    }


def conditions(rows: list[Row], index: int, words: Mapping[str, str]) -> list[tuple[str, str]]:
    """What the question at `index` may depend on: (value, label) of answers to earlier questions.

    `words` are those for yes and no in the language of the page.
    """
    found: dict[str, str] = {}
    for row in rows[:index]:
        for id_, title in _answers(row, words):
            found[f"{row['id']}={id_}"] = f"{_title(row)}: {title}"
    chosen = rows[index]["when"]
    if chosen and chosen not in found:  # several answers, or a question that is gone
        found[chosen] = _said(rows[:index], chosen, words)
    return list(found.items())


def _answers(row: Row, words: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if not row["id"]:
        return
    if row["kind"] == "yes_no":
        yield from words.items()
    for option in row["options"]:
        if option["id"]:
            yield option["id"], _title(option)


def _said(rows: list[Row], chosen: str, words: Mapping[str, str]) -> str:
    question, _equals, answers = chosen.partition("=")
    for row in rows:
        if row["id"] == question:
            titles = dict(_answers(row, words))
            return f"{_title(row)}: {', '.join(titles.get(one, one) for one in answers.split(','))}"
    return chosen


def _title(row: Row) -> str:
    return text(row["title"], "nl")
