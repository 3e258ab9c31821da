"""The mails to members whose words organisers may change, with the standard words."""

from shared.mail_texts import MailKind, Words
from shared.texts import later as _

_PUBLISHED = MailKind(
    "member_published",
    _("Een vermelding staat in de gids"),
    Words(
        _("{lid} staat in de ledengids van {netwerk}"),
        _("Goed nieuws: je staat in de ledengids. Anderen in het netwerk kunnen je nu vinden."),
    ),
    {"lid": _("de naam van het lid"), "netwerk": _("de naam van het netwerk")},
)
KINDS = {_PUBLISHED.id: _PUBLISHED}
