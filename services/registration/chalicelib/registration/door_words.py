"""What the door says to each answer, on the page and in the phone's own script."""

from __future__ import annotations

from msgspec import Struct

from chalicelib.registration.domain import Definition
from chalicelib.registration.domain.check_in import Told, door_opens
from shared import dates, pages
from shared.request import Request
from shared.texts import later as _

GOOD, CARE, STOP = "good", "few", "full"
_ICONS = {GOOD: "✓", CARE: "!", STOP: "✕"}

# Tone, what is said large, and what is said under it.
WORDS: dict[str, tuple[str, str, str]] = {
    "checked_in": (GOOD, _("%(name)s is binnen"), _("Welkom! %(sessions)s")),
    "already": (CARE, _("%(name)s was al binnen"), _("Ingecheckt om %(time)s, met deze telefoon.")),
    "elsewhere": (
        CARE,
        _("%(name)s was al binnen"),
        _("Ingecheckt om %(time)s, met een andere telefoon."),
    ),
    "undone": (CARE, _("%(name)s is weer buiten"), _("Het inchecken is teruggedraaid.")),
    "waiting": (
        STOP,
        _("%(name)s staat op de wachtlijst"),
        _("Nummer %(place)s. Vraag de organisatie of er plek is."),
    ),
    "cancelled": (STOP, _("%(name)s heeft afgezegd"), _("Vraag de organisatie of er plek is.")),
    "unknown": (
        STOP,
        _("Dit kaartje kennen we niet"),
        _("Is het van dit congres? Zoek anders op naam."),
    ),
    "too_early": (STOP, _("Inchecken kan nog niet"), _("Dat kan vanaf %(opens)s.")),
    "clock_ahead": (
        STOP,
        _("%(name)s is niet ingecheckt"),
        _("De klok van deze telefoon loopt voor. Zet hem goed en check opnieuw in."),
    ),
    "busy": (
        STOP,
        _("%(name)s is nog niet ingecheckt"),
        _("Het is erg druk. Probeer het nog eens."),
    ),
}

# What only the phone's script says.
SCRIPT: dict[str, str] = {
    "count": _("%(inside)s van %(seated)s"),
    "waiting_to_send": _("%(count)s nog te versturen."),
    "offline": _("Geen internet. Je kunt doorgaan: we versturen het later."),
    "online": _("Alles is verstuurd."),
    "sign_in": _("Je bent uitgelogd. Log opnieuw in om te versturen; er gaat niets verloren."),
    "old_page": _("Ververs deze pagina om te versturen; er gaat niets verloren."),
    "no_right": _("Je mag hier niet meer inchecken. De lijst is van deze telefoon gewist."),
    "failed": _("Versturen lukt nu niet. We proberen het zo weer."),
    "no_list": _("De lijst staat nog niet op deze telefoon. Zoek even verbinding."),
    "no_camera": _("We kunnen de camera niet gebruiken. Typ de code van het kaartje of een naam."),
    "scan": _("Scan een kaartje"),
    "stop": _("Stop met scannen"),
    "nobody": _("Niemand gevonden."),
    "check_in": _("Check in"),
    "undo": _("Draai terug"),
    "inside": _("binnen sinds %(time)s"),
    "seated": _("heeft een plek"),
    "waiting": _("wachtlijst, nummer %(place)s"),
    "cancelled": _("afgezegd"),
}


class Result(Struct, frozen=True, kw_only=True):
    """What is said to one answer. With `undo` (a check-in's id) it can be taken back."""

    tone: str
    icon: str
    title: str
    text: str
    registration: str = ""
    undo: str = ""


def result_of(
    request: Request, definition: Definition, told: Told, *, phone: str, name: str, sessions: str
) -> Result:
    """The answer in words."""
    inside = told.inside
    key = "elsewhere" if told.answer == "already" and inside and inside.phone != phone else ""
    tone, title, text = WORDS[key or told.answer]
    values = {
        "name": name,
        "sessions": sessions,
        "place": told.place_in_line or "?",
        "time": dates.clock_time(inside.at, request.language) if inside else "",
        "opens": dates.date_and_time(door_opens(definition), request.language),
    }
    return Result(
        tone=tone,
        icon=_ICONS[tone],
        title=pages.say(request, title) % values,
        text=pages.say(request, text) % values,
        undo=inside.id if inside and told.answer in ("checked_in", "already") else "",
    )


def for_script(request: Request, definition: Definition) -> dict[str, object]:
    """All the words that a phone without a connection needs."""
    answers = {
        name: {
            "tone": tone,
            "icon": _ICONS[tone],
            "title": pages.say(request, title),
            "text": pages.say(request, text),
        }
        for name, (tone, title, text) in WORDS.items()
    }
    opens = dates.date_and_time(door_opens(definition), request.language)
    said = {name: pages.say(request, text) for name, text in SCRIPT.items()}
    return {"answers": answers, "opens": opens, **said}
