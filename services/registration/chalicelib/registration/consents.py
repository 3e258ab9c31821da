"""The words people agree to, each with the version that is kept with their consent.

Changing a text means giving it a new version; the old one stays in `ACCEPTED` for as long as a
form that showed it can still be open in somebody's browser.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from shared.consent import Consent
from shared.texts import later as _


class ConsentText(Struct, frozen=True):
    """A text with its version and its purpose; `text` is a Dutch message id."""

    version: str
    purpose: str
    text: str

    def given(self, at: datetime) -> Consent:
        """The consent that somebody gives to this text `at` a moment in UTC."""
        return Consent(text_version=self.version, purpose=self.purpose, given_at=at)


CONGRESS = ConsentText(
    "congres-1",
    "registration",
    _(
        "Ja, jullie mogen mijn gegevens gebruiken voor dit congres. "
        "30 dagen na het congres wissen jullie ze. "
        "Mijn wensen voor de lunch en wat ik nodig heb, wissen jullie al na 7 dagen."
    ),
)
BY_ORGANISER = ConsentText(
    "congres-organisator-1",
    "registration",
    _(
        "Ja, ik heb de deelnemer verteld dat we deze gegevens voor het congres gebruiken en 30 "
        "dagen erna wissen, de wensen voor de lunch en wat iemand nodig heeft al na 7 dagen. "
        "De deelnemer vindt dat goed."
    ),
)
DIRECTORY = ConsentText(
    "ledengids-1",
    "directory",
    _(
        "Zet mij in de ledengids. Jullie geven mijn naam, mijn e-mailadres en wat ik hieronder "
        "invul door aan de ledengids. Een organisator bekijkt het eerst. Daarna krijg ik een mail "
        "om het zelf af te maken, en een uitnodiging om documenten te delen."
    ),
)
ACCEPTED = {CONGRESS.version: CONGRESS}
