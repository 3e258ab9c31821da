"""The network's settings: its name and look, and who its mails come from."""

from collections.abc import Mapping

from msgspec.structs import replace

from chalicelib.platform.collaborators import clock
from chalicelib.platform.domain.settings_form import LONGEST, Typed, read_settings
from chalicelib.platform.pages.routing import desk_router
from chalicelib.platform.usecases.settings import Overtaken, change_settings
from shared import auth, network
from shared.errors import Invalid, SignInNeeded
from shared.http import Answer, Html, Request, SeeOther, organiser
from shared.network import Network
from shared.pages import link, render, say
from shared.settings import Settings, load
from shared.texts import later as _
from shared.typed_text import Wrong

SETTINGS = "/beheer/instellingen"
MAY_OWN = organiser(auth.PLATFORM, "own")
SHOWN = {
    "name": _("Naam"),
    "tagline": _("Slogan"),
    "contact": _("Contactadres"),
    "main_colour": _("Hoofdkleur"),
    "accent_colour": _("Accentkleur"),
    "sender_name": _("Naam van de afzender"),
    "reply_to": _("Antwoordadres"),
    "require_totp": _("Inloggen met een app"),
}
MOST_DIGITS = 9


@desk_router.page(SETTINGS, access=MAY_OWN)
def settings(request: Request) -> Answer:
    """The settings as they are now."""
    return Html(_page(request, network.newest(), {}))


@desk_router.form(SETTINGS, access=MAY_OWN)
def change(request: Request) -> Answer:
    """Save the settings, or show the page in the colours that were typed."""
    current = network.newest()
    typed = Typed(request.form)
    wanted = read_settings(typed, current)
    if typed.errors:
        text = _page(request, wanted, typed.errors, version=version_seen(request))
        return Html(text, status=Invalid.status)
    if request.form.get("do") == "preview":
        text = _page(request, wanted, {}, version=version_seen(request), preview=wanted.colours)
        return Html(text)
    try:
        change_settings(clock, who(request), replace(wanted, version=version_seen(request)))
    except Overtaken as error:
        newest = network.newest()
        notice = say(request, error.title)
        changed = _differences(request, newest, wanted)
        text = _page(request, wanted, {}, version=newest.version, notice=notice, changed=changed)
        return Html(text, status=Overtaken.status)
    flash = say(request, _("De instellingen zijn bewaard. Na een minuut staan ze overal."))
    return SeeOther(link(SETTINGS, request.language), flash=flash)


def who(request: Request) -> auth.Organiser:
    """The owner at work. Raises SignInNeeded."""
    if request.organiser is None:
        raise SignInNeeded
    return request.organiser


def version_seen(request: Request) -> int:
    """The version that the owner was looking at. Raises Invalid without one."""
    text = request.form.get("version", "")
    if not text.isascii() or not text.isdigit() or len(text) > MOST_DIGITS:
        raise Invalid(
            "version_missing", _("Deze pagina is te oud. Ververs hem en probeer opnieuw.")
        )
    return int(text)


def _page(
    request: Request,
    shown: Network,
    errors: Mapping[str, Wrong],
    *,
    version: int | None = None,
    preview: str = "",
    notice: str = "",
    changed: list[tuple[str, str]] | None = None,
) -> str:
    values = {name: _as_typed(getattr(shown, name)) for name in SHOWN}
    wrong = {name: say(request, one.text) % one.values for name, one in errors.items()}
    return render(
        request,
        "settings.html",
        values=values if not wrong else {**values, **request.form},
        errors=wrong,
        version=shown.version if version is None else version,
        longest=LONGEST,
        preview=preview,
        notice=notice,
        changed=changed or [],
        logo=shown.logo,
        mail_from=load(Settings).mail_from,
    )


def _differences(request: Request, newest: Network, wanted: Network) -> list[tuple[str, str]]:
    """What stands there now and was typed differently: labels and texts."""
    return [
        (say(request, label), _as_typed(getattr(newest, name)) or "–")
        for name, label in SHOWN.items()
        if getattr(newest, name) != getattr(wanted, name)
    ]


def _as_typed(value: object) -> str:
    if isinstance(value, bool):
        return "ja" if value else ""
    return str(value)
