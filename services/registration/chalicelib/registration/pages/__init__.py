"""The HTML pages that everybody may open: the congresses, and one's own registration."""

from chalicelib.registration.pages import coming, congress, framed, manage
from chalicelib.registration.pages.routing import router

__all__ = ["coming", "congress", "framed", "manage", "router"]
