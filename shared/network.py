"""The network's own settings: what it is called and how to reach it."""

import time

import msgspec

from shared.access import NetworkItem

_KEY = "NETWORK"
_FRESH = 60.0  # seconds that a Lambda may show an old name


class Network(msgspec.Struct, frozen=True, kw_only=True):
    """Shown on every page and in every mail."""

    name: str = "Plekken"
    tagline: str = ""
    contact: str = "organisatie@example.org"


_cached: tuple[float, Network] | None = None


def network() -> Network:
    """The settings, read at most once a minute."""
    global _cached  # noqa: PLW0603 - one value per process
    if _cached is None or time.monotonic() - _cached[0] > _FRESH:
        item = next(iter(NetworkItem.query(_KEY, limit=1)), None)
        found = msgspec.convert(item.settings, Network) if item else Network()
        _cached = (time.monotonic(), found)
    return _cached[1]


def save(settings: Network) -> None:
    """Change the settings."""
    forget()
    NetworkItem(_KEY, _KEY, settings=msgspec.to_builtins(settings)).save()


def forget() -> None:
    """Read anew at the next use."""
    global _cached  # noqa: PLW0603 - one value per process
    _cached = None
