"""The organisers' page of one document: look at what came in, and decide."""

from collections.abc import Callable

from chalicelib.documents import settings
from chalicelib.documents.collaborators import catalogue, clock, repository
from chalicelib.documents.domain import Document, State, Verdict
from chalicelib.documents.pages.routing import desk_router
from chalicelib.documents.pages.showing import file_address, show
from chalicelib.documents.usecases import (
    decline_document,
    publish_document,
    withdraw_document,
)
from chalicelib.documents.views import DESK, SERVICE
from shared import auth, pages
from shared.errors import Invalid, NotFound, SignInNeeded
from shared.http import Answer, Html, Request, SeeOther, organiser
from shared.transactions import Join

READER = organiser(SERVICE, "read")
ORGANISER = organiser(SERVICE)


@desk_router.page(f"{DESK}/{{document_id}}", access=READER)
def desk_document(request: Request, document_id: str) -> Answer:
    """One document with what the inspection found."""
    return _page(request, _find(document_id), {})


@desk_router.page(f"{DESK}/{{document_id}}/bestand", access=READER)
def desk_file(request: Request, document_id: str) -> Answer:
    """The inspected copy, published or not."""
    document = _find(document_id)
    if not document.library_key:
        raise NotFound
    return file_address(document, save=request.query.get("opslaan") == "ja")


@desk_router.form(f"{DESK}/{{document_id}}/publiceren", access=ORGANISER)
def publish(request: Request, document_id: str) -> Answer:
    """Put it in the library."""
    seen = request.form.get("bekeken") == "ja"
    document = _find(document_id)
    if document.verdict is Verdict.NEEDS_PERSON and not seen:
        wrong = {"bekeken": "Kruis aan dat je het bestand zelf hebt bekeken."}
        return _page(request, document, wrong, status=422)
    publish_document(
        repository,
        clock,
        document_id,
        decided_by=who(request).id,
        seen_by_person=seen,
        note=note(request, "document.published", document_id),
    )
    return _decided(request, "Het document staat op de website.")


@desk_router.form(f"{DESK}/{{document_id}}/afwijzen", access=ORGANISER)
def decline(request: Request, document_id: str) -> Answer:
    """Say no, with a reason."""
    done = "Je hebt het document niet geplaatst. De inzender krijgt je uitleg per mail."
    return _close(request, document_id, decline_document, "document.declined", done)


@desk_router.form(f"{DESK}/{{document_id}}/intrekken", access=ORGANISER)
def withdraw(request: Request, document_id: str) -> Answer:
    """Take it out of the library."""
    done = "Het document is van de website gehaald."
    return _close(request, document_id, withdraw_document, "document.withdrawn", done)


def _close(
    request: Request, document_id: str, verb: Callable[..., Document], action: str, done: str
) -> Answer:
    try:
        verb(
            repository,
            clock,
            document_id,
            decided_by=who(request).id,
            reason=request.form.get("reden", ""),
            note=note(request, action, document_id),
        )
    except Invalid as invalid:
        return _page(request, _find(document_id), invalid.fields, status=422)
    return _decided(request, done)


def _find(document_id: str) -> Document:
    document = repository.document(document_id, clock.now())
    if document is None or document.state is State.ANNOUNCED:
        raise NotFound
    return document


def _page(request: Request, document: Document, errors: dict[str, str], status: int = 200) -> Html:
    partner = repository.partner(document.member_id) if document.member_id else None
    text = pages.render(
        request,
        "desk_document.html",
        document=show(request, document),
        sender=partner.name if partner else "",
        may_decide=who(request).may(SERVICE, "work"),
        values=request.form,
        errors={name: pages.say(request, wrong) for name, wrong in errors.items()},
    )
    return Html(text, status=status, policy={"img-src": settings.load().library_origin})


def note(request: Request, action: str, document_id: str) -> Join:
    """What notes in the audit log who did this; ids only."""
    return auth.audited(who(request), action, document_id, clock)


def _decided(request: Request, text: str) -> SeeOther:
    catalogue().forget()
    return SeeOther(pages.link(DESK, request.language), flash=pages.say(request, text))


def who(request: Request) -> auth.Organiser:
    """Who is signed in. Raises SignInNeeded."""
    if request.organiser is None:
        raise SignInNeeded
    return request.organiser
