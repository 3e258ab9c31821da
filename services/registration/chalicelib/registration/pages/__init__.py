"""The HTML pages, by who uses them: visitors, holders of a manage link, organisers."""

from chalicelib.registration.pages import congress, desk, manage
from chalicelib.registration.pages.routing import router

__all__ = ["congress", "desk", "manage", "router"]
