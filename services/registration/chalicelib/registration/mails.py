"""The mails to participants and organisers, composed from the current state by the mail worker.

Whoever calls these has taken care of "once per person and reason"; nothing here reads or writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chalicelib.registration import calendar_file, calendar_link, tickets
from chalicelib.registration.domain import (
    CONGRESS,
    Definition,
    Message,
    Registration,
    is_congress,
    text,
)
from chalicelib.registration.mail_kinds import KINDS
from chalicelib.registration.views import line_views
from shared import auth, mail_texts, pages
from shared.library import Shown
from shared.mail import Attachment, Mail
from shared.mail_texts import Words
from shared.network import network
from shared.settings import Settings, load

SERVICE = "registration"
MANAGE_PATH = "/congres/aanmelding"
COMING_PATH = "/congres/aanmelding/kom-je-nog"
CONFIRM_PATH = "/congres/aanmelding/bevestigen"


def manage_link(registration: Registration, path: str = MANAGE_PATH) -> str:
    """Return the address that opens this registration, or its page at `path`, until its link
    version is raised.
    """
    token = auth.sign_link("registration", registration.id, registration.link_version)
    address: str = pages.link(path, registration.language, sleutel=token)
    return f"{load(Settings).origin}{address}"


def confirmation(definition: Definition, registration: Registration) -> Mail:
    """Say that there is a seat, with the appointment for a calendar."""
    return _to_participant(
        "confirmation",
        definition,
        registration,
        [appointment(definition, registration), _ticket(registration)],
    )


def confirm(definition: Definition, registration: Registration) -> Mail:
    """Ask whether the address is theirs, before the seat that is held goes to somebody else."""
    return _to_participant("confirm", definition, registration)


def waiting(definition: Definition, registration: Registration) -> Mail:
    """Say that the congress is full and where in line this person stands."""
    return _to_participant("waiting", definition, registration)


def promoted(definition: Definition, registration: Registration, line: str = CONGRESS) -> Mail:
    """Say that the wait for `line` (the congress, or the id of a session) is over."""
    if is_congress(line):
        return _to_participant(
            "promoted",
            definition,
            registration,
            [appointment(definition, registration), _ticket(registration)],
        )
    session = definition.sessions().get(line)
    return _to_participant(
        "promoted_session",
        definition,
        registration,
        session=text(session.title, registration.language) if session else "",
    )


def changed(definition: Definition, registration: Registration) -> Mail:
    """Say how the registration stands after its holder changed it."""
    return _to_participant("changed", definition, registration)


def cancelled(definition: Definition, registration: Registration) -> Mail:
    """Say that the registration has ended, and take the appointment out of the calendar."""
    return _to_participant(
        "cancelled",
        definition,
        registration,
        [appointment(definition, registration, cancelled=True)],
    )


def new_address(definition: Definition, registration: Registration) -> Mail:
    """Tell the address that an organiser corrected how the registration stands."""
    seated = registration.state == "seated"
    files = [appointment(definition, registration), _ticket(registration)] if seated else []
    return _to_participant("new_address", definition, registration, files)


def link_again(definition: Definition, registration: Registration) -> Mail:
    """Give the manage link to somebody who asked for it."""
    return _to_participant("link_again", definition, registration)


def already_registered(definition: Definition, registration: Registration) -> Mail:
    """Tell the owner of an address that it was used to register a second time."""
    return _to_participant("already_registered", definition, registration)


def reminder(definition: Definition, registration: Registration) -> Mail:
    """Say what is soon, and how to cancel; with the ticket once more."""
    return _to_participant(
        "reminder",
        definition,
        registration,
        [appointment(definition, registration), _ticket(registration)],
    )


def reconfirm(definition: Definition, registration: Registration) -> Mail:
    """Ask whether somebody with a seat is still coming."""
    return _to_participant("reconfirm", definition, registration)


def reconfirm_again(definition: Definition, registration: Registration) -> Mail:
    """Ask once more who did not answer."""
    return _to_participant("reconfirm_again", definition, registration)


def thanks(definition: Definition, registration: Registration, documents: Sequence[Shown]) -> Mail:
    """Thank, with links to the documents."""
    return _to_participant("thanks", definition, registration, documents=documents)


def written(definition: Definition, registration: Registration, message: Message) -> Mail:
    """What an organiser wrote to some of the participants."""
    language = registration.language
    words = Words(text(message.subject, language), text(message.body, language))
    return _to_participant("message", definition, registration, words=words)


def appointment(
    definition: Definition, registration: Registration, *, cancelled: bool = False
) -> Attachment:
    """The congress for this person's calendar, or word that it is off."""
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


def _to_participant(
    kind: str,
    definition: Definition,
    registration: Registration,
    attachments: list[Attachment] | None = None,
    *,
    session: str = "",
    documents: Sequence[Shown] = (),
    words: Words | None = None,
) -> Mail:
    """A mail of this kind; its words are those that organisers chose, unless `words` are given."""
    language = registration.language
    values = {
        "naam": registration.name,
        "congres": text(definition.title, language),
        "netwerk": network().name,
        "sessie": session,
    }
    if words:
        words = mail_texts.fill(words, values)
    else:
        words = mail_texts.filled_words(SERVICE, KINDS[kind], language, values)
    return _mail(
        kind,
        words.subject,
        to=registration.email,
        language=language,
        definition=definition,
        attachments=attachments or [],
        about=registration.id,
        opening=words.opening,
        registration=registration,
        lines=line_views(registration.lines, definition, language),
        manage_link=manage_link(registration),
        coming_link=manage_link(registration, COMING_PATH),
        confirm_link=manage_link(registration, CONFIRM_PATH),
        documents=documents,
        page=load(Settings).origin + pages.link(f"/congres/{definition.id}", language),
        session=session,
        calendar_link=calendar_link.google(definition, language),
        ticket=tickets.shown(tickets.code(registration)),
    )


def _mail(
    template: str,
    subject: str,
    *,
    to: str,
    language: str,
    definition: Definition,
    attachments: list[Attachment] | None = None,
    about: str,
    **context: Any,
) -> Mail:
    congress = text(definition.title, language)
    context |= {"definition": definition, "congress": congress}
    return Mail(
        to=to,
        subject=subject,
        text=pages.render_plain(SERVICE, f"mail/{template}.txt", language, **context),
        html=pages.render_plain(SERVICE, f"mail/{template}.html", language, **context),
        language=language,
        attachments=attachments or [],
        about=about,
    )


def _ticket(registration: Registration) -> Attachment:
    picture = tickets.png(tickets.code(registration))
    name = "ticket.png" if registration.language == "en" else "kaartje.png"
    return Attachment(name, "image/png", picture)
