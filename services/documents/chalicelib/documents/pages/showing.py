"""What several pages show: a document, its file, the categories."""

from collections.abc import Mapping
from functools import partial

from chalicelib.documents.collaborators import storage
from chalicelib.documents.domain import KINDS, Category, Document, download_name
from chalicelib.documents.texts import CATEGORIES, CATEGORY_HINTS
from chalicelib.documents.views import DocumentView, document_view
from shared import pages
from shared.http import Request, SeeOther


def show(request: Request, document: Document) -> DocumentView:
    """A document in the language of the request."""
    return document_view(document, partial(pages.say, request), request.language)


def file_address(document: Document, *, save: bool) -> SeeOther:
    """To the file itself, at a short-lived address on the library's own origin.

    Images may be shown in place; everything else, and an image to `save`, is an attachment.
    """
    kind = KINDS[document.kind or ""]
    name = download_name(document.title, kind)
    inline = kind.inline and not save
    key = document.library_key or ""
    return SeeOther(storage().download(key, name, kind.content_type, inline=inline))


def category_options(
    request: Request, counts: Mapping[Category, int]
) -> list[tuple[str, str, str, int]]:
    """Every category: its value, name, hint, and how many documents it has."""
    return [
        (
            one.value,
            pages.say(request, CATEGORIES[one]),
            pages.say(request, CATEGORY_HINTS[one]),
            counts.get(one, 0),
        )
        for one in Category
    ]
