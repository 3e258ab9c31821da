"""The congress's part of the front page, made anew from the current state."""

from chalicelib.registration import usecases
from chalicelib.registration.repository import Repository
from chalicelib.registration.views import event_view
from shared import fragments, pages
from shared.clock import Clock

LANGUAGES = ("nl", "en")


def publish_front(repository: Repository, clock: Clock) -> None:
    """Put the congresses that are still to come in the web bucket, in both languages."""
    now = clock.now()
    events = [one for one in usecases.list_events(repository) if one.definition.ends_at > now]
    for language in LANGUAGES:
        views = [event_view(event, language, now) for event in events]
        html = pages.render_plain("registration", "fragment_front.html", language, events=views)
        fragments.publish("registration", "front", language, html)
