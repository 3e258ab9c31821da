"""How far the mails to everybody have come."""

from collections.abc import Iterable
from datetime import timedelta

from chalicelib.registration.domain import Mailing, MailRound
from chalicelib.registration.models import MailingItem, Outbox
from chalicelib.registration.repository.records import find
from shared import outbox
from shared.events import Event
from shared.transactions import Transaction

KEPT = timedelta(days=365)  # a congress that moves away and back is not asked anew
AT_ONCE = 90  # messages in one transaction, which takes 100 parts


class Mailings:
    """Reads rounds and moves them on."""

    def of(self, event: str, mailing: Mailing, day: str) -> MailRound | None:
        """The round of this mailing for this day, strongly read; None before it begins."""
        item = find(MailingItem, *_key(event, mailing, day))
        if item is None:
            return None
        return MailRound(
            event=event,
            mailing=mailing,
            day=day,
            version=int(item.version),
            began_at=item.began_at,
            reached=item.reached,
            asked=int(item.asked),
            done_at=item.done_at,
        )

    def advance(
        self, before: MailRound | None, after: MailRound, messages: Iterable[Event]
    ) -> None:
        """Ask for these mails (AT_ONCE at most) and write how far that is, together.

        Raises Refused with the part "mailing" when somebody else moved the round on.
        """
        transaction = Transaction()
        item = MailingItem(
            *_key(after.event, after.mailing, after.day),
            version=after.version,
            began_at=after.began_at,
            reached=after.reached,
            asked=after.asked,
            done_at=after.done_at,
            expires_at=after.began_at + KEPT,
        )
        as_read = MailingItem.version == (before.version if before else 0)
        transaction.put(
            item, name="mailing", condition=as_read if before else MailingItem.pk.does_not_exist()
        )
        for message in messages:
            transaction.insert(outbox.message(Outbox, message), name="outbox")
        transaction.commit()


def _key(event: str, mailing: Mailing, day: str) -> tuple[str, str]:
    return f"MAILING#{event}", f"{mailing}#{day}"
