"""What somebody changed in a congress while another was editing it, field by field."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from chalicelib.registration.event_form import OFFSET, Typed, fields
from chalicelib.registration.question_form import KINDS as QUESTION_KINDS
from shared.texts import later as _

Key = tuple[str, str, str]  # kind of row ("" for the congress), which row, which field

LABELS = {
    "id": _("Adres van de pagina"),
    "title.nl": _("Titel"),
    "title.en": _("Titel in het Engels"),
    "summary.nl": _("In één zin"),
    "summary.en": _("In één zin, in het Engels"),
    "description.nl": _("Beschrijving"),
    "description.en": _("Beschrijving in het Engels"),
    "for_whom.nl": _("Voor wie"),
    "for_whom.en": _("Voor wie, in het Engels"),
    "starts": _("Begin"),
    "ends": _("Eind"),
    "registration.opens": _("Aanmelden kan vanaf"),
    "registration.closes": _("Aanmelden kan tot"),
    "registration.confirm_within": _("E-mailadres bevestigen binnen (uren)"),
    "registration.shares_until": _("Plekken van doelgroepen vrij vanaf"),
    "place.name": _("Gebouw"),
    "place.address": _("Straat en huisnummer"),
    "place.city": _("Plaats"),
    "place": _("Zaal"),
    "capacity": _("Aantal plekken"),
    "mails.reminder": _("Herinnering: hoeveel dagen van tevoren"),
    "mails.reconfirm": _("Vraag of mensen nog komen: hoeveel dagen van tevoren"),
    "mails.reconfirm_again": _("Tweede vraag aan wie niet antwoordt: hoeveel dagen van tevoren"),
    "mails.thanks": _("Bedankje: hoeveel dagen erna"),
    "documents": _("Documenten in het bedankje"),
    "kind": _("Soort vraag"),
    "hint.nl": _("Uitleg"),
    "hint.en": _("Uitleg in het Engels"),
    "required": _("Antwoord is verplicht"),
    "when": _("Alleen vragen na dit antwoord"),
    "keep_days": _("Dagen bewaren na het congres"),
    "for": _("Alleen voor"),
    "share": _("Plekken alleen voor deze doelgroep"),
}
KINDS = {
    "audiences": _("Doelgroep"),
    "programme": _("Onderdeel"),
    "rounds": _("Ronde"),
    "sessions": _("Sessie"),
    "questions": _("Vraag"),
    "options": _("Antwoord om uit te kiezen"),
}


class Change(Struct, frozen=True):
    """A field that another organiser changed; `mine` is what the form that was sent says instead,
    where that is neither.
    """

    where: str
    label: str
    before: str
    after: str
    mine: str


def changes(before: Typed, after: Typed, mine: Typed, say: Callable[[str], str]) -> list[Change]:
    """What differs between two revisions, in the order of the form."""
    old, new, own = (dict(_cells(tree, say)) for tree in (before, after, mine))
    return [
        Change(
            where=_where(key, new, old, say),
            label=say(LABELS[key[2]]),
            before=_shown(old.get(key, "")),
            after=_shown(new.get(key, "")),
            mine=_mine(own.get(key, ""), old.get(key, ""), new.get(key, "")),
        )
        for key in dict.fromkeys([*new, *old])
        if old.get(key, "") != new.get(key, "") and key[2] in LABELS
    ]


def _cells(tree: Typed, say: Callable[[str], str]) -> Iterator[tuple[Key, str]]:
    """Every field with the row it is in: by the row's id, so that a row more shifts nothing."""
    rows = [("rounds", one) for one in tree["rounds"]]
    rows += [("sessions", one) for round_ in tree["rounds"] for one in round_["sessions"]]
    rows += [("audiences", one) for one in tree["audiences"]]
    for question in tree["questions"]:
        rows.append(("questions", _asked(question, say)))
        rows += [("options", _of(question, one)) for one in question["options"]]
    rows += [("programme", {**one, "id": str(at)}) for at, one in enumerate(tree["programme"])]
    whole = {name: value for name, value in tree.items() if name not in KINDS}
    for kind, row in [("", {**whole, "id": ""}), *rows]:
        bare = {name: value for name, value in row.items() if name not in ("id", *KINDS)}
        for path, text in fields(bare).items():
            if not path.endswith(OFFSET):
                yield (kind, row["id"], path), text


def _asked(question: Typed, say: Callable[[str], str]) -> Typed:
    """A question with its kind in words, and whom it is for as one text."""
    kind = QUESTION_KINDS.get(question["kind"], "")
    return {**question, "kind": kind and say(kind), "for": ", ".join(question["audiences"])}


def _of(question: Typed, option: Typed) -> Typed:
    """An answer under a name of its own: those of two questions may have the same id."""
    return {**option, "id": f"{question['id']} {option['id']}"}


def _where(key: Key, new: dict[Key, str], old: dict[Key, str], say: Callable[[str], str]) -> str:
    kind, row, _field = key
    if not kind:
        return ""
    title = (kind, row, "title.nl")
    return f"{say(KINDS[kind])}: {new.get(title) or old.get(title, '')}"


def _mine(own: str, old: str, new: str) -> str:
    return "" if own in (old, new) else _shown(own)


def _shown(text: str) -> str:
    """A time without the T of datetime-local."""
    return f"{text[:10]} {text[11:]}" if text[10:11] == "T" and text[:4].isdigit() else text
