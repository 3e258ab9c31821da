"""What somebody agreed to, when, and in which words."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Consent:
    """One consent: the version of the text that was shown, its purpose, and the moment (UTC)."""

    text_version: str
    purpose: str
    given_at: datetime
