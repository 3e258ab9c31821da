"""From typed text to a profile: every rule about a field, with a sentence a person understands.

The page, the JSON interface, the operator's file and a hand-over all come through here.
"""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from msgspec import Struct

from chalicelib.directory.domain import Contact, Kind, Profile, Theme
from shared.email_address import NotAnAddress, normalise
from shared.errors import Invalid
from shared.texts import later as _
from shared.typed_text import clean

MOST_THEMES = 5
LONGEST = {
    "name": 100,
    "place": 60,
    "district": 60,
    "website": 200,
    "about": 1500,
    "email": 254,
    "phone": 30,
    "latitude": 20,
    "longitude": 20,
}
"""Characters per field."""

_PHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{5,}")
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]+", re.IGNORECASE)


class Typed(Struct):
    """What somebody typed, and what turned out to be wrong with it."""

    texts: Mapping[str, str]
    themes: Sequence[str] = ()
    ticked: frozenset[str] = frozenset()
    errors: dict[str, str] = {}

    def text(self, name: str, *, missing: str = "", lines: bool = False) -> str:
        """One field, cleaned; notes `missing` when it is empty and when it is too long."""
        typed = self.texts.get(name, "")
        text = clean(typed, lines=lines)
        if not text and missing:
            self.errors[name] = missing
        # As the browser and the interface's document count: before anything is taken away.
        elif len(typed.replace("\r\n", "\n")) > LONGEST[name]:
            self.errors[name] = _("Dit is te lang. Maak het korter.")
        return text


def read_profile(typed: Typed) -> Profile:
    """The profile that was typed; errors are noted in `typed`."""
    return Profile(
        name=_name(typed),
        kind=_kind(typed),
        place=typed.text("place", missing=_("Vul een plaats in.")),
        district=typed.text("district"),
        website=_website(typed),
        about=typed.text("about", lines=True),
        themes=_themes(typed),
        latitude=_degrees(typed, "latitude", 90),
        longitude=_degrees(typed, "longitude", 180),
    )


def read_contact(typed: Typed, *, required: bool = True) -> Contact:
    """The contact details that were typed; errors are noted in `typed`."""
    missing = _("Vul je e-mailadres in.") if required else ""
    email = _email(typed, missing)
    phone = typed.text("phone")
    if phone and "phone" not in typed.errors and not _PHONE.fullmatch(phone):
        typed.errors["phone"] = _("Dit is geen telefoonnummer. Een voorbeeld: 030 123 45 67.")
    return Contact(email, phone, "email_public" in typed.ticked, "phone_public" in typed.ticked)


def _email(typed: Typed, missing: str) -> str:
    email = typed.text("email", missing=missing)
    if not email or "email" in typed.errors:
        return email
    try:
        return normalise(email)
    except NotAnAddress:
        typed.errors["email"] = _("Dit is geen e-mailadres. Een voorbeeld: naam@example.org.")
        return email


def refuse_errors(typed: Typed) -> None:
    """Raise Invalid when anything was wrong."""
    if typed.errors:
        raise Invalid(fields=typed.errors)


def _name(typed: Typed) -> str:
    name = typed.text("name", missing=_("Vul de naam in."))
    if name and not any(character.isalnum() for character in name):
        typed.errors["name"] = _("Een naam heeft ten minste één letter of cijfer.")
    return name


def _kind(typed: Typed) -> Kind:
    try:
        return Kind(typed.texts.get("kind", ""))
    except ValueError:
        typed.errors["kind"] = _("Kies wat het beste past.")
        return Kind.ORGANISATION


def _themes(typed: Typed) -> tuple[Theme, ...]:
    known = {theme.value for theme in Theme}
    if any(name not in known for name in typed.themes):
        typed.errors["themes"] = _("Kies alleen thema’s uit de lijst.")
        return ()
    if len(set(typed.themes)) > MOST_THEMES:
        typed.errors["themes"] = _("Kies ten hoogste vijf thema’s.")
    return tuple(theme for theme in Theme if theme.value in typed.themes)


def _website(typed: Typed) -> str:
    text = typed.text("website")
    if not text or "website" in typed.errors:
        return text
    address = text if "://" in text else f"https://{text}"
    if not _is_web_address(address):
        typed.errors["website"] = _("Dit is geen webadres. Een voorbeeld: https://example.org.")
    return address


def _is_web_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    plain = not parts.username and not parts.password and " " not in address and port != 0
    return parts.scheme in ("http", "https") and plain and bool(_HOST.fullmatch(host))


def _degrees(typed: Typed, name: str, most: int) -> float | None:
    text = typed.text(name).replace(",", ".")
    if not text or name in typed.errors:
        return None
    try:
        degrees = round(float(text), 6)
    except ValueError:
        degrees = float("nan")
    if not -most <= degrees <= most:
        typed.errors[name] = _("Vul graden in, zoals 52.0907.")
        return None
    return degrees
