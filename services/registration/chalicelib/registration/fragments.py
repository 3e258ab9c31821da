"""The congress's part of the front page and of the desk, made anew from the current state."""

from chalicelib.registration import usecases
from chalicelib.registration.domain import Event
from chalicelib.registration.repository import Repository
from chalicelib.registration.views import event_view
from shared import fragments, pages
from shared.clock import Clock

LANGUAGES = ("nl", "en")
PARTS = ("front", "desk")
MOST_TRIES = 3


def publish_fragments(repository: Repository, clock: Clock) -> None:
    """Put the congresses that are still to come in the web bucket, in both languages.

    Two publishers may overtake each other, so each looks again whether it showed the newest state.
    """
    for _ in range(MOST_TRIES):
        events = _coming(repository, clock)
        for language in LANGUAGES:
            views = [event_view(event, language, clock.now()) for event in events]
            for part in PARTS:
                template = f"fragments/{part}.html"
                html = pages.render_plain("registration", template, language, events=views)
                fragments.publish("registration", part, language, html)
        if _coming(repository, clock) == events:
            return


def _coming(repository: Repository, clock: Clock) -> list[Event]:
    now = clock.now()
    return [one for one in usecases.list_events(repository) if one.definition.ends_at > now]
