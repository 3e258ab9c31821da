"""The HTML pages that everybody may open: the library, and partners' own pages."""

from chalicelib.documents.pages import library, mine, uploading
from chalicelib.documents.pages.routing import router

__all__ = ["library", "mine", "router", "uploading"]
