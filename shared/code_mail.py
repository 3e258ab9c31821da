"""The mail with a code and a link to sign in with, the same in every service."""

from shared.auth.codes import Minted
from shared.mail import Mail
from shared.network import network
from shared.pages import link, render_plain, translate
from shared.request import MEMBER_HOMES
from shared.settings import Settings, load
from shared.texts import later as _

SUBJECT = _("Je code om in te loggen bij %(network)s")


def compose_code(service: str, to: str, language: str, minted: Minted) -> Mail:
    """The mail to `to`, in the language of the page that asked for it."""
    path = link(f"{MEMBER_HOMES[service]}/link", language, sleutel=minted.link)
    subject = translate(service, language, SUBJECT) % {"network": network().name}
    half = len(minted.code) // 2
    html, text = (
        render_plain(
            service,
            f"mail/code.{form}",
            language,
            subject=subject,
            code=f"{minted.code[:half]} {minted.code[half:]}",
            address=load(Settings).origin + path,
        )
        for form in ("html", "txt")
    )
    return Mail(to=to, subject=subject, text=text, html=html, language=language)
