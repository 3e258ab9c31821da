"""The mails that a congress sends to everybody at a set moment, and when. No AWS, no Chalice."""

from datetime import datetime, time, timedelta
from typing import Literal

from msgspec import Struct

from chalicelib.registration.domain.congress import Definition
from chalicelib.registration.domain.registration import Registration
from shared.clock import AMSTERDAM, amsterdam

Mailing = Literal["reminder", "reconfirm", "reconfirm_again", "thanks"]
MAILINGS: tuple[Mailing, ...] = ("reconfirm", "reconfirm_again", "reminder", "thanks")
QUESTIONS: tuple[Mailing, ...] = ("reconfirm", "reconfirm_again")

MOMENT = time(10, 0)  # on the clock in Amsterdam; no change of the clock skips or repeats it
FIRST_HOUR, LAST_HOUR = 8, 20  # mail that is late waits for the next morning
THANKS_LATE = timedelta(days=3)  # then thanks have lost their meaning
BETWEEN_QUESTIONS = timedelta(days=1)
FRESH = timedelta(hours=12)  # who registered this shortly before has just had a mail


class MailRound(Struct, frozen=True, kw_only=True):
    """How far one mailing of a congress has come, for the day on which the congress is."""

    event: str
    mailing: Mailing
    day: str
    version: int = 0
    began_at: datetime
    reached: str = ""  # where in the list the rest starts; empty: at its beginning
    asked: int = 0  # mails that were asked for
    done_at: datetime | None = None


def due_at(definition: Definition, mailing: Mailing) -> datetime | None:
    """From when the mailing goes out, in UTC; None where the congress does not send it."""
    days = getattr(definition.mails, mailing)
    if not days:
        return None
    after = mailing == "thanks"
    day = amsterdam(definition.ends_at if after else definition.starts_at).date()
    day += timedelta(days=days if after else -days)
    return datetime.combine(day, MOMENT, AMSTERDAM).astimezone(definition.starts_at.tzinfo)


def is_wanted(definition: Definition, mailing: Mailing, now: datetime) -> bool:
    """Whether a round of the mailing may go on at `now`, at whatever hour."""
    due = due_at(definition, mailing)
    return due is not None and due <= now and may_leave(definition, mailing, now)


def may_leave(definition: Definition, mailing: Mailing, now: datetime) -> bool:
    """Whether a mail that was asked for may still go out at `now`. It does not look at how early
    that is: the clock of who asked may be a little ahead, and nobody asks twice.
    """
    due = due_at(definition, mailing)
    if due is None or not definition.published:
        return False
    return now < (due + THANKS_LATE if mailing == "thanks" else definition.starts_at)


def is_asking(definition: Definition, now: datetime) -> bool:
    """Whether people are being asked whether they still come."""
    return is_wanted(definition, "reconfirm", now)


def is_decent_hour(now: datetime) -> bool:
    """Whether mail that nobody waits for may go out: between 08:00 and 20:00 in Amsterdam."""
    return FIRST_HOUR <= amsterdam(now).hour < LAST_HOUR


def is_for(mailing: Mailing, began_at: datetime, one: Registration) -> bool:
    """Whether this person is among those whom a round that began then is for."""
    if one.state != "seated" or not one.is_confirmed:
        return False
    return mailing == "thanks" or one.registered_at <= began_at - FRESH


def is_still_for(definition: Definition, mailing: Mailing, one: Registration) -> bool:
    """Whether the mail still has a sense when it is about to leave."""
    answered = mailing in QUESTIONS and one.says_for(definition.day)
    return one.state == "seated" and not answered
