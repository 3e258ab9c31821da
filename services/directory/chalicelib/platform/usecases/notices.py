"""Telling organisers what happened: a notice for each who wants one, and mails when they are due.

Nothing is lost and nothing comes twice, wherever a run ends or two overlap (docs/adr: notices): the
notices that go into a mail are fixed first, under a version that no other run has seen, and go only
when the mail was sent.
"""

from collections.abc import Callable, Iterator

from chalicelib.platform.domain.notices import (
    NEEDS_ACTION,
    Bundle,
    Group,
    Mailbox,
    Notice,
    Part,
    Preferences,
    Recipient,
    recipients,
)
from chalicelib.platform.repository import notices
from shared import auth
from shared.auth import Organiser
from shared.clock import Clock
from shared.events import Event
from shared.ids import new_id
from shared.inbox import Once
from shared.transactions import Join

__all__ = ["change_preferences", "deliver", "everybody", "tell"]

MOST_IN_BUNDLE = 5_000  # their ids fit in an item, and are deleted in seconds
MOST_BUNDLES = 10  # of one recipient, in one run
SHOWN = 20  # lines of one kind in a mail
Send = Callable[[Recipient, Bundle], None]


def everybody() -> list[Recipient]:
    """All who may get notices, with what they chose."""
    return recipients(auth.every_organiser(), notices.preferences())


def tell(everyone: list[Recipient], event: Event, group: Group, once: Once) -> None:
    """Put a notice with everybody who wants to hear of this."""
    notice = Notice(group, event.id, event.subject, event.time)
    notices.add([one for one in everyone if one.wants(group)], notice, once)


def deliver(clock: Clock, recipient: Recipient, send: Send) -> int:
    """Send what is due to a recipient; answers how many mails that were."""
    sent = 0
    while sent < MOST_BUNDLES and _has_work(clock, recipient):
        box = notices.mailbox(recipient.id)  # before the notices: see `freeze`
        if box.bundle is None:
            box = _fix(clock, recipient, box)
        if box.bundle is None:
            break
        _send(recipient, box.bundle, send)
        for part in box.bundle.parts:
            notices.remove(recipient.id, part.group, part.ids)
        notices.finish(recipient.id, box.version)
        sent += 1
    return sent


def change_preferences(
    clock: Clock, by: Organiser, recipient: str, wanted: Preferences, *, team: bool
) -> None:
    """Make it what a recipient hears, unless that changed since. Raises Overtaken."""
    joins: list[Join] = [auth.audited(by, "notices.team_changed", "notices", clock)] if team else []
    notices.save(recipient, wanted, joins)


def _has_work(clock: Clock, recipient: Recipient) -> bool:
    return any(
        not recipient.wants(first.group) or _is_due(clock, recipient, first)
        for first in notices.groups(recipient.id)
    )


def _is_due(clock: Clock, recipient: Recipient, notice: Notice) -> bool:
    return recipient.preferences.is_due(notice.group, notice.at, clock.now())


def _fix(clock: Clock, recipient: Recipient, seen: Mailbox) -> Mailbox:
    """Fix what the next mail says; without a bundle when nothing is due."""
    room, parts = MOST_IN_BUNDLE, list[Part]()
    for first in notices.groups(recipient.id, consistent=True):
        if not recipient.wants(first.group):
            _drop(recipient, first.group)
        elif room > 0 and _is_due(clock, recipient, first):
            found = list(_due(clock, recipient, first.group, room))
            room -= len(found)
            parts.append(_part(first.group, found))
    if not parts:
        return seen
    bundle = Bundle(new_id(clock), tuple(parts))
    try:
        notices.freeze(recipient.id, seen, bundle, clock.now())
    except notices.Overtaken:  # the other run sends it
        return seen
    return Mailbox(seen.version + 1, bundle)


def _due(clock: Clock, recipient: Recipient, group: Group, room: int) -> Iterator[Notice]:
    for notice in notices.of_group(recipient.id, group, room):
        if _is_due(clock, recipient, notice):
            yield notice


def _drop(recipient: Recipient, group: Group) -> None:
    found = notices.of_group(recipient.id, group, MOST_IN_BUNDLE)
    notices.remove(recipient.id, group, [one.id for one in found])


def _part(group: Group, found: list[Notice]) -> Part:
    items = tuple(one.item for one in found[:SHOWN]) if group.kind in NEEDS_ACTION else ()
    return Part(group, tuple(one.id for one in found), items)


def _send(recipient: Recipient, bundle: Bundle, send: Send) -> None:
    """Send what they want: their role or choice may have changed since the bundle was fixed."""
    wanted = tuple(part for part in bundle.parts if recipient.wants(part.group))
    if wanted:
        send(recipient, Bundle(bundle.id, wanted))
