"""The HTML pages: the guide, the organisers' desk, and the pages that no service owns."""

from chalicelib.directory.pages import desk, desk_edit, guide, platform
from chalicelib.directory.pages.routing import router

__all__ = ["desk", "desk_edit", "guide", "platform", "router"]
