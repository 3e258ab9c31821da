"""The network's logo: sent to the bucket by the browser, and shown once we have looked at it."""

from chalicelib.platform.collaborators import clock
from chalicelib.platform.logos import ACCEPTED, Logos, Upload, new_upload, upload_named
from chalicelib.platform.pages.routing import desk_router
from chalicelib.platform.pages.settings import MAY_OWN, SETTINGS, version_seen, who
from chalicelib.platform.usecases.settings import Overtaken, change_logo, remove_logo
from shared import network
from shared.errors import Invalid, NotFound
from shared.http import Answer, Html, Request, SeeOther
from shared.pages import link, render, say
from shared.settings import Settings, load
from shared.texts import later as _

LOGO = f"{SETTINGS}/logo"
SENT = "verstuurd"
GONE = _("Het bestand is niet aangekomen, of al gebruikt. Kies het opnieuw.")

logos = Logos()


@desk_router.page(LOGO, access=MAY_OWN)
def logo_page(request: Request) -> Answer:
    """First the form for the file. Once it is sent: a button, since a GET changes nothing."""
    upload = upload_named(request.query.get(SENT, ""))
    return _page(request, upload)


@desk_router.form(LOGO, access=MAY_OWN)
def use_logo(request: Request) -> Answer:
    """Show the file that was sent, if it is an image that can be a logo."""
    upload = upload_named(request.form.get(SENT, ""))
    if upload is None:
        raise NotFound
    try:
        change_logo(clock, who(request), logos, upload, version_seen(request))
    except Overtaken as error:
        return _page(request, upload, {"": error.title}, Overtaken.status)
    except NotFound:
        return _page(request, None, {"file": GONE}, Invalid.status)
    except Invalid as invalid:
        return _page(request, None, invalid.fields, Invalid.status)
    return _done(request, _("Het logo is veranderd. Na een minuut staat het overal."))


@desk_router.form(f"{LOGO}/verwijderen", access=MAY_OWN)
def remove(request: Request) -> Answer:
    """Go back to Plekken's own sign."""
    try:
        remove_logo(clock, who(request), logos, version_seen(request))
    except Overtaken as error:
        return _page(request, None, {"": error.title}, Overtaken.status)
    return _done(request, _("Het logo is verwijderd."))


def _done(request: Request, text: str) -> Answer:
    return SeeOther(link(SETTINGS, request.language), flash=say(request, text))


def _page(
    request: Request,
    upload: Upload | None,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Answer:
    found = load(Settings)
    form = None
    if upload is None:
        fresh = new_upload(clock)
        back = link(LOGO, request.language, **{SENT: fresh.id})
        form = logos.form(fresh, found.origin + back)
    text = render(
        request,
        "settings_logo.html",
        form=form,
        upload=upload,
        accept=ACCEPTED,
        version=network.newest().version,
        errors={name: say(request, one) for name, one in (errors or {}).items()},
    )
    return Html(text, status=status, policy={"form-action": found.upload_origin})
