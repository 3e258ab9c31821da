"""The mails to participants and organisers, composed from the current state by the mail worker.

Whoever calls these has taken care of "once per person and reason"; nothing here reads or writes.
"""

from __future__ import annotations

from typing import Any

from chalicelib.registration import calendar_file
from chalicelib.registration.domain import CONGRESS, Definition, Registration, text
from chalicelib.registration.views import line_views
from shared import auth, pages
from shared.mail import Attachment, Mail
from shared.network import network
from shared.settings import Settings, load
from shared.texts import later as _

SERVICE = "registration"
MANAGE_PATH = "/congres/aanmelding"


def manage_link(registration: Registration) -> str:
    """Return the address that opens this registration until its link version is raised."""
    token = auth.sign_link("registration", registration.id, registration.link_version)
    address: str = pages.link(MANAGE_PATH, registration.language, sleutel=token)
    return f"{load(Settings).origin}{address}"


def confirmation(definition: Definition, registration: Registration) -> Mail:
    """Say that there is a seat, with the appointment for a calendar."""
    return _to_participant(
        "confirmation",
        _("Je bent aangemeld: %(congress)s"),
        definition,
        registration,
        [_appointment(definition, registration)],
    )


def waiting(definition: Definition, registration: Registration) -> Mail:
    """Say that the congress is full and where in line this person stands."""
    subject = _("Je staat op de wachtlijst: %(congress)s")
    return _to_participant("waiting", subject, definition, registration)


def promoted(definition: Definition, registration: Registration, line: str = CONGRESS) -> Mail:
    """Say that the wait for `line` (the congress, or the id of a session) is over."""
    if line == CONGRESS:
        return _to_participant(
            "promoted",
            _("Je hebt een plek: %(congress)s"),
            definition,
            registration,
            [_appointment(definition, registration)],
        )
    session = definition.sessions().get(line)
    return _to_participant(
        "promoted_session",
        _("Je hebt een plek in je sessie: %(congress)s"),
        definition,
        registration,
        session=text(session.title, registration.language) if session else "",
    )


def changed(definition: Definition, registration: Registration) -> Mail:
    """Say how the registration stands after its holder changed it."""
    subject = _("Je aanmelding is veranderd: %(congress)s")
    return _to_participant("changed", subject, definition, registration)


def cancelled(definition: Definition, registration: Registration) -> Mail:
    """Say that the registration has ended, and take the appointment out of the calendar."""
    return _to_participant(
        "cancelled",
        _("Je bent afgemeld: %(congress)s"),
        definition,
        registration,
        [_appointment(definition, registration, cancelled=True)],
    )


def link_again(definition: Definition, registration: Registration) -> Mail:
    """Give the manage link to somebody who asked for it."""
    subject = _("De link naar je aanmelding: %(congress)s")
    return _to_participant("link_again", subject, definition, registration)


def already_registered(definition: Definition, registration: Registration) -> Mail:
    """Tell the owner of an address that it was used to register a second time."""
    subject = _("Je was al aangemeld: %(congress)s")
    return _to_participant("already_registered", subject, definition, registration)


def organiser_notice(
    organiser: auth.Organiser, definition: Definition, registration: Registration
) -> Mail:
    """Tell an organiser that somebody registered."""
    language = "nl"  # organisers have no language of their own yet
    audiences = {one.id: text(one.title, language) for one in definition.audiences}
    origin = load(Settings).origin
    return _mail(
        "organiser_notice",
        _("Nieuwe aanmelding: %(congress)s"),
        to=organiser.email,
        language=language,
        definition=definition,
        organiser_name=organiser.name,
        registration=registration,
        audience=audiences.get(registration.audience, registration.audience),
        lines=line_views(registration.lines, definition, language),
        href=f"{origin}/congres/beheer/{definition.id}",
    )


def _to_participant(
    template: str,
    subject: str,
    definition: Definition,
    registration: Registration,
    attachments: list[Attachment] | None = None,
    **context: Any,
) -> Mail:
    return _mail(
        template,
        subject,
        to=registration.email,
        language=registration.language,
        definition=definition,
        attachments=attachments or [],
        registration=registration,
        lines=line_views(registration.lines, definition, registration.language),
        manage_link=manage_link(registration),
        page=load(Settings).origin + pages.link(f"/congres/{definition.id}", registration.language),
        **context,
    )


def _mail(
    template: str,
    subject: str,
    *,
    to: str,
    language: str,
    definition: Definition,
    attachments: list[Attachment] | None = None,
    **context: Any,
) -> Mail:
    congress = text(definition.title, language)
    context |= {"definition": definition, "congress": congress}
    return Mail(
        to=to,
        subject=pages.translate(SERVICE, language, subject) % {"congress": congress},
        text=pages.render_plain(SERVICE, f"mail/{template}.txt", language, **context),
        html=pages.render_plain(SERVICE, f"mail/{template}.html", language, **context),
        language=language,
        attachments=attachments or [],
    )


def _appointment(
    definition: Definition, registration: Registration, *, cancelled: bool = False
) -> Attachment:
    method: calendar_file.Method = "CANCEL" if cancelled else "REQUEST"
    data = calendar_file.appointment(
        definition,
        registration,
        method=method,
        organiser_name=network().name,
        organiser_address=network().contact,
        url=load(Settings).origin + f"/congres/{definition.id}",
    )
    return Attachment("congres.ics", f"text/calendar; method={method}; charset=utf-8", data)
