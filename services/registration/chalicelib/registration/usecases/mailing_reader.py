"""Read when a congress mails everybody, and which documents thanks name (see definition_reader)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import asdict

from chalicelib.registration.domain import MailDays
from chalicelib.registration.usecases.definition_parts import Capacity, MailsPart
from shared.texts import later as _

if TYPE_CHECKING:
    from chalicelib.registration.usecases.definition_reader import _Reader

USUAL = MailDays()
MOST_DAYS = {"reminder": 30, "reconfirm": 60, "reconfirm_again": 60, "thanks": 14}
MOST_DOCUMENTS = 20
_ID = re.compile(r"(?:.*/documenten/)?([A-Za-z0-9_-]{1,64})(?:[?#].*)?")


def read_mails(reader: _Reader, given: MailsPart) -> MailDays:
    """The days; what is left out is as usual."""
    found = {
        name: _days(reader, f"mails.{name}", getattr(given, name), usual, MOST_DAYS[name])
        for name, usual in asdict(USUAL).items()
    }
    again, first = found["reconfirm_again"], found["reconfirm"]
    if again and again >= first and reader.are_right("mails.reconfirm", "mails.reconfirm_again"):
        reader.errors["mails.reconfirm_again"] = _(
            "De tweede vraag komt na de eerste: kies minder dagen van tevoren dan daar."
        )
    return MailDays(**found)


def _days(reader: _Reader, path: str, value: Capacity, usual: int, most: int) -> int:
    if value in ("", None):
        return usual
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:4])
    if type(value) is int and 0 <= value <= most:
        return value
    reader.errors[path] = {
        14: _("Kies een getal van 0 tot en met 14."),
        30: _("Kies een getal van 0 tot en met 30."),
        60: _("Kies een getal van 0 tot en met 60."),
    }[most]
    return usual


def read_documents(reader: _Reader, given: str | list[str]) -> tuple[str, ...]:
    """The ids of the documents, each once."""
    lines = given.splitlines() if isinstance(given, str) else given
    found = [_ID.fullmatch(line.strip()) for line in lines if line.strip()]
    ids = tuple(dict.fromkeys(one[1] for one in found if one))
    if None in found:
        reader.errors["documents"] = _(
            "Zet op elke regel één adres uit de bibliotheek, zoals /documenten/abc123."
        )
    elif len(ids) > MOST_DOCUMENTS:
        reader.errors["documents"] = _("Noem hooguit 20 documenten.")
    return ids
