"""What an organiser does with an entry: approve, decline, reopen, edit, withdraw.

`note` joins the same transaction: what the audit log says of it.
"""

from chalicelib.directory import domain, slugs
from chalicelib.directory.domain import Contact, Member, Profile
from chalicelib.directory.repository import PART_SLUG, Repository
from chalicelib.directory.usecases.current import (
    Overtaken,
    current,
    event_about,
    raise_overtaken,
)
from shared.clock import Clock
from shared.errors import Conflict
from shared.events import Data
from shared.events.directory import (
    MemberChanged,
    MemberDeclined,
    MemberPublished,
    MemberReopened,
    MemberWithdrawn,
)
from shared.transactions import Join, Refused

MOST_SLUGS = 50


def approve(
    repository: Repository, clock: Clock, member_id: str, version: int, note: Join | None = None
) -> Member:
    """Publish a draft under a free slug. Raises NotFound, or Overtaken when it has changed."""
    before = current(repository, clock, member_id, version)
    for attempt in range(MOST_SLUGS):
        slug = slugs.slug_choice(before.profile.name, attempt)
        try:
            after = domain.publish(before, slug, clock.now())
        except domain.WrongState as error:
            raise Overtaken(before) from error
        event = event_about(MemberPublished(member_id=after.id), after, clock)
        try:
            repository.replace(before, after, event, join=note)
        except Refused as refused:
            raise_overtaken(refused, repository, clock, member_id)
            if PART_SLUG not in refused.parts:
                raise
        else:
            return after
    raise Conflict("no_free_slug")


def decline(
    repository: Repository, clock: Clock, member_id: str, version: int, note: Join | None = None
) -> Member:
    """Say no to a draft. Raises NotFound, or Overtaken when it has changed."""
    before = current(repository, clock, member_id, version)
    try:
        after = domain.decline(before, clock.now())
    except domain.WrongState as error:
        raise Overtaken(before) from error
    return _replace(repository, clock, before, after, MemberDeclined(member_id=member_id), note)


def reopen(
    repository: Repository, clock: Clock, member_id: str, version: int, note: Join | None = None
) -> Member:
    """Take a refusal back: the entry waits again. Raises NotFound, or Overtaken."""
    before = current(repository, clock, member_id, version)
    try:
        after = domain.reopen(before, clock.now())
    except domain.WrongState as error:
        raise Overtaken(before) from error
    return _replace(repository, clock, before, after, MemberReopened(member_id=member_id), note)


def withdraw(
    repository: Repository, clock: Clock, member_id: str, version: int, note: Join | None = None
) -> Member:
    """Take an entry out of the guide and out of every other output, at once and for good."""
    before = current(repository, clock, member_id, version)
    try:
        after = domain.withdraw(before, clock.now())
    except domain.WrongState as error:
        raise Overtaken(before) from error
    return _replace(repository, clock, before, after, MemberWithdrawn(member_id=member_id), note)


def edit(
    repository: Repository,
    clock: Clock,
    member_id: str,
    version: int,
    profile: Profile,
    contact: Contact,
    note: Join | None = None,
) -> Member:
    """Change what an entry says. Raises NotFound, or Overtaken when somebody else was first."""
    before = current(repository, clock, member_id, version)
    try:
        after = domain.edit(before, profile, contact, clock.now())
    except domain.WrongState as error:
        raise Overtaken(before) from error
    if not domain.changes(before, after):
        return before
    return _replace(repository, clock, before, after, MemberChanged(member_id=member_id), note)


def _replace(
    repository: Repository,
    clock: Clock,
    before: Member,
    after: Member,
    data: Data,
    note: Join | None,
) -> Member:
    try:
        repository.replace(before, after, event_about(data, after, clock), join=note)
    except Refused as refused:
        raise_overtaken(refused, repository, clock, before.id)
        raise
    return after
