"""The text fields of a registration: how long, how cleaned, and what to say when it is wrong."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from chalicelib.registration import schemas, texts
from shared.texts import later as _

LONGEST_NOTE = 1000


class Rule(Struct, frozen=True):
    """What a text field takes, and what to say otherwise (Dutch message ids)."""

    longest: int
    too_long: str
    missing: str = ""  # empty: the field may stay empty
    wrong: str = _("Hier staan tekens in die we niet kunnen opslaan.")
    clean: Callable[[str], str] = texts.one_line


RULES = {
    "name": Rule(
        schemas.LONGEST_NAME,
        _("Je naam is te lang. Gebruik niet meer dan 200 tekens."),
        _("Vul je voor- en achternaam in."),
        wrong=_("Vul alleen je naam in, zonder webadres of vreemde tekens."),
        clean=texts.person_name,
    ),
    "organisation": Rule(
        schemas.LONGEST_ORGANISATION,
        _("De naam van je organisatie is te lang. Gebruik niet meer dan 200 tekens."),
    ),
    "phone": Rule(
        schemas.LONGEST_PHONE,
        _("Dit telefoonnummer is te lang. Gebruik niet meer dan 40 tekens."),
        wrong=_("Vul een telefoonnummer in, zoals 030 123 45 67."),
        clean=texts.phone_number,
    ),
    "diet": Rule(
        schemas.LONGEST_DIET,
        _("Je wens voor de lunch is te lang. Gebruik niet meer dan 300 tekens."),
    ),
    "access_needs": Rule(
        schemas.LONGEST_ACCESS_NEEDS,
        _("Wat je nodig hebt, is te lang. Gebruik niet meer dan 600 tekens."),
        clean=texts.several_lines,
    ),
    "note": Rule(
        LONGEST_NOTE,
        _("De notitie is te lang. Gebruik niet meer dan 1000 tekens."),
        clean=texts.several_lines,
    ),
    "directory.initiative": Rule(
        schemas.LONGEST_INITIATIVE,
        _("De naam van je initiatief is te lang. Gebruik niet meer dan 120 tekens."),
        _("Vul de naam van je initiatief in. Of haal het vinkje bij de ledengids weg."),
    ),
    "directory.place": Rule(
        schemas.LONGEST_PLACE,
        _("De naam van je wijk of plaats is te lang. Gebruik niet meer dan 80 tekens."),
    ),
    "directory.website": Rule(
        schemas.LONGEST_WEBSITE,
        _("Dit webadres is te lang. Gebruik niet meer dan 300 tekens."),
        wrong=_("Vul een webadres in, zoals www.voorbeeld.nl."),
        clean=texts.web_address,
    ),
    "directory.about": Rule(
        schemas.LONGEST_ABOUT,
        _("Je tekst is te lang. Gebruik niet meer dan 600 tekens."),
        clean=texts.several_lines,
    ),
}
