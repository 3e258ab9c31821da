"""The guide for visitors: the list, an entry, and the form to join."""

from typing import Any

from chalicelib.directory import texts, usecases
from chalicelib.directory.collaborators import clock, repository
from chalicelib.directory.domain import Contact, Kind, Profile, without_place_on_map
from chalicelib.directory.forms import MOST_THEMES, Typed, read_contact, read_profile, refuse_errors
from chalicelib.directory.pages.routing import router
from chalicelib.directory.search import Question, find, places
from chalicelib.directory.settings import load
from chalicelib.directory.structured import json_ld
from chalicelib.directory.views import (
    options,
    translated,
    typed_by,
    values_of,
)
from shared import pagination
from shared.errors import Invalid, NotFound, TooManyRequests
from shared.http import PUBLIC, Answer, Html, Request, SeeOther
from shared.ids import new_id
from shared.pages import link, render, translate
from shared.proof import sending
from shared.texts import later as _

PAGE = 24
HONEYPOT = "subject"
THANKS = "/leden/aanmelden/bedankt"
LONGEST_QUESTION = 100


@router.page("/leden", access=PUBLIC)
def members(request: Request) -> Answer:
    """The guide, narrowed by what the visitor looks for."""
    snapshot = repository.snapshot()
    question = _question(request)
    found = find(snapshot, question)
    start = pagination.decode_start(request.query.get("na", ""))
    following = start + PAGE
    text = render(
        request,
        "members.html",
        members=found[start:following],
        found=len(found),
        total=len(snapshot.entries),
        question=question,
        kinds=options(request, texts.KINDS),
        places=places(snapshot),
        labels=texts.KINDS,
        next_url=request.url(na=pagination.encode_start(following))
        if following < len(found)
        else "",
        first_url=request.url(na="") if start else "",
    )
    return Html(text, embeddable=True)


@router.page("/leden/{slug}", access=PUBLIC)
def member(request: Request, slug: str) -> Answer:
    """One entry. Raises NotFound for an unknown slug and for one whose consent has ended alike."""
    found = repository.snapshot().by_slug.get(slug)
    if found is None:
        raise NotFound
    text = render(
        request,
        "member.html",
        member=found,
        kinds=texts.KINDS,
        themes=texts.THEMES,
        json_ld=json_ld(found, load().origin),
    )
    return Html(text, embeddable=True)


@router.page("/leden/aanmelden", access=PUBLIC)
def apply_form(request: Request) -> Answer:
    """The form with which an initiative asks to stand in the guide."""
    return Html(_apply_page(request, {"kind": ""}, {}), embeddable=True)


@router.form("/leden/aanmelden", access=PUBLIC)
def apply(request: Request) -> Answer:
    """Put the application on the organiser's list; a known address gets the same answer."""
    thanks = SeeOther(link(THANKS, request.language))
    if request.form.get(HONEYPOT):
        return thanks
    typed = typed_by(request)
    try:
        profile, contact = _read_application(request, typed)
        usecases.apply(
            repository,
            clock,
            profile,
            contact,
            language=request.language,
            sending=sending(request, request.form.get("altcha", ""), clock),
        )
    except (Invalid, TooManyRequests) as error:
        errors = error.fields or {"": error.title}
        return Html(
            _apply_page(request, values_of(request), errors), status=error.status, embeddable=True
        )
    return thanks


@router.page(THANKS, access=PUBLIC)
def applied(request: Request) -> Answer:
    """What happens next."""
    return Html(render(request, "applied.html"), embeddable=True)


def _question(request: Request) -> Question:
    query = request.query
    kind = query.get("soort", "")
    return Question(
        words=query.get("zoek", "")[:LONGEST_QUESTION].strip(),
        kind=Kind(kind) if kind in set(Kind) else None,
        place=query.get("plaats", "")[:LONGEST_QUESTION],
    )


def _read_application(request: Request, typed: Typed) -> tuple[Profile, Contact]:
    profile, contact = read_profile(typed), read_contact(typed)
    if request.form.get("consent") != "ja":
        typed.errors["consent"] = _("Zonder jouw akkoord kunnen we je niet in de gids zetten.")
    elif request.form.get("consent_version") != texts.CONSENT_VERSION:
        typed.errors["consent"] = _("De tekst is veranderd. Lees hem en geef je akkoord.")
    refuse_errors(typed)
    return without_place_on_map(profile), contact


def _apply_page(request: Request, values: dict[str, Any], errors: dict[str, str]) -> str:
    return render(
        request,
        "apply.html",
        values={**values, "consent_version": ""},
        errors=translated(request, errors),
        kinds=options(request, texts.KINDS),
        themes=options(request, texts.THEMES),
        most_themes=MOST_THEMES,
        consent=translate("directory", request.language, texts.CONSENT),
        consent_version=texts.CONSENT_VERSION,
        honeypot_name=HONEYPOT,
        idempotency_key=values.get("idempotency_key") or new_id(clock),
    )
