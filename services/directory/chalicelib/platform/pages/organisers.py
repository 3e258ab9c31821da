"""The organisers' pages. A function loads them when one is first asked for (`App.later`)."""

from chalicelib.platform.pages import (
    account,
    audit,
    desk,
    logo,
    notices,
    operations,
    people,
    person,
    reset,
    search,
    settings,
    sign_in,
    sign_in_steps,
)
from chalicelib.platform.pages.routing import desk_router as router

__all__ = [
    "account",
    "audit",
    "desk",
    "logo",
    "notices",
    "operations",
    "people",
    "person",
    "reset",
    "router",
    "search",
    "settings",
    "sign_in",
    "sign_in_steps",
]
