"""A mail from an organiser to whom a list shows, or to the rows that were ticked on it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from chalicelib.registration import usecases
from chalicelib.registration.collaborators import clock, repository
from chalicelib.registration.domain import Event, Message, Wanted
from chalicelib.registration.mail_kinds import MESSAGE
from chalicelib.registration.pages.participants import FILTERS, wanted_by
from chalicelib.registration.pages.routing import ORGANISER, desk_router, who
from chalicelib.registration.views import DESK, event_view
from shared import auth, listing, mail_texts, pages
from shared.answers import Answer, Html, SeeOther
from shared.errors import Conflict, Invalid
from shared.ids import new_id
from shared.mail_texts import LANGUAGES, Words
from shared.request import Request
from shared.texts import later as _

if TYPE_CHECKING:
    from shared.mail import Mail  # its code for mail is loaded by who looks at one

WRITE = f"{DESK}/{{event}}/mail"
NAMED = 50  # recipients whose names the preview shows
SENT = 10  # earlier messages that the page shows
KEY = "sleutel"
FIELDS = {"subject": "onderwerp", "opening": "tekst"}
_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")


class Selection(Struct, frozen=True):
    """To whom: the rows that were ticked, or else whom the filters of the list show."""

    filters: Mapping[str, str]
    chosen: tuple[str, ...]  # ids
    fields: tuple[str, ...]  # the same as a checkbox sends them
    wanted: Wanted


@desk_router.page(WRITE, access=ORGANISER)
def write(request: Request, event: str) -> Answer:
    """The empty form, to whom the list shows."""
    found = usecases.find_event(repository(), event, drafts=True)
    return _form(request, found, _selection(request.query, found, []), {}, {})


@desk_router.form(WRITE, access=ORGANISER)
def go_on(request: Request, event: str) -> Answer:
    """One of three things: start from ticked rows, look at the mail, or send it."""
    found = usecases.find_event(repository(), event, drafts=True)
    step = request.form.get("doe", "")
    chosen: list[listing.Chosen] = []
    if not step or request.form_list(listing.CHOSEN):
        chosen, refusal = listing.chosen_or_back(request, f"{DESK}/{event}")
        if refusal:
            return refusal
    selection = _selection(request.form, found, chosen)
    if step not in ("bekijk", "verstuur"):
        return _form(request, found, selection, request.form, {})
    try:
        message = _message(request, found, selection)
        if step == "bekijk":
            return _preview(request, found, selection, message)
        return _send(request, found, message)
    except (Invalid, Conflict) as refused:
        values = dict(request.form)
        if isinstance(refused, Conflict):
            values[KEY] = ""
        errors = dict(refused.fields) or {"": pages.say(request, refused.title)}
        return _form(request, found, selection, values, errors, refused.status)


def _selection(given: Mapping[str, str], found: Event, chosen: list[listing.Chosen]) -> Selection:
    filters = {name: given.get(name, "") for name in FILTERS}
    return Selection(
        filters=filters,
        chosen=tuple(one.id for one in chosen),
        fields=tuple(one.field for one in chosen),
        wanted=Wanted() if chosen else wanted_by(filters, found.definition.day),
    )


def _message(request: Request, found: Event, selection: Selection) -> Message:
    """What was written. Raises Invalid with what is wrong, said in the reader's language."""
    written: dict[str, Words] = {}
    errors: dict[str, str] = {}
    for language in LANGUAGES:
        subject, body = (request.form.get(f"{name}-{language}", "") for name in FIELDS.values())
        words = mail_texts.typed_words(subject, body)
        if language != "nl" and not (words.subject or words.opening):
            continue
        written[language] = words
        for name, wrong in mail_texts.check(MESSAGE, words).items():
            errors[f"{FIELDS[name]}-{language}"] = pages.say(request, wrong.text) % wrong.values
    if errors:
        raise Invalid("message_incomplete", fields=errors)
    given = request.form.get(KEY, "")
    return Message(
        id=given if _ID.fullmatch(given) else new_id(clock),
        event=found.definition.id,
        wanted=selection.wanted,
        chosen=selection.chosen,
        subject={language: words.subject for language, words in written.items()},
        body={language: words.opening for language, words in written.items()},
        written_at=clock.now(),
    )


def _send(request: Request, found: Event, message: Message) -> Answer:
    event = found.definition.id
    note = auth.audited(who(request), "event.mailed", event, clock)
    usecases.send_message(repository(), clock, message=message, note=note)
    done = pages.say(request, _("De mail wordt verstuurd. Iedereen krijgt hem één keer."))
    return SeeOther(pages.link(WRITE.format(event=event), request.language), flash=done)


def _preview(request: Request, found: Event, selection: Selection, message: Message) -> Answer:
    people = list(usecases.recipients(repository(), message))
    if not people:
        raise Invalid("nobody_to_mail", usecases.NOBODY)
    text = pages.render(
        request,
        "desk_message_preview.html",
        event=event_view(found, request.language, clock.now()),
        mails={language: _sample(found, message, language) for language in message.body},
        count=len(people),
        names=[one.name for one in people[:NAMED]],
        fields=_fields(request, selection, message.id),
    )
    return Html(text)


def _sample(found: Event, message: Message, language: str) -> Mail:
    from chalicelib.registration.mail_samples import written  # noqa: PLC0415 - heavy

    return written(found.definition, message, language)


def _form(
    request: Request,
    found: Event,
    selection: Selection,
    values: Mapping[str, str],
    errors: Mapping[str, str],
    status: int = 200,
) -> Answer:
    event = found.definition.id
    text = pages.render(
        request,
        "desk_message.html",
        event=event_view(found, request.language, clock.now()),
        selection=selection,
        count=len(selection.chosen),
        values=values,
        errors=errors,
        placeholders=MESSAGE.placeholders,
        longest={"subject": mail_texts.LONGEST_SUBJECT, "body": mail_texts.LONGEST_OPENING},
        request_key=values.get(KEY) or new_id(clock),
        sent=[
            (one, one.message.subject["nl"]) for one in repository().messages.newest(event, SENT)
        ],
    )
    return Html(text, status=status)


def _fields(request: Request, selection: Selection, key: str) -> list[tuple[str, str]]:
    """Everything that the next step sends along."""
    written = [f"{name}-{language}" for name in FIELDS.values() for language in LANGUAGES]
    return [
        (KEY, key),
        *((name, value) for name, value in selection.filters.items() if value),
        *((listing.CHOSEN, one) for one in selection.fields),
        *((name, request.form.get(name, "")) for name in written),
    ]
