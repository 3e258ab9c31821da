"""The organisers' pages: look at what came in, and decide."""

from collections.abc import Callable

from chalicelib.documents import settings
from chalicelib.documents.collaborators import catalogue, clock, repository
from chalicelib.documents.domain import Document, State, Verdict
from chalicelib.documents.pages.routing import router
from chalicelib.documents.pages.showing import file_address, show
from chalicelib.documents.repository import CLOSED, PUBLISHED, REVIEW
from chalicelib.documents.usecases import (
    decline_document,
    publish_document,
    withdraw_document,
)
from shared import auth, pages
from shared.errors import Invalid, NotFound, SignInNeeded
from shared.http import Answer, Html, Request, SeeOther, organiser
from shared.transactions import Join

DESK = "/documenten/beheer"
RECENT = 50  # decisions shown; older ones are found in the library or are gone

_READER = organiser("documents", at_least="reader")
_ORGANISER = organiser("documents")


@router.page(DESK, access=_READER)
def desk(request: Request) -> Answer:
    """What waits for a decision first, then what was decided."""
    now = clock.now()
    return Html(
        pages.render(
            request,
            "desk.html",
            waiting=[show(request, each) for each in reversed(repository.listed(REVIEW, now))],
            published=[show(request, each) for each in repository.listed(PUBLISHED, now)[:RECENT]],
            closed=[show(request, each) for each in repository.listed(CLOSED, now)[:RECENT]],
        )
    )


@router.page(f"{DESK}/{{document_id}}", access=_READER)
def desk_document(request: Request, document_id: str) -> Answer:
    """One document with what the inspection found."""
    return _page(request, _find(document_id), {})


@router.page(f"{DESK}/{{document_id}}/bestand", access=_READER)
def desk_file(request: Request, document_id: str) -> Answer:
    """The inspected copy, published or not."""
    document = _find(document_id)
    if not document.library_key:
        raise NotFound
    return file_address(document, save=request.query.get("opslaan") == "ja")


@router.form(f"{DESK}/{{document_id}}/publiceren", access=_ORGANISER)
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
        decided_by=_who(request).id,
        seen_by_person=seen,
        note=_note(request, "document.published", document_id),
    )
    return _decided(request, "Het document staat op de website.")


@router.form(f"{DESK}/{{document_id}}/afwijzen", access=_ORGANISER)
def decline(request: Request, document_id: str) -> Answer:
    """Say no, with a reason."""
    done = "Je hebt het document niet geplaatst. De inzender krijgt je uitleg per mail."
    return _close(request, document_id, decline_document, "document.declined", done)


@router.form(f"{DESK}/{{document_id}}/intrekken", access=_ORGANISER)
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
            decided_by=_who(request).id,
            reason=request.form.get("reden", ""),
            note=_note(request, action, document_id),
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
        may_decide=_who(request).may("documents", "organiser"),
        values=request.form,
        errors={name: pages.say(request, wrong) for name, wrong in errors.items()},
    )
    return Html(text, status=status, policy={"img-src": settings.load().library_origin})


def _note(request: Request, action: str, document_id: str) -> Join:
    return auth.audited(_who(request), action, document_id, clock)


def _decided(request: Request, text: str) -> SeeOther:
    catalogue().forget()
    return SeeOther(pages.link(DESK, request.language), flash=pages.say(request, text))


def _who(request: Request) -> auth.Organiser:
    if request.organiser is None:
        raise SignInNeeded
    return request.organiser
