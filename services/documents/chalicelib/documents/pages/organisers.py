"""The organisers' pages. A function loads them when one is first asked for (`App.later`)."""

from chalicelib.documents.pages import (
    desk,
    desk_list,
    mail_words,
)
from chalicelib.documents.pages.routing import desk_router as router

__all__ = ["desk", "desk_list", "mail_words", "router"]
