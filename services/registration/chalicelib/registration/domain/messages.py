"""A mail that an organiser writes to some of the participants. No AWS, no Chalice."""

from datetime import datetime

from msgspec import Struct

from chalicelib.registration.domain.registration import Registration
from chalicelib.registration.domain.wanted import Wanted


class Message(Struct, frozen=True, kw_only=True):
    """What an organiser wrote, and to whom: those with the ids in `chosen`, or else everybody whom
    `wanted` finds. Where there is no English text the Dutch one goes to everybody.
    """

    id: str
    event: str
    wanted: Wanted = Wanted()
    chosen: tuple[str, ...] = ()
    subject: dict[str, str]  # language ("nl", "en") to text
    body: dict[str, str]
    written_at: datetime

    def is_for(self, one: Registration) -> bool:
        """Whether this person belonged to them at the moment that they were looked up."""
        if not one.gets_mail or one.has_failing_address or one.event != self.event:
            return False
        return one.state != "cancelled" if self.chosen else self.wanted.matches(one)

    def is_still_for(self, one: Registration) -> bool:
        """Whether it still makes sense when the mail is about to leave: who cancelled meanwhile
        gets nothing that was written to those who come.
        """
        return (one.state == "cancelled") == self.wanted.is_cancelled


class SentMessage(Struct, frozen=True):
    """A message that was sent off: how many mails were asked for, and whether that is all."""

    message: Message
    asked: int
    is_done: bool
