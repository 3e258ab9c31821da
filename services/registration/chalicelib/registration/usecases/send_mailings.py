"""Ask for the mails that a congress sends to everybody: reminder, "still coming?" and thanks.

A slice of the list and how far that is are one transaction, so a round goes on where it was, and
nobody is asked for twice or forgotten, however often and wherever it breaks off.
"""

from datetime import datetime

from msgspec.structs import replace

from chalicelib.registration.domain import (
    MAILINGS,
    Definition,
    Mailing,
    MailRound,
    is_decent_hour,
    is_for,
    is_wanted,
)
from chalicelib.registration.domain.mailings import BETWEEN_QUESTIONS
from chalicelib.registration.repository import Repository
from chalicelib.registration.repository.mailings import AT_ONCE
from shared.clock import Clock
from shared.events import Event, occurred
from shared.events.registration import MailingAsked
from shared.observability import log, log_error
from shared.transactions import Refused

SLICES = 5  # per run, a minute: 450 mails, so that SES has room for who registers meanwhile


def send_mailings(
    repository: Repository, clock: Clock, *, slices: int = SLICES, at_once: int = AT_ONCE
) -> int:
    """Ask for the mails that are due, up to `slices` of `at_once` people; answers how many.

    Harmless at any time and any number of times; the rest follows when it is called again.
    """
    if not is_decent_hour(clock.now()):
        return 0
    asked, left = 0, slices
    for definition in repository.definitions.all():
        for mailing in MAILINGS:
            if not left or not is_wanted(definition, mailing, clock.now()):
                continue
            try:
                told, used = _carry_on(repository, clock, definition.id, mailing, left, at_once)
            except Exception as error:  # noqa: BLE001 - one congress must not keep the others
                log_error("mailing.failed", error, event=definition.id, mailing=mailing)
                continue
            asked, left = asked + told, left - used
    return asked


def _carry_on(
    repository: Repository, clock: Clock, event: str, mailing: Mailing, most: int, at_once: int
) -> tuple[int, int]:
    """Up to `most` slices of one round; answers how many mails and how many slices."""
    definition = repository.definitions.refresh(event)  # the list may lag behind a move
    if definition is None or not is_wanted(definition, mailing, clock.now()):
        return 0, 0
    found = repository.mailings.of(definition.id, mailing, definition.day)
    if found is None and not _may_begin(repository, definition, mailing, clock.now()):
        return 0, 0
    asked = slices = 0
    while slices < most and not (found and found.done_at):
        after, messages = _slice(repository, clock, definition, mailing, found, at_once)
        try:
            repository.mailings.advance(found, after, messages)
        except Refused:  # somebody else is at it
            break
        found, slices, asked = after, slices + 1, asked + len(messages)
        if after.done_at:
            log("mailing.done", event=definition.id, mailing=mailing, count=after.asked)
    return asked, slices


def _may_begin(
    repository: Repository, definition: Definition, mailing: Mailing, now: datetime
) -> bool:
    """The second question comes a day after the first one at the earliest."""
    if mailing != "reconfirm_again":
        return True
    first = repository.mailings.of(definition.id, "reconfirm", definition.day)
    return bool(first and first.done_at and first.done_at + BETWEEN_QUESTIONS <= now)


def _slice(
    repository: Repository,
    clock: Clock,
    definition: Definition,
    mailing: Mailing,
    before: MailRound | None,
    at_once: int,
) -> tuple[MailRound, list[Event]]:
    now = clock.now()
    known = before or MailRound(
        event=definition.id, mailing=mailing, day=definition.day, began_at=now
    )
    number, _, item = known.reached.partition(" ")
    after = (number, item) if known.reached else None
    people, following = repository.lists.page(definition.id, after, at_once)
    messages = [
        occurred(
            MailingAsked(
                registration_id=one.id, event=one.event, mailing=mailing, day=definition.day
            ),
            clock,
            version=one.version,
        )
        for one in people
        if is_for(mailing, known.began_at, one)
    ]
    return (
        replace(
            known,
            version=known.version + 1,
            reached=" ".join(following) if following else known.reached,
            asked=known.asked + len(messages),
            done_at=None if following else now,
        ),
        messages,
    )
