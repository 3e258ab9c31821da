"""The organisers' pages. A function loads them when one is first asked for (`App.later`)."""

from chalicelib.directory.pages import (
    desk,
    desk_edit,
    desk_list,
    mail_words,
)
from chalicelib.directory.pages.routing import desk_router as router

__all__ = ["desk", "desk_edit", "desk_list", "mail_words", "router"]
