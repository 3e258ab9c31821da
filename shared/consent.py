"""What somebody agreed to, when, and in which words."""

from datetime import datetime

from msgspec import Struct


class Consent(Struct, frozen=True):
    """One consent: the version of the text that was shown, its purpose, and the moment (UTC)."""

    text_version: str
    purpose: str
    given_at: datetime
