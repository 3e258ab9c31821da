"""Turns what somebody filled in, as a form or as JSON, into an entry; says all errors at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from msgspec import Struct

from chalicelib.registration import consents, question_rules, schemas, texts
from chalicelib.registration.domain import Answers, Definition, Entry, Profile, Reply
from chalicelib.registration.field_rules import RULES
from chalicelib.registration.question_rules import CHANGED, Given
from chalicelib.registration.question_views import field_name
from shared.email_address import NotAnAddress, normalise
from shared.errors import Invalid
from shared.request import Request
from shared.texts import later as _

# The names of the form's fields. Sessions are chosen per round, in `sessie-{round}`.
FORM_NAMES = {
    "name": "naam",
    "email": "email",
    "audience": "doelgroep",
    "organisation": "organisatie",
    "phone": "telefoon",
    "note": "notitie",
    "diet": "lunch",
    "access_needs": "toegankelijk",
    "consent": "akkoord",
    "consent_version": "akkoord",
    "directory": "ledengids",
    "directory.consent": "ledengids",
    "directory.initiative": "initiatief",
    "directory.place": "plaats",
    "directory.website": "website",
    "directory.about": "over",
}
TRAP = "referentie"  # people never see this field
STAMP = "vragen"  # which questions the form showed
MOST_FIELDS = 1000  # thirty questions with thirty answers to tick, and the rest


SENT_BEFORE = _(
    "Je had dit formulier al verstuurd. Wil je nog iemand aanmelden? Verstuur het dan opnieuw."
)


class _Reader(Struct):
    """Reads one field after the other and remembers what is wrong with them."""

    errors: dict[str, str] = {}

    def text(self, name: str, value: str) -> str:
        rule = RULES[name]
        if not texts.has_visible_character(value):
            if rule.missing:
                self.errors[name] = rule.missing
            return ""
        # A line end is one character in the browser's count, and two in what it sends.
        if len(value.replace("\r\n", "\n").strip()) > rule.longest:
            self.errors[name] = rule.too_long
            return ""
        try:
            return rule.clean(value)
        except texts.UnusableText:
            self.errors[name] = rule.wrong
            return ""

    def email(self, value: str, *, may_lack: bool = False) -> str:
        if may_lack and not value.strip():
            return ""
        try:
            return normalise(value)
        except NotAnAddress:
            self.errors["email"] = (
                _("Vul een e-mailadres in, zoals naam@voorbeeld.nl.")
                if value.rpartition("@")[0].isascii()
                else _("Vóór het @-teken kunnen alleen gewone letters staan, zonder accenten.")
            )
            return ""

    def replies(
        self, body: schemas.RegistrationRequest, definition: Definition
    ) -> tuple[Reply, ...]:
        given = {
            id_: [value] if isinstance(value, str) else value for id_, value in body.answers.items()
        }
        try:
            return question_rules.checked(definition.questions, body.audience, given)
        except Invalid as refused:
            self.errors.update(refused.fields)
            return ()

    def check(self, check: Callable[[], None]) -> None:
        try:
            check()
        except Invalid as refused:
            self.errors.update(refused.fields)

    def raise_errors(self) -> None:
        if self.errors:
            raise Invalid(fields=self.errors)


def entry(
    body: schemas.RegistrationRequest,
    definition: Definition,
    now: datetime,
    *,
    by_organiser: bool = False,
) -> Entry:
    """Return what `body` says as an entry for this congress; `now` is when consent is given.

    An organiser says that the person agreed, and may leave out the address. Raises Invalid with
    every field that is wrong, under its JSON name.
    """
    reader = _Reader()
    name = reader.text("name", body.name)
    email = reader.email(body.email, may_lack=by_organiser)
    reader.check(lambda: definition.check_audience(body.audience))
    organisation = reader.text("organisation", body.organisation)
    phone = reader.text("phone", body.phone)
    reader.check(lambda: definition.check_choice(body.sessions))
    diet = reader.text("diet", body.diet)
    access_needs = reader.text("access_needs", body.access_needs)
    profile = _profile(reader, body.directory, now)
    replies = reader.replies(body, definition)
    shown = consents.BY_ORGANISER if by_organiser else consents.CONGRESS
    accepted = {shown.version: shown} if by_organiser else consents.ACCEPTED
    consent = accepted.get(body.consent_version, shown)
    if not body.consent:
        reader.errors["consent"] = (
            _("Vraag de deelnemer eerst om akkoord.")
            if by_organiser
            else _("Zonder jouw akkoord kunnen we je niet aanmelden.")
        )
    elif body.consent_version not in accepted:
        reader.errors["consent_version"] = _("De tekst is veranderd. Lees hem en geef je akkoord.")
    reader.raise_errors()
    return Entry(
        name=name,
        email=email,
        audience=body.audience,
        consent=consent.given(now),
        organisation=organisation or None,
        phone=phone or None,
        sessions=tuple(body.sessions),
        profile=profile,
        answers=Answers(diet=diet, access_needs=access_needs, replies=replies),
    )


def _profile(
    reader: _Reader, wish: schemas.DirectoryRequest | None, now: datetime
) -> Profile | None:
    if wish is None:
        return None
    if not wish.consent:
        reader.errors["directory.consent"] = _("Zonder jouw akkoord kom je niet in de ledengids.")
    return Profile(
        name=reader.text("directory.initiative", wish.initiative),
        place=reader.text("directory.place", wish.place),
        website=reader.text("directory.website", wish.website),
        about=reader.text("directory.about", wish.about),
        consent=consents.DIRECTORY.given(now),
    )


def read_form(request: Request, definition: Definition) -> schemas.RegistrationRequest:
    """Return the posted form as the request that JSON clients send.

    Raises Invalid for a robot, and where the questions changed since the form was opened.
    """
    form = request.form
    refuse_robot(form)
    check_questions(form, definition)

    def typed(name: str) -> str:
        return form.get(FORM_NAMES[name], "")

    return schemas.RegistrationRequest(
        name=typed("name"),
        email=typed("email"),
        audience=typed("audience"),
        consent=bool(typed("consent")),
        consent_version=form.get("tekst", ""),
        organisation=typed("organisation"),
        phone=typed("phone"),
        sessions=chosen_sessions(form, definition),
        diet=typed("diet"),
        access_needs=typed("access_needs"),
        answers={id_: [*values] for id_, values in given_answers(request, definition).items()},
        directory=_directory_wish(typed) if typed("directory") else None,
        language=request.language,
        altcha=form.get("altcha", ""),
    )


def refuse_robot(form: Mapping[str, str]) -> None:
    """Raises Invalid when the field that people can't see is filled in.

    Answering "thanks" would lose the registration of somebody whose browser filled it in.
    """
    if form.get(TRAP):
        raise Invalid(fields={"": _("Laat het verborgen veld leeg en verstuur opnieuw.")})


def chosen_sessions(form: Mapping[str, str], definition: Definition) -> list[str]:
    """Return the sessions that the form's rounds name; the definition says whether they exist."""
    chosen = (form.get(f"sessie-{round_.id}", "") for round_ in definition.rounds)
    return [session for session in chosen if session]


