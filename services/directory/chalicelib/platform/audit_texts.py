"""What the actions in the audit log are called, and where what they are about can be seen."""

from collections.abc import Mapping
from urllib.parse import quote

from shared.auth import PLATFORM
from shared.texts import later as _

SUBJECTS: Mapping[str, str] = {
    "event.": _("Congressen"),
    "registration.": _("Aanmeldingen"),
    "member.": _("Leden"),
    "document.": _("Documenten"),
    "organiser.": _("Mensen"),
    "account.": _("Eigen account"),
    "network.": _("Instellingen"),
    "mail_text.": _("Mailteksten"),
    "notices.": _("Meldingen"),
    "queue.": _("Wachtrijen"),
    "message.": _("Vastgelopen berichten"),
    "audit.": _("Logboek"),
}

ACTIONS: Mapping[str, str] = {
    "event.created": _("congres gemaakt"),
    "event.changed": _("congres veranderd"),
    "event.published": _("congres online gezet"),
    "event.unpublished": _("congres offline gezet"),
    "event.closed": _("aanmelden gesloten"),
    "event.reopened": _("aanmelden weer geopend"),
    "event.mailed": _("deelnemers gemaild"),
    "event.deleted": _("concept gewist"),
    "registration.cancelled": _("aanmelding afgezegd"),
    "registration.confirmed": _("aanmelding bevestigd"),
    "registration.entered": _("deelnemer aangemeld"),
    "registration.changed": _("aanmelding veranderd"),
    "registration.address_corrected": _("e-mailadres verbeterd"),
    "registration.noted": _("notitie geschreven"),
    "registration.address_cleared": _("e-mailadres weer in gebruik"),
    "registration.exported": _("deelnemerslijst gedownload"),
    "registration.door_list": _("lijst voor de deur gedownload"),
    "registration.checked_in": _("deelnemers ingecheckt"),
    "member.reopened": _("afwijzing van een lid teruggedraaid"),
    "member.approved": _("lid goedgekeurd"),
    "member.changed": _("lid veranderd"),
    "member.declined": _("lid afgewezen"),
    "member.withdrawn": _("lid uit de ledengids gehaald"),
    "document.published": _("document op de website gezet"),
    "document.declined": _("document afgewezen"),
    "document.withdrawn": _("document van de website gehaald"),
    "organiser.invited": _("organisator uitgenodigd"),
    "organiser.invited_again": _("organisator opnieuw uitgenodigd"),
    "organiser.changed": _("naam of rollen van een organisator veranderd"),
    "organiser.removed": _("organisator verwijderd"),
    "organiser.second_step_reset": _("tweede stap van een organisator weggehaald"),
    "organiser.sessions_ended": _("organisator overal uitgelogd"),
    "account.renamed": _("eigen naam veranderd"),
    "account.signed_in": _("ingelogd"),
    "account.signed_out_everywhere": _("zelf overal uitgelogd"),
    "account.password_changed": _("eigen wachtwoord veranderd"),
    "account.password_reset": _("nieuw wachtwoord gekozen met een mail"),
    "account.app_added": _("tweede stap aangezet"),
    "account.app_removed": _("tweede stap uitgezet"),
    "network.changed": _("instellingen veranderd"),
    "network.logo_changed": _("logo veranderd"),
    "network.logo_removed": _("logo weggehaald"),
    "mail_text.changed": _("mailtekst veranderd"),
    "mail_text.tested": _("proefmail verstuurd"),
    "notices.team_changed": _("meldingen aan het team veranderd"),
    "queue.redriven": _("vastgelopen berichten teruggezet"),
    "message.dropped": _("vastgelopen bericht weggegooid"),
    "audit.exported": _("logboek gedownload"),
}

# What somebody must be allowed to read to follow the link, and the page.
_PLACES: Mapping[str, tuple[str, str]] = {
    "event.": ("registration", "/congres/beheer/%s"),
    "member.": ("directory", "/leden/beheer/%s"),
    "document.": ("documents", "/documenten/beheer/%s"),
    "organiser.": (PLATFORM, "/beheer/mensen/%s"),
    "account.": (PLATFORM, "/beheer/mensen/%s"),
    "network.": (PLATFORM, "/beheer/instellingen"),
    "queue.": (PLATFORM, "/beheer/werking"),
}
_OWN_PLACES: Mapping[str, tuple[str, str]] = {
    "registration.exported": ("registration", "/congres/beheer/%s"),
    "registration.door_list": ("registration", "/congres/beheer/%s"),
    "registration.checked_in": ("registration", "/congres/beheer/%s"),
}
_GONE = {"event.deleted", "organiser.removed"}


def place_of(action: str, item: str) -> tuple[str, str]:
    """Whose page shows the item, and its path; both "" when there is none."""
    subject = action.partition(".")[0] + "."
    if action in _GONE:
        return "", ""
    service, path = _OWN_PLACES.get(action) or _PLACES.get(subject, ("", ""))
    return service, path.replace("%s", quote(item, safe=""))
