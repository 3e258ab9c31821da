"""The state an entry is in, and who was first to change it."""

import uuid

from chalicelib.directory.domain import Member
from chalicelib.directory.repository import PART_MEMBER, Repository
from shared.clock import Clock
from shared.errors import Conflict, NotFound
from shared.events import Data, Event, occurred
from shared.texts import later as _
from shared.transactions import Refused

BY_FORM = "form"
BY_OPERATOR = "operator"
BY_REGISTRATION = "registration"

_IDS = uuid.UUID("3f0f3f0e-9d5b-5a43-8a2b-6f1f6b2f7c11")


class Overtaken(Conflict):
    """Another organiser changed the entry first; `current` is what it says now."""

    code = "overtaken"
    title = _("Iemand anders heeft dit lid intussen veranderd. Bekijk de nieuwste stand.")

    def __init__(self, current: Member | None) -> None:
        super().__init__()
        self.current = current


def stable_id(source: str, text: str) -> str:
    """The id of the member that comes from `text`: the same every time it is asked."""
    return uuid.uuid5(_IDS, f"{source}:{text}").hex


def current(repository: Repository, clock: Clock, member_id: str, version: int) -> Member:
    """The entry as the caller saw it. Raises NotFound, or Overtaken when it has changed."""
    member = repository.get(member_id, clock.now())
    if member is None:
        raise NotFound
    if member.version != version:
        raise Overtaken(member)
    return member


def raise_overtaken(refused: Refused, repository: Repository, clock: Clock, member_id: str) -> None:
    """Raise Overtaken when the entry itself was what stood in the way."""
    if PART_MEMBER in refused.parts:
        raise Overtaken(repository.get(member_id, clock.now())) from refused


def event_about(data: Data, member: Member, clock: Clock) -> Event:
    """The event that tells of `member` as it is now."""
    return occurred(data, clock, version=member.version)
