"""The network's settings, changed by one owner at a time."""

from msgspec.structs import replace

from chalicelib.platform.domain.images import Image
from chalicelib.platform.logos import Logos, Upload
from shared import auth, network
from shared.auth import Organiser
from shared.clock import Clock
from shared.errors import Conflict, NotFound
from shared.network import Network
from shared.texts import later as _
from shared.transactions import Refused, Transaction

__all__ = ["change_logo", "change_settings", "remove_logo"]

HEAD_HEIGHT = 36  # pixels that the head of every page gives a logo


class Overtaken(Conflict):
    """Another owner changed the settings first."""

    code = "overtaken"
    title = _("Iemand anders heeft de instellingen net veranderd.")


def change_settings(clock: Clock, by: Organiser, wanted: Network) -> None:
    """Make it `wanted`, whose version is the one that was looked at. Raises Overtaken."""
    _change(clock, by, wanted, "network.changed")


def change_logo(clock: Clock, by: Organiser, logos: Logos, upload: Upload, version: int) -> None:
    """Show an uploaded image in the head of every page.

    Raises Overtaken, and NotFound when the upload is not there (any more).
    """
    found = logos.read(upload)
    if found is None:
        raise NotFound
    data, image = found
    before = network.newest()
    logo = logos.keep(upload, data, image)
    wanted = replace(before, version=version, logo=logo, logo_width=_width(image))
    _change(clock, by, wanted, "network.logo_changed")
    if before.logo not in ("", logo):
        logos.remove(before.logo)
    logos.forget(upload)


def remove_logo(clock: Clock, by: Organiser, logos: Logos, version: int) -> None:
    """Show Plekken's own sign again. Raises Overtaken."""
    before = network.newest()
    _change(clock, by, replace(before, version=version, logo=""), "network.logo_removed")
    if before.logo:
        logos.remove(before.logo)


def _change(clock: Clock, by: Organiser, wanted: Network, action: str) -> None:
    transaction = Transaction()
    network.change(transaction, wanted)
    auth.audited(by, action, "network", clock)(transaction)
    try:
        transaction.commit()
    except Refused as refused:
        raise Overtaken from refused
    finally:
        network.forget()


def _width(image: Image) -> int:
    return max(1, round(image.width * HEAD_HEIGHT / image.height))
