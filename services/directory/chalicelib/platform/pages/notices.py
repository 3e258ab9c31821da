"""What an organiser wants to hear, and when; owners of the platform choose for the team."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from chalicelib.platform.collaborators import clock
from chalicelib.platform.domain.notice_form import (
    Field,
    as_typed,
    differences,
    fields,
    read_preferences,
)
from chalicelib.platform.domain.notices import TEAM, Recipient, recipients
from chalicelib.platform.notice_texts import CHOICES, KINDS, PREFERENCES
from chalicelib.platform.pages.routing import desk_router
from chalicelib.platform.pages.settings import version_seen, who
from chalicelib.platform.repository import notices as repository
from chalicelib.platform.usecases import notices as usecases
from shared import auth
from shared.desk import Texts, read_part
from shared.errors import Conflict, Invalid
from shared.http import SIGNED_IN, Answer, Html, Request, SeeOther, organiser
from shared.pages import link, render, say
from shared.texts import later as _

FOR_TEAM = f"{PREFERENCES}/team"
OWNER = organiser(auth.PLATFORM, "own")
MOST_FIELDS = 2_000  # two per congress
ABOUT = {
    auth.PLATFORM: _("De werking van de website"),
    "directory": _("Ledengids"),
    "documents": _("Documenten"),
    "registration": _("Elk congres"),
}
LABELS = {
    "quiet_from": _("Stil vanaf"),
    "quiet_until": _("Stil tot"),
    "digest_at": _("Hoe laat"),
    "language": _("Taal"),
}


@desk_router.page(PREFERENCES, access=SIGNED_IN)
def preferences(request: Request) -> Answer:
    """What you hear of now."""
    return _show(request, _me(request))


@desk_router.form(PREFERENCES, access=SIGNED_IN, most_fields=MOST_FIELDS)
def change(request: Request) -> Answer:
    """Save what you want to hear."""
    return _change(request, _me(request), PREFERENCES)


@desk_router.page(FOR_TEAM, access=OWNER)
def team(request: Request) -> Answer:
    """What the team's topic tells now."""
    return _show(request, _team())


@desk_router.form(FOR_TEAM, access=OWNER, most_fields=MOST_FIELDS)
def change_team(request: Request) -> Answer:
    """Save what the team's topic tells."""
    return _change(request, _team(), FOR_TEAM)


def _show(request: Request, recipient: Recipient) -> Answer:
    titles = _titles(recipient)
    shown = fields(recipient, list(titles))
    return Html(_page(request, recipient, titles, as_typed(recipient.preferences, shown)))


def _change(request: Request, recipient: Recipient, path: str) -> Answer:
    titles, errors = _titles(recipient), dict[str, str]()
    shown = fields(recipient, list(titles))
    wanted = read_preferences(request.form, recipient.preferences, shown, errors)
    if errors:
        said = {name: say(request, text) for name, text in errors.items()}
        page = _page(request, recipient, titles, request.form, errors=said)
        return Html(page, status=Invalid.status)
    wanted = replace(wanted, version=version_seen(request))
    by, for_team = who(request), recipient.organiser is None
    try:
        usecases.change_preferences(clock, by, recipient.id, wanted, team=for_team)
    except repository.Overtaken:
        newest = _team() if for_team else _me(request)
        return _overtaken(request, newest, titles, shown)
    return SeeOther(link(path, request.language), flash=say(request, _("Je keuzes zijn bewaard.")))


def _overtaken(
    request: Request, recipient: Recipient, titles: Mapping[str, Texts], shown: Sequence[Field]
) -> Answer:
    newest = as_typed(recipient.preferences, shown)
    labels = {field.name: _label(request, field, titles) for field in shown}
    labels |= {name: say(request, text) for name, text in LABELS.items()}
    changed = [labels[name] for name in differences(request.form, newest)]
    page = _page(request, recipient, titles, request.form, changed=changed)
    return Html(page, status=Conflict.status)


def _page(
    request: Request,
    recipient: Recipient,
    titles: Mapping[str, Texts],
    values: Mapping[str, str],
    *,
    errors: Mapping[str, str] | None = None,
    changed: Sequence[str] = (),
) -> str:
    subjects: dict[str, list[tuple[str, str, bool]]] = {}
    for field in fields(recipient, list(titles)):
        kind = say(request, KINDS[field.group.kind].name)
        entry = (field.name, kind, not field.group.event)
        subjects.setdefault(_about(request, field, titles), []).append(entry)
    seen = version_seen(request) if errors else recipient.preferences.version
    return render(
        request,
        "notices.html",
        subjects=subjects,
        options=[(value, say(request, text)) for value, text in CHOICES.items()],
        values=values,
        errors=errors or {},
        changed=changed,
        version=seen,
        for_team=recipient.organiser is None,
    )


def _me(request: Request) -> Recipient:
    me = who(request)
    return recipients([me], repository.preferences())[0]


def _team() -> Recipient:
    found = recipients([], repository.preferences())
    return next(one for one in found if one.id == TEAM)


def _titles(recipient: Recipient) -> dict[str, Texts]:
    """The events that the recipient may see, the newest name of each."""
    organiser = recipient.organiser
    if organiser is not None and not organiser.may_somewhere("registration", "read"):
        return {}
    titles = read_part("registration").titles
    return {
        event: texts
        for event, texts in titles.items()
        if organiser is None or organiser.may("registration", "read", event)
    }


def _label(request: Request, field: Field, titles: Mapping[str, Texts]) -> str:
    return f"{_about(request, field, titles)}: {say(request, KINDS[field.group.kind].name)}"


def _about(request: Request, field: Field, titles: Mapping[str, Texts]) -> str:
    event: Any = field.group.event
    if not event:
        return say(request, ABOUT[field.group.service])
    texts = titles[event]
    return texts.get(request.language) or texts.get("nl") or str(event)
