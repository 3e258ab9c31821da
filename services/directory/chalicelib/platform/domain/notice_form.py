"""From what was typed to what a recipient hears."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import time

import msgspec

from chalicelib.platform.domain.notices import (
    CHOICES,
    SERVICE_OF,
    Choice,
    Group,
    Preferences,
    Recipient,
    subject,
)
from shared.auth import PLATFORM, SERVICES
from shared.texts import later as _

TIME = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)")
NOT_A_TIME = _("Vul een tijd in, zoals 07:30.")
ONE_TIME_ONLY = _("Vul twee tijden in, of geen van beide.")
NOT_A_CHOICE = _("Kies een van de mogelijkheden.")
LANGUAGES = ("nl", "en")


class Field(msgspec.Struct, frozen=True):
    """One choice on the page."""

    group: Group

    @property
    def name(self) -> str:
        """Of the field in the form."""
        return ".".join(part for part in msgspec.structs.astuple(self.group) if part)

    @property
    def key(self) -> str:
        """In `Preferences.choices`."""
        return subject(self.group.service, self.group.event)


def fields(recipient: Recipient, events: Sequence[str]) -> list[Field]:
    """What the recipient may choose about: services, and the events that they may see."""
    about = [(service, "") for service in (PLATFORM, "directory", "documents", "registration")]
    about += [("registration", event) for event in events]
    found = [
        Group(service, event, kind)
        for service, event in about
        for kind, of in SERVICE_OF.items()
        if of == service
    ]
    return [Field(group) for group in found if _concerns(recipient, group)]


def _concerns(recipient: Recipient, group: Group) -> bool:
    # Who has a role for one event only chooses for that one.
    return recipient.may_see(group) and (group.service == PLATFORM or group.service in SERVICES)


def as_typed(chosen: Preferences, shown: Sequence[Field]) -> dict[str, str]:
    """What stands in the form before anybody types."""
    values = {field.name: _stored(chosen, field) for field in shown}
    quiet = chosen.quiet_from != chosen.quiet_until
    values["quiet_from"] = f"{chosen.quiet_from:%H:%M}" if quiet else ""
    values["quiet_until"] = f"{chosen.quiet_until:%H:%M}" if quiet else ""
    return {**values, "digest_at": f"{chosen.digest_at:%H:%M}", "language": chosen.language}


def read_preferences(
    typed: Mapping[str, str], current: Preferences, shown: Sequence[Field], errors: dict[str, str]
) -> Preferences:
    """`current` with what was typed over it; what is wrong is noted in `errors`."""
    choices = {key: dict(kinds) for key, kinds in current.choices.items()}
    for field in shown:
        _choose(choices, field, typed.get(field.name, ""), errors)
    digest = _time(typed, "digest_at", errors)
    quiet = [_time(typed, name, errors, optional=True) for name in ("quiet_from", "quiet_until")]
    if "quiet_from" not in errors and "quiet_until" not in errors and quiet.count(None) == 1:
        errors["quiet_from" if quiet[0] is None else "quiet_until"] = ONE_TIME_ONLY
    language = typed.get("language", "")
    if language not in LANGUAGES:
        errors["language"] = NOT_A_CHOICE
    if errors:
        return current
    return msgspec.structs.replace(
        current,
        choices=choices,
        quiet_from=quiet[0] or time(0),
        quiet_until=quiet[1] or time(0),
        digest_at=digest or current.digest_at,
        language=language,
    )


def differences(mine: Mapping[str, str], newest: Mapping[str, str]) -> Iterator[str]:
    """The names of the fields in which they differ."""
    return (name for name in newest if newest[name] != mine.get(name, ""))


def _choose(
    choices: dict[str, dict[str, Choice]], field: Field, chosen: str, errors: dict[str, str]
) -> None:
    kinds = choices.setdefault(field.key, {})
    if chosen in CHOICES:
        kinds[field.group.kind] = chosen
    elif not chosen and field.group.event:  # as for every event
        kinds.pop(field.group.kind, None)
    else:
        errors[field.name] = NOT_A_CHOICE
    if not kinds:
        del choices[field.key]


def _stored(chosen: Preferences, field: Field) -> str:
    if field.group.event:
        return chosen.choices.get(field.key, {}).get(field.group.kind, "")
    return chosen.choice(field.group)


def _time(
    typed: Mapping[str, str], name: str, errors: dict[str, str], *, optional: bool = False
) -> time | None:
    text = typed.get(name, "").strip()
    if not text and optional:
        return None
    found = TIME.fullmatch(text)
    if found is None:
        errors[name] = NOT_A_TIME
        return None
    return time(int(found[1]), int(found[2]))
