"""Our parts of the front page and of the desk, made anew from the current state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from chalicelib.registration import usecases
from chalicelib.registration.domain import CONGRESS, Definition, Event
from chalicelib.registration.repository import Repository
from chalicelib.registration.usecases import Week
from chalicelib.registration.views import DESK, SERVICE, event_view
from shared import desk, fragments, pages
from shared.clock import Clock
from shared.desk import ComingDate, DeskPart, Figure, Need
from shared.texts import later as _

MOST_FAILING = 1000  # addresses that fail; more are not counted
RUSH = 100  # registrations in a week
PATIENCE = timedelta(minutes=1)

_counted: dict[str, tuple[datetime, Week]] = {}


def publish_fragments(repository: Repository, clock: Clock) -> None:
    """Put the congresses that are still to come in the web bucket."""
    fragments.publish_current(
        lambda: _coming(repository, clock.now()),
        lambda events: _publish(repository, events, clock.now()),
    )


def _coming(repository: Repository, now: datetime) -> list[Event]:
    found = usecases.list_events(repository, drafts=True)
    return [event for event in found if event.definition.ends_at > now]


def _publish(repository: Repository, events: list[Event], now: datetime) -> None:
    shown = [event for event in events if event.definition.published]
    for language in fragments.LANGUAGES:
        views = [event_view(event, language, now) for event in shown]
        html = pages.render_plain(SERVICE, "fragments/front.html", language, events=views)
        fragments.publish(SERVICE, "front", language, html)
    # Counted once, and not at each look: whoever registers changes the figures of a line too.
    weeks = {event.definition.id: _week(repository, event.definition.id, now) for event in shown}
    failing = {
        event.definition.id: repository.lists.failing(event.definition.id, MOST_FAILING)
        for event in events
    }
    desk.publish_part(SERVICE, desk_part(events, weeks, now, failing))


def _week(repository: Repository, event: str, now: datetime) -> Week:
    """The figures of the week; in a rush, when many are counted at each change, for a minute."""
    at, known = _counted.get(event, (now, Week(0, 0, more=False)))
    if known.registered >= RUSH and at <= now < at + PATIENCE:
        return known
    week = usecases.count_week(repository, event=event, now=now)
    _counted[event] = now, week
    return week


def desk_part(
    events: list[Event],
    weeks: Mapping[str, Week],
    now: datetime,
    failing: Mapping[str, int],
) -> DeskPart:
    """What waits for an organiser of a congress, how the week went and what is to come.

    `failing` counts the participants of each congress whose address fails.
    """
    definitions = [event.definition for event in events]
    return DeskPart(
        needs=tuple(need for event in events for need in _needs(event, now, failing)),
        figures=tuple(figure for event, week in weeks.items() for figure in _figures(event, week)),
        dates=tuple(date for one in definitions for date in _dates(one, now)),
        titles={one.id: one.title for one in definitions},
    )


def _needs(event: Event, now: datetime, failing: Mapping[str, int]) -> Iterator[Need]:
    definition = event.definition
    here = f"{DESK}/{definition.id}"
    waiting = event.lines[CONGRESS].waiting if CONGRESS in event.lines else 0
    if waiting:
        one, more = _("Vol: 1 deelnemer wacht"), _("Vol: %(count)s deelnemers wachten")
        yield Need(
            kind="waiting_list",
            text=desk.counted(SERVICE, one, more, waiting),
            count=waiting,
            href=f"{here}?stand=waiting",
            event=definition.id,
        )
    unreached = failing.get(definition.id, 0)
    if unreached:
        one, more = _("1 adres klopt niet"), _("%(count)s adressen kloppen niet")
        yield Need(
            kind="bounce",
            text=desk.counted(SERVICE, one, more, unreached),
            count=unreached,
            href=f"{here}?stand=adres",
            event=definition.id,
        )
    if not definition.published and definition.opens_at <= now:
        text = _("Nog een concept, maar aanmelden had al gekund")
        yield Need(
            kind="draft",
            text=desk.texts(SERVICE, text),
            count=1,
            href=f"{here}/stand",
            event=definition.id,
        )


def _figures(event: str, week: Week) -> Iterator[Figure]:
    here = f"{DESK}/{event}"
    came = _("Aangemeld, minstens") if week.more else _("Aangemeld")
    gone = f"{here}?stand=cancelled"
    yield Figure(label=desk.texts(SERVICE, came), value=week.registered, href=here, event=event)
    label = desk.texts(SERVICE, _("Afgezegd"))
    yield Figure(label=label, value=week.cancelled, href=gone, event=event)


def _dates(definition: Definition, now: datetime) -> Iterator[ComingDate]:
    moments = (
        (definition.opens_at, _("Aanmelden gaat open")),
        (definition.closes_at, _("Aanmelden sluit")),
        (definition.starts_at, _("De dag zelf")),
    )
    here = f"{DESK}/{definition.id}"
    for at, text in moments:
        if at > now:
            said = desk.texts(SERVICE, text)
            yield ComingDate(text=said, at=at, href=here, event=definition.id)
