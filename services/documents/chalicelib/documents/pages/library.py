"""The library, for everybody."""

from chalicelib.documents import settings
from chalicelib.documents.collaborators import catalogue, clock, repository
from chalicelib.documents.domain import Category
from chalicelib.documents.pages.routing import router
from chalicelib.documents.pages.showing import category_options, file_address, show
from chalicelib.documents.usecases import find_published
from shared import pages, pagination
from shared.http import PUBLIC, Answer, Html, Request


@router.page("/documenten", access=PUBLIC)
def library(request: Request) -> Answer:
    """The library: categories, search, pages."""
    text = request.query.get("zoek", "").strip()[:200]
    wanted = request.query.get("soort", "")
    category = Category(wanted) if wanted in tuple(Category) else None
    cursor = request.query.get("vanaf")
    after = pagination.decode(cursor).get("after") if cursor else None
    found = catalogue().search(text=text, category=category, after=after)
    following = pagination.encode({"after": found.after}) if found.after else ""
    return Html(
        pages.render(
            request,
            "library.html",
            documents=[show(request, document) for document in found.documents],
            total=found.total,
            published=sum(found.counts.values()),
            categories=category_options(request, found.counts),
            category=category.value if category else "",
            text=text,
            next_url=request.url(vanaf=following) if following else "",
            first_url=request.url(vanaf="") if cursor else "",
        ),
        embeddable=True,
    )


@router.page("/documenten/{document_id}", access=PUBLIC)
def document(request: Request, document_id: str) -> Answer:
    """One document with its download."""
    found = find_published(repository, clock, document_id)
    return Html(
        pages.render(request, "document.html", document=show(request, found)),
        policy={"img-src": settings.load().library_origin},
        embeddable=True,
    )


@router.page("/documenten/{document_id}/bestand", access=PUBLIC)
def file(request: Request, document_id: str) -> Answer:
    """The file, from the library's own origin. `?opslaan=ja` saves an image too."""
    found = find_published(repository, clock, document_id)
    return file_address(found, save=request.query.get("opslaan") == "ja")
