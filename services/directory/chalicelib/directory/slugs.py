"""The words in an entry's address."""

import re

from shared.words import fold

RESERVED_SLUGS = frozenset(
    {
        "aanmelden",
        "aanmelding",
        "api",
        "beheer",
        "bedankt",
        "kaart",
        "lijst",
        "mijn",
        "nieuw",
        "static",
        "zoek",
    }
)
"""Words that stand in the path where a slug could stand."""

_SLUG_LENGTH = 60


def slug_of(name: str) -> str:
    """The slug a name asks for, never empty and never a reserved word."""
    slug = re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:_SLUG_LENGTH].strip("-")
    if not slug:
        return "lid"
    return f"{slug}-lid" if slug in RESERVED_SLUGS else slug


def slug_choice(name: str, attempt: int) -> str:
    """The slug to try after `attempt` were taken: de-evenaar, de-evenaar-2, de-evenaar-3."""
    slug = slug_of(name)
    return slug if attempt == 0 else f"{slug}-{attempt + 1}"
