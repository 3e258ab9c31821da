"""The mails to participants whose words organisers may change, with the standard words."""

from shared.mail_texts import MailKind, Words
from shared.texts import later as _

_SAID = {
    "naam": _("de naam van de deelnemer"),
    "congres": _("de titel van het congres"),
    "netwerk": _("de naam van het netwerk"),
}

_KINDS = (
    MailKind(
        "confirmation",
        _("Bevestiging van de aanmelding"),
        Words(
            _("Je bent aangemeld: {congres}"),
            _("Fijn dat je komt. Je hebt een plek op het congres."),
        ),
        _SAID,
    ),
    MailKind(
        "confirm",
        _("De vraag om de aanmelding te bevestigen"),
        Words(
            _("Bevestig je aanmelding: {congres}"),
            _("Je bent er bijna. Bevestig je aanmelding met de knop hieronder."),
        ),
        _SAID,
    ),
    MailKind(
        "waiting",
        _("Plaats op de wachtlijst"),
        Words(
            _("Je staat op de wachtlijst: {congres}"),
            _("Het congres is vol. Je staat nu op de wachtlijst."),
        ),
        _SAID,
    ),
    MailKind(
        "promoted",
        _("Een plek na de wachtlijst"),
        Words(
            _("Je hebt een plek: {congres}"),
            _("Goed nieuws: er is een plek vrijgekomen en die is voor jou. Je bent nu aangemeld."),
        ),
        _SAID,
    ),
    MailKind(
        "promoted_session",
        _("Een plek in een sessie na de wachtlijst"),
        Words(
            _("Je hebt een plek in je sessie: {congres}"),
            _(
                "Goed nieuws: er is een plek vrijgekomen in een sessie waarvoor je op de "
                "wachtlijst stond."
            ),
        ),
        {**_SAID, "sessie": _("de titel van de sessie")},
    ),
    MailKind(
        "changed",
        _("Bericht na een wijziging"),
        Words(
            _("Je aanmelding is veranderd: {congres}"),
            _("Je aanmelding is veranderd. Zo staat hij er nu in."),
        ),
        _SAID,
    ),
    MailKind(
        "reminder",
        _("Herinnering voor het congres"),
        Words(
            _("Tot snel: {congres}"),
            _("Het congres is bijna. Hier staat nog eens waar en hoe laat je welkom bent."),
        ),
        _SAID,
    ),
    MailKind(
        "reconfirm",
        _("De vraag of iemand nog komt"),
        Words(
            _("Kom je nog? {congres}"),
            _(
                "Je hebt een plek op het congres. Kom je nog? Laat het ons weten, dan blijft er "
                "geen stoel leeg."
            ),
        ),
        _SAID,
    ),
    MailKind(
        "reconfirm_again",
        _("De vraag of iemand nog komt, de tweede keer"),
        Words(
            _("Nog even: kom je? {congres}"),
            _("We vroegen je of je nog komt. We hebben nog geen antwoord van je."),
        ),
        _SAID,
    ),
    MailKind(
        "thanks",
        _("Bedankje na het congres"),
        Words(
            _("Bedankt: {congres}"),
            _("Het congres is voorbij. Was je erbij? Dank je wel, fijn dat je er was."),
        ),
        _SAID,
    ),
    MailKind(
        "cancelled",
        _("Bevestiging van de afmelding"),
        Words(
            _("Je bent afgemeld: {congres}"),
            _("Je aanmelding voor het congres is afgezegd. Jammer dat je er niet bij bent."),
        ),
        _SAID,
    ),
    MailKind(
        "new_address",
        _("Bericht aan een verbeterd e-mailadres"),
        Words(
            _("Je aanmelding: {congres}"),
            _(
                "We hebben je e-mailadres verbeterd. Voortaan krijg je onze mail hier. "
                "De links en kaartjes van eerdere mails werken niet meer: dit zijn de nieuwe."
            ),
        ),
        _SAID,
    ),
    MailKind(
        "link_again",
        _("De link, nog een keer"),
        Words(
            _("De link naar je aanmelding: {congres}"),
            _("Je vroeg om de link naar je aanmelding. Hier is hij."),
        ),
        _SAID,
    ),
    MailKind(
        "already_registered",
        _("Bericht na een tweede aanmelding"),
        Words(
            _("Je was al aangemeld: {congres}"),
            _(
                "Iemand heeft je e-mailadres nog een keer aangemeld voor dit congres. "
                "Waarschijnlijk was je dat zelf. We hebben niets veranderd: je eerste aanmelding "
                "blijft staan."
            ),
        ),
        _SAID,
    ),
)
# What organisers write to a selection of participants: their words, no standard.
MESSAGE = MailKind("message", _("Mail deelnemers"), Words("", ""), _SAID)
KINDS = {kind.id: kind for kind in _KINDS}
