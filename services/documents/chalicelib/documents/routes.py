"""The JSON interface."""

from chalicelib.documents.collaborators import catalogue, clock, repository, storage
from chalicelib.documents.domain import Category
from chalicelib.documents.links import invitation_of
from chalicelib.documents.schemas import (
    Health,
    NewUpload,
    document_answer,
    list_answer,
    upload_answer,
)
from chalicelib.documents.settings import load
from chalicelib.documents.usecases import (
    announce_upload,
    complete_upload,
    find_published,
    find_upload,
    plan_upload,
)
from shared import pagination
from shared.errors import Invalid
from shared.http import PUBLIC, Answer, Json, Request, Router

router = Router("documents")

LIBRARY_CACHE = "public, max-age=30"


@router.get("/documenten/api/v1/documents", access=PUBLIC)
def documents(request: Request) -> Answer:
    """Published documents, newest first: `q`, `category`, `cursor`."""
    category = request.query.get("category", "")
    if category and category not in tuple(Category):
        raise Invalid(fields={"category": "Kies een van de soorten."})
    cursor = request.query.get("cursor")
    found = catalogue().search(
        text=request.query.get("q", "")[:200],
        category=Category(category) if category else None,
        after=pagination.decode(cursor).get("after") if cursor else None,
    )
    following = pagination.encode({"after": found.after}) if found.after else None
    return Json(list_answer(found, following), cache=LIBRARY_CACHE)


@router.get("/documenten/api/v1/documents/{document_id}", access=PUBLIC)
def document(request: Request, document_id: str) -> Answer:  # noqa: ARG001 - the router's shape
    """One published document."""
    return Json(document_answer(find_published(repository, clock, document_id)))


@router.post("/documenten/api/v1/uploads", access=PUBLIC, body=NewUpload)
def announce(request: Request, body: NewUpload) -> Answer:
    """Announce a file; the answer says where to send it."""
    announced = announce_upload(
        repository,
        storage(),
        clock,
        invitation=invitation_of(request, repository, clock),
        wish=body.wish(),
        key=request.idempotency_key,
    )
    return Json(upload_answer(plan_upload(storage(), announced)), status=201)


@router.get("/documenten/api/v1/uploads/{document_id}", access=PUBLIC)
def upload(request: Request, document_id: str) -> Answer:
    """Where an upload stands, with fresh addresses for what is left."""
    invitation = invitation_of(request, repository, clock)
    found = find_upload(repository, clock, invitation, document_id)
    return Json(upload_answer(plan_upload(storage(), found)))


@router.post("/documenten/api/v1/uploads/{document_id}/complete", access=PUBLIC)
def complete(request: Request, document_id: str) -> Answer:
    """Say that every byte was sent; safe to repeat."""
    invitation = invitation_of(request, repository, clock)
    found = find_upload(repository, clock, invitation, document_id)
    done = complete_upload(repository, storage(), clock, found)
    return Json(upload_answer(plan_upload(storage(), done)))


@router.get("/documenten/api/health", access=PUBLIC)
def health(request: Request) -> Answer:  # noqa: ARG001 - the router's shape
    """The service answers; nothing else is asked of it."""
    return Json(Health(version=load().version))


@router.get("/documenten/api/openapi.json", access=PUBLIC)
def description(request: Request) -> Answer:  # noqa: ARG001 - the router's shape
    """This interface, described."""
    from chalicelib.documents import interface  # noqa: PLC0415 - few ask for it

    return Json(interface.document(), cache="public, max-age=3600")
