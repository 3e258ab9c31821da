"""The HTML pages that everybody may open and no service owns."""

from chalicelib.platform.pages import front, house_style, statements
from chalicelib.platform.pages.routing import router

__all__ = ["front", "house_style", "router", "statements"]
