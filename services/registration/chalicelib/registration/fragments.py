"""The congress's part of the front page and of the desk, made anew from the current state."""

from chalicelib.registration import usecases
from chalicelib.registration.domain import Event
from chalicelib.registration.repository import Repository
from chalicelib.registration.views import event_view
from shared import fragments, pages
from shared.clock import Clock

PARTS = ("front", "desk")


def publish_fragments(repository: Repository, clock: Clock) -> None:
    """Put the congresses that are still to come in the web bucket, in both languages."""
    fragments.publish_current(
        lambda: _coming(repository, clock), lambda events: _publish(events, clock)
    )


def _publish(events: list[Event], clock: Clock) -> None:
    for language in fragments.LANGUAGES:
        views = [event_view(event, language, clock.now()) for event in events]
        for part in PARTS:
            template = f"fragments/{part}.html"
            html = pages.render_plain("registration", template, language, events=views)
            fragments.publish("registration", part, language, html)


def _coming(repository: Repository, clock: Clock) -> list[Event]:
    now = clock.now()
    return [one for one in usecases.list_events(repository) if one.definition.ends_at > now]
