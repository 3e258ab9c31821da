"""The mails to partners whose words organisers may change, with the standard words."""

from shared.mail_texts import MailKind, Words
from shared.texts import later as _

_SAID = {"lid": _("de naam van het lid"), "netwerk": _("de naam van het netwerk")}
_ABOUT_DOCUMENT = {**_SAID, "document": _("de titel van het document")}

_KINDS = (
    MailKind(
        "invitation",
        _("Uitnodiging om te delen"),
        Words(
            _("Deel je documenten"),
            _(
                "{lid} staat in de ledengids. Welkom!\n\n"
                "Je kunt nu ook documenten delen met het netwerk: ideeën, projectplannen, "
                "statuten, informatie over subsidies, en beeld. Wij bekijken elk bestand voordat "
                "het op de website komt."
            ),
        ),
        _SAID,
    ),
    MailKind(
        "published",
        _("Een document staat op de website"),
        Words(
            _("Je document staat op de website"),
            _("“{document}” staat nu bij de documenten. Dank je wel voor het delen!"),
        ),
        _ABOUT_DOCUMENT,
    ),
    MailKind(
        "declined",
        _("Een document is niet geplaatst"),
        Words(
            _("Je document is niet geplaatst"),
            _("“{document}” hebben we niet op de website gezet."),
        ),
        _ABOUT_DOCUMENT,
    ),
    MailKind(
        "withdrawn",
        _("Een document is van de website gehaald"),
        Words(
            _("Je document is van de website gehaald"),
            _("“{document}” staat niet meer op de website."),
        ),
        _ABOUT_DOCUMENT,
    ),
)
KINDS = {kind.id: kind for kind in _KINDS}
