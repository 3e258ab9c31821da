"""The HTML pages that everybody may open: the guide, and members' own pages."""

from chalicelib.directory.pages import guide, mine, mine_edit
from chalicelib.directory.pages.routing import router

__all__ = ["guide", "mine", "mine_edit", "router"]