def given_answers(request: Request, definition: Definition) -> Given:
    """Return what the form answers to the congress's own questions."""
    found = {one.id: request.form_list(field_name(one.id)) for one in definition.questions}
    return {id_: values for id_, values in found.items() if any(values)}


def is_for_other_questions(form: Mapping[str, str], definition: Definition) -> bool:
    """Tell whether the form showed other questions than there are now; one that does not say what
    it showed, such as a program's, is only judged by its answers.
    """
    shown = form.get(STAMP)
    return shown is not None and shown != question_rules.stamp(definition.questions)


def check_questions(form: Mapping[str, str], definition: Definition) -> None:
    """Raises Invalid when the questions changed since the form was opened."""
    if is_for_other_questions(form, definition):
        raise Invalid(fields={"": CHANGED})


def typed_values(request: Request, definition: Definition) -> dict[str, str | list[str]]:
    """Return what stands in the form, to show it again."""
    several = [field_name(one.id) for one in definition.questions if one.kind == "several"]
    return {**request.form, **{name: request.form_list(name) for name in several}}


def checked_name(value: str) -> str:
    """Return a name as we keep it. Raises Invalid."""
    reader = _Reader()
    name = reader.text("name", value)
    reader.raise_errors()
    return name


def checked_email(value: str) -> str:
    """Return an address as we mail to it. Raises Invalid."""
    reader = _Reader()
    email = reader.email(value)
    reader.raise_errors()
    return email


def checked_note(value: str) -> str:
    """Return an organiser's note as we keep it. Raises Invalid."""
    reader = _Reader()
    note = reader.text("note", value)
    reader.raise_errors()
    return note


def _directory_wish(typed: Callable[[str], str]) -> schemas.DirectoryRequest:
    return schemas.DirectoryRequest(
        initiative=typed("directory.initiative"),
        consent=True,  # the tick stands next to the text
        place=typed("directory.place"),
        website=typed("directory.website"),
        about=typed("directory.about"),
    )


def form_errors(errors: Mapping[str, str], definition: Definition) -> dict[str, str]:
    """Return `errors` under the names that the form's fields have, in the order of the page."""
    names = dict(FORM_NAMES)
    if definition.rounds:
        names["sessions"] = f"sessie-{definition.rounds[0].id}"
    names["answers"] = ""
    names |= {f"answers.{one.id}": field_name(one.id) for one in definition.questions}
    return {names.get(name, name): text for name, text in errors.items()}
