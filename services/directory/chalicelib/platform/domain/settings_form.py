"""From typed text to the network's settings: every rule about a field, in words for its owner."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from chalicelib.platform.domain import colours
from shared.email_address import NotAnAddress, normalise
from shared.network import Network
from shared.texts import later as _
from shared.typed_text import Wrong, clean

LONGEST = {"name": 60, "tagline": 120, "sender_name": 60}
TOO_LONG = _("Dit is te lang. Maak het korter.")
NOT_AN_ADDRESS = _("Dit is geen e-mailadres. Een voorbeeld: organisatie@example.org.")
NOT_A_COLOUR = _("Een kleur is een # met zes tekens: cijfers en a tot en met f. Zoals #0b4a3e.")
MAIN_UNREADABLE = _(
    "Tekst op deze kleur is niet goed te lezen: het contrast is %(whole)s,%(tenth)s op 1, en 4,5 "
    "is nodig. De kleur die er het meest op lijkt en wel kan: %(instead)s."
)
ACCENT_UNREADABLE = _(
    "Deze kleur valt weg bij de hoofdkleur of bij donkere tekst: het contrast is "
    "%(whole)s,%(tenth)s op 1, en 4,5 is nodig. De kleur die er het meest op lijkt en wel kan: "
    "%(instead)s."
)


class Typed(Struct):
    """What an owner typed, and what turned out to be wrong with it."""

    texts: Mapping[str, str]
    errors: dict[str, Wrong] = {}

    def text(self, name: str, missing: str = "") -> str:
        """One line, cleaned."""
        text = clean(self.texts.get(name, ""))
        if not text and missing:
            self.errors[name] = Wrong(missing)
        elif len(text) > LONGEST[name]:
            self.errors[name] = Wrong(TOO_LONG)
        return text

    def address(self, name: str, missing: str = "") -> str:
        """An e-mail address, or "" where it may be left out."""
        text = self.texts.get(name, "").strip()
        if not text:
            if missing:
                self.errors[name] = Wrong(missing)
            return ""
        try:
            return normalise(text)
        except NotAnAddress:
            self.errors[name] = Wrong(NOT_AN_ADDRESS)
            return text

    def colour(self, name: str) -> str:
        """`#rrggbb`, or "" for the standard colour."""
        text = self.texts.get(name, "").strip().lower()
        if text and not text.startswith("#"):
            text = f"#{text}"
        if text and not colours.is_colour(text):
            self.errors[name] = Wrong(NOT_A_COLOUR)
        return text


def read_settings(typed: Typed, current: Network) -> Network:
    """`current` with what was typed over it; errors are noted in `typed`."""
    wanted = msgspec.structs.replace(
        current,
        name=typed.text("name", _("Vul een naam in.")),
        tagline=typed.text("tagline"),
        contact=typed.address("contact", _("Vul een e-mailadres in.")),
        sender_name=typed.text("sender_name"),
        reply_to=typed.address("reply_to"),
        main_colour=typed.colour("main_colour"),
        accent_colour=typed.colour("accent_colour"),
        require_totp=typed.texts.get("require_totp") == "ja",
    )
    if not typed.errors.keys() & {"main_colour", "accent_colour"}:
        typed.errors |= judge_colours(wanted.main_colour, wanted.accent_colour)
    return wanted


def judge_colours(main: str, accent: str) -> dict[str, Wrong]:
    """What is wrong with two colours, of which either may be the standard one ("")."""
    wrong_main = colours.judge_main(main) if main else None
    if wrong_main:  # the accent is judged on it, once it is another one
        return {"main_colour": _unreadable(MAIN_UNREADABLE, wrong_main)}
    wrong_accent = colours.judge_accent(accent, main) if accent else None
    if wrong_accent:
        return {"accent_colour": _unreadable(ACCENT_UNREADABLE, wrong_accent)}
    return {}


def _unreadable(text: str, found: colours.Unreadable) -> Wrong:
    tenths = int(found.contrast * 10)  # never rounded up to what would be enough
    whole, tenth = divmod(tenths, 10)
    return Wrong(text, {"whole": str(whole), "tenth": str(tenth), "instead": found.instead})
