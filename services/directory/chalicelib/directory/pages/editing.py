"""What the organiser's form and the member's own form share."""

from collections.abc import Sequence
from typing import Any

from chalicelib.directory import domain, texts
from chalicelib.directory.domain import Contact, Kind, Member, Profile, Theme
from chalicelib.directory.forms import MOST_THEMES, Typed, read_contact, read_profile, refuse_errors
from chalicelib.directory.views import SERVICE, options, translated
from shared.http import Request
from shared.pages import render, translate
from shared.texts import later as _


def entry_page(
    request: Request,
    current: Member,
    values: dict[str, Any],
    errors: dict[str, str],
    *,
    template: str,
    notice: str = "",
    changed: Sequence[tuple[str, str]] = (),
    **more: object,
) -> str:
    """The form with an entry's fields; after a conflict with a notice and what was `changed`."""
    return render(
        request,
        template,
        member=current,
        values=values,
        errors=translated(request, errors),
        notice=notice,
        differences=changed,
        fields=texts.FIELDS,
        kinds=options(request, texts.KINDS),
        themes=options(request, texts.THEMES),
        most_themes=MOST_THEMES,
        **more,
    )


def differences(request: Request, current: Member, wanted: Member) -> list[tuple[str, str]]:
    """The fields of `current` that `wanted` says otherwise, with what they say now."""
    return [
        (change.name, _shown(request, change.before)) for change in domain.changes(current, wanted)
    ]


def _shown(request: Request, value: object) -> str:
    """A field's value in words."""
    match value:
        case bool():
            text = _("ja") if value else _("nee")
        case Kind():
            text = texts.KINDS[value]
        case tuple():
            return ", ".join(_shown(request, each) for each in value)
        case Theme():
            text = texts.THEMES[value]
        case None:
            return ""
        case _:
            return str(value)
    return translate(SERVICE, request.language, text)


def read_entry(typed: Typed) -> tuple[Profile, Contact]:
    """What was typed. Raises Invalid with every error."""
    profile, contact = read_profile(typed), read_contact(typed)
    refuse_errors(typed)
    return profile, contact


def values_of_member(current: Member) -> dict[str, Any]:
    """What an entry says, as its form shows it."""
    profile, contact = current.profile, current.contact
    return {
        "name": profile.name,
        "kind": profile.kind.value,
        "place": profile.place,
        "district": profile.district,
        "website": profile.website,
        "about": profile.about,
        "themes": [theme.value for theme in profile.themes],
        "latitude": "" if profile.latitude is None else str(profile.latitude),
        "longitude": "" if profile.longitude is None else str(profile.longitude),
        "email": contact.email,
        "phone": contact.phone,
        "email_public": "ja" if contact.email_public else "",
        "phone_public": "ja" if contact.phone_public else "",
    }
