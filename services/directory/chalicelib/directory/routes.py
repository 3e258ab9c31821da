"""The guide as JSON, for other websites and programs."""

from chalicelib.directory import usecases
from chalicelib.directory.collaborators import clock, repository
from chalicelib.directory.domain import Kind, without_place_on_map
from chalicelib.directory.forms import Typed, read_contact, read_profile, refuse_errors
from chalicelib.directory.schemas import (
    Application,
    Applied,
    FeatureCollection,
    Health,
    MemberList,
    answer_of,
    feature_of,
)
from chalicelib.directory.search import Question, find
from chalicelib.directory.settings import load
from chalicelib.directory.texts import CONSENT_VERSION
from shared import pagination, proof
from shared.errors import Invalid, NotFound
from shared.http import PUBLIC, Answer, Json, Request, Router
from shared.texts import later as _

router = Router("directory")

PAGE = 50
LONGEST_QUESTION = 100
OPEN_DATA = {"Access-Control-Allow-Origin": "*"}


@router.get("/leden/api/v1/members", access=PUBLIC)
def members(request: Request) -> Answer:
    """Published members, narrowed by `q`, `kind` and `place`; follow `next` with `cursor`."""
    found = find(repository.snapshot(), _question(request))
    start = pagination.decode_start(request.query.get("cursor", ""))
    following = start + PAGE
    origin = load().origin
    page = MemberList(
        members=[answer_of(member, origin) for member in found[start:following]],
        total=len(found),
        next=pagination.encode_start(following) if following < len(found) else None,
    )
    return Json(page, headers=OPEN_DATA)


@router.get("/leden/api/v1/members/{slug}", access=PUBLIC)
def member(_request: Request, slug: str) -> Answer:
    """One published member."""
    found = repository.snapshot().by_slug.get(slug)
    if found is None:
        raise NotFound
    return Json(answer_of(found, load().origin), headers=OPEN_DATA)


@router.get("/leden/api/v1/members.geojson", access=PUBLIC)
def members_on_map(_request: Request) -> Answer:
    """Published members with a place on the map, as GeoJSON (RFC 7946)."""
    origin = load().origin
    features = [feature_of(member, origin) for member in repository.snapshot().members]
    shown = FeatureCollection(features=[feature for feature in features if feature])
    return Json(shown, content_type="application/geo+json", headers=OPEN_DATA)


@router.post("/leden/api/v1/members", access=PUBLIC, body=Application)
def apply(request: Request, application: Application) -> Answer:
    """Ask to stand in the guide; an organiser decides. `Idempotency-Key` makes a repeat safe."""
    typed = _typed(application)
    profile, contact = read_profile(typed), read_contact(typed)
    if not application.consent:
        typed.errors["consent"] = _("Zonder jouw akkoord kunnen we je niet in de gids zetten.")
    elif application.consent_version != CONSENT_VERSION:
        typed.errors["consent_version"] = _("De tekst is veranderd. Lees hem en geef je akkoord.")
    refuse_errors(typed)
    usecases.apply(
        repository,
        clock,
        without_place_on_map(profile),
        contact,
        language=application.language,
        sending=proof.sending(request, application.altcha, clock),
    )
    return Json(Applied(), status=202)


@router.get("/leden/api/v1/challenge", access=PUBLIC)
def challenge(_request: Request) -> Answer:
    """An ALTCHA puzzle (version 2); its solution is good for one application, for 20 minutes."""
    return Json(proof.challenge(clock))


@router.get("/leden/api/health", access=PUBLIC)
def health(_request: Request) -> Answer:
    """Whether the service answers; it asks nothing of its table."""
    return Json(Health(version=load().version))


@router.get("/leden/api/openapi.json", access=PUBLIC)
def openapi(_request: Request) -> Answer:
    """This interface, described."""
    from chalicelib.directory import interface  # noqa: PLC0415 - few ask for it

    return Json(interface.document(), headers=OPEN_DATA)


def _question(request: Request) -> Question:
    query = request.query
    kind = query.get("kind", "")
    if kind and kind not in set(Kind):
        raise Invalid(fields={"kind": _("Deze soort kennen we niet.")})
    return Question(
        words=query.get("q", "")[:LONGEST_QUESTION],
        kind=Kind(kind) if kind else None,
        place=query.get("place", "")[:LONGEST_QUESTION],
    )


def _typed(application: Application) -> Typed:
    texts = {
        name: getattr(application, name)
        for name in ("name", "kind", "place", "district", "website", "about", "email", "phone")
    }
    ticked = {name for name in ("email_public", "phone_public") if getattr(application, name)}
    return Typed(texts, application.themes, frozenset(ticked))
