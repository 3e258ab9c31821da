"""The organisers' pages. A function loads them when one is first asked for (`App.later`)."""

from chalicelib.registration.pages import (
    desk,
    door,
    editor,
    entering,
    event_actions,
    figures,
    mail_words,
    messages,
    participant_changes,
    participants,
    website,
)
from chalicelib.registration.pages.routing import desk_router as router

__all__ = [
    "desk",
    "door",
    "editor",
    "entering",
    "event_actions",
    "figures",
    "mail_words",
    "messages",
    "participant_changes",
    "participants",
    "router",
    "website",
]
