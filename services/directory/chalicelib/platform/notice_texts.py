"""What notices are called, on the page and in the mail, and where each leads."""

from collections.abc import Mapping

import msgspec

from chalicelib.platform.domain.notices import Choice
from shared.texts import later as _

PREFERENCES = "/beheer/meldingen"


class Words(msgspec.Struct, frozen=True):
    """A kind: its name on the page, one and more of it in a mail, one that needs action, and paths.

    Paths may name `%(event)s` and `%(item)s`.
    """

    name: str
    one: str
    more: str
    path: str
    act: str = ""
    item_path: str = ""


KINDS: Mapping[str, Words] = {
    "failure": Words(
        name=_("Berichten die blijven mislukken"),
        one=_("1 wachtrij met berichten die blijven mislukken"),
        more=_("%(count)s wachtrijen met berichten die blijven mislukken"),
        path="/beheer/werking",
        act=_("Berichten blijven mislukken in de wachtrij %(item)s"),
        item_path="/beheer/werking",
    ),
    "application": Words(
        name=_("Aanmeldingen voor de ledengids"),
        one=_("1 aanmelding voor de ledengids"),
        more=_("%(count)s aanmeldingen voor de ledengids"),
        path="/leden/beheer",
        act=_("Beoordeel de aanmelding voor de ledengids (%(number)s van %(count)s)"),
        item_path="/leden/beheer/%(item)s",
    ),
    "upload": Words(
        name=_("Documenten die iemand stuurt"),
        one=_("1 document om te beoordelen"),
        more=_("%(count)s documenten om te beoordelen"),
        path="/documenten/beheer",
        act=_("Beoordeel het document (%(number)s van %(count)s)"),
        item_path="/documenten/beheer/%(item)s",
    ),
    "bounce": Words(
        name=_("E-mailadressen die niet kloppen"),
        one=_("1 e-mailadres dat niet klopt"),
        more=_("%(count)s e-mailadressen die niet kloppen"),
        path="/congres/beheer/%(event)s?stand=adres",
        act=_("Een e-mailadres van een deelnemer klopt niet (%(number)s van %(count)s)"),
        item_path="/congres/beheer/%(event)s/deelnemer/%(item)s",
    ),
    "registration": Words(
        name=_("Aanmeldingen met een plek"),
        one=_("1 aanmelding"),
        more=_("%(count)s aanmeldingen"),
        path="/congres/beheer/%(event)s",
    ),
    "waiting_list": Words(
        name=_("Aanmeldingen op de wachtlijst"),
        one=_("1 aanmelding op de wachtlijst"),
        more=_("%(count)s aanmeldingen op de wachtlijst"),
        path="/congres/beheer/%(event)s?stand=waiting",
    ),
}
"""In the order of a mail: what needs action first."""

CHOICES: Mapping[Choice, str] = {
    "at_once": _("Meteen"),
    "daily": _("In de mail van de dag"),
    "nothing": _("Niet"),
}
