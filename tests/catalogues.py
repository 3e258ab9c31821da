"""What people read, in both languages: tests say it in Dutch and find the English themselves."""

from functools import cache
from typing import Any

from babel.messages.pofile import read_po

from infra.paths import ROOT

# Whose words win where two packages have the same Dutch text: first the pages of the congresses.
_CATALOGUES = (
    "services/registration/chalicelib/registration",
    "shared",
    "services/directory/chalicelib/platform",
)


def say(language: str, dutch: str, **values: Any) -> str:
    """The message id `dutch` in `language`, filled in. Fails when no catalogue has it."""
    text = _english()[dutch] if language == "en" else dutch
    assert dutch in _english(), f"nothing of ours says {dutch!r}"
    return text % values if values else text


@cache
def _english() -> dict[str, str]:
    found: dict[str, str] = {}
    for package in reversed(_CATALOGUES):
        path = ROOT / package / "locale/en/LC_MESSAGES/messages.po"
        with path.open("rb") as file:
            entries = [one for one in read_po(file, locale="en") if isinstance(one.id, str)]
        found |= {str(one.id): str(one.string) for one in entries if one.id and one.string}
    return found
