"""The network's own settings: what it is called, how it looks and how to reach it."""

import time
from typing import Any

import msgspec

from shared.access import NetworkItem
from shared.transactions import Transaction

PART = "network"
"""The part of a transaction that is refused when somebody else changed the settings first."""

_KEY = "NETWORK"
_FRESH = 60.0  # seconds that a Lambda may show an old name


class Network(msgspec.Struct, frozen=True, kw_only=True):
    """Shown on every page and in every mail. Every field has a default: older items lack some.

    Colours are `#rrggbb` or "" for the standard ones; `logo` is a path under /static/ or "".
    """

    name: str = "Plekken"
    tagline: str = ""
    contact: str = "organisatie@example.org"
    logo: str = ""
    logo_width: int = 36  # pixels, in the height that the page's head gives it
    main_colour: str = ""
    accent_colour: str = ""
    sender_name: str = ""  # before the address of our mails; "" for the network's name
    reply_to: str = ""  # where an answer to a mail goes; "" for `contact`
    require_totp: bool = False  # organisers sign in with an app besides their password
    version: int = 0

    @property
    def colours(self) -> str:
        """The query of the address at which the style sheet has these colours; "" without own."""
        given = {"main": self.main_colour, "accent": self.accent_colour}
        return "&".join(f"{name}={colour[1:]}" for name, colour in given.items() if colour)


_cached: tuple[float, Network] | None = None


def network() -> Network:
    """The settings, read at most once a minute."""
    global _cached  # noqa: PLW0603 - one value per process
    if _cached is None or time.monotonic() - _cached[0] > _FRESH:
        _cached = (time.monotonic(), _network(_stored(consistent=False)))
    return _cached[1]


def newest() -> Network:
    """The settings as they are at this moment, for who is about to change them."""
    return _network(_stored(consistent=True))


def change(transaction: Transaction, wanted: Network) -> None:
    """Write `wanted` over the version that it was made from, in somebody's transaction.

    `commit` is refused with PART when that is not the version there is. Call `forget` afterwards.
    """
    stored = _stored(consistent=True)
    settings = dict(stored.settings) if stored else {}  # a newer version may have added some
    settings |= msgspec.to_builtins(wanted)
    settings["version"] = wanted.version + 1
    unchanged = (
        NetworkItem.version == wanted.version
        if wanted.version
        else NetworkItem.version.does_not_exist()
    )
    transaction.update(
        NetworkItem(_KEY, _KEY),
        [NetworkItem.settings.set(settings), NetworkItem.version.set(wanted.version + 1)],
        condition=unchanged,
        name=PART,
    )


def forget() -> None:
    """Read anew at the next use."""
    global _cached  # noqa: PLW0603 - one value per process
    _cached = None


def _stored(*, consistent: bool) -> NetworkItem | None:
    return next(iter(NetworkItem.query(_KEY, limit=1, consistent_read=consistent)), None)


def _network(item: NetworkItem | None) -> Network:
    settings: dict[str, Any] = dict(item.settings) if item else {}
    return msgspec.convert(settings, Network)
