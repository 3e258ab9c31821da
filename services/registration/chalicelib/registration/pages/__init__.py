"""The HTML pages that everybody may open: the congresses, and one's own registration."""

from chalicelib.registration.pages import coming, confirming, congress, framed, manage
from chalicelib.registration.pages.routing import router

__all__ = ["coming", "confirming", "congress", "framed", "manage", "router"]
