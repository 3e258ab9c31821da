"""The HTML pages, by who uses them: readers, partners who upload, organisers."""

from chalicelib.documents.pages import desk, library, uploading
from chalicelib.documents.pages.routing import router

__all__ = ["desk", "library", "router", "uploading"]
