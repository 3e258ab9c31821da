"""What stands between a password and a session: steps that one browser takes once, and in time."""

import secrets
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

import msgspec
from pynamodb.exceptions import DoesNotExist, UpdateError

from chalicelib.platform.models import ChallengeItem, SpentItem
from shared.access import SessionItem
from shared.auth import hash_of
from shared.auth.passwords import Asked, Over, WrongCode
from shared.clock import Clock
from shared.observability import aws_code
from shared.texts import later as _
from shared.transactions import Join, Refused, Transaction

Step = Literal["password", "code", "app", "own_app"]
CHALLENGE_LIFE = timedelta(minutes=5)
MOST_TRIES = 5
SPENT_KEPT = timedelta(minutes=10)
"""Longer than a user pool takes a code for (90 seconds)."""

USED = _("Deze code is al gebruikt. Wacht tot je app een nieuwe toont.")
_CHALLENGE = "CHALLENGE"
_SPENT = "SPENT"
_LONGEST_TOKEN = 100  # characters; ours have 43


class Challenge(msgspec.Struct, frozen=True):
    """What is asked of whom, and what Cognito gave us to go on with."""

    step: Step
    began_at: datetime
    next_path: str = ""
    asked: Asked | None = None
    access_token: str = ""
    organiser_id: str = ""


def begin(challenge: Challenge, clock: Clock, done: str = "") -> str:
    """Ask for the next step; answers a new secret for the browser.

    The step before it, whose secret is `done`, ends in the same transaction. Raises Over when it
    has ended already.
    """
    token = secrets.token_urlsafe(32)
    item = _item(token)
    item.step, item.next_path = challenge.step, challenge.next_path
    item.began_at, item.expires_at = challenge.began_at, clock.now() + CHALLENGE_LIFE
    if challenge.asked:
        item.session, item.username = challenge.asked.session, challenge.asked.username
    item.access_token = challenge.access_token or None
    item.organiser_id = challenge.organiser_id or None
    transaction = Transaction()
    transaction.insert(item, name="next")
    if done:
        over(done)(transaction)
    _commit(transaction)
    return token


def find(token: str, step: Step, clock: Clock) -> Challenge:
    """The challenge that this browser is at. Raises Over."""
    item = _read(token)
    open_ = item is not None and item.expires_at > clock.now() and item.tries < MOST_TRIES
    if item is None or not open_ or item.step != step:
        raise Over
    return _challenge(item)


def place(token: str) -> str:
    """Where the person was going, as far as that is still known."""
    item = _read(token)
    return item.next_path if item else ""


def attempt(token: str, step: Step, clock: Clock) -> Challenge:
    """Count one more try, before anything is compared. Raises Over."""
    if not _plausible(token):
        raise Over
    item = _item(token)
    try:
        item.update(
            [ChallengeItem.tries.add(1)],
            condition=(ChallengeItem.step == step)
            & (ChallengeItem.expires_at > clock.now())
            & (ChallengeItem.tries < MOST_TRIES),
        )
    except UpdateError as error:
        if aws_code(error) == "ConditionalCheckFailedException":
            raise Over from error
        raise
    return _challenge(item)


def over(token: str) -> Join:
    """End a challenge, in the transaction of what it led to."""
    return partial(_end, token)


def _end(token: str, transaction: Transaction) -> None:
    transaction.delete(_item(token), name="challenge", condition=ChallengeItem.pk.exists())


def spent(organiser_id: str, code: str, clock: Clock) -> Join:
    """Use a code up, in the transaction of what it is good for: it does one thing, once."""
    return partial(_spend, hash_of(f"{organiser_id}\n{code}"), clock.now())


def _spend(key: str, now: datetime, transaction: Transaction) -> None:
    item = SpentItem(f"SPENT#{key}", _SPENT, expires_at=now + SPENT_KEPT)
    free = SpentItem.pk.does_not_exist() | (SpentItem.expires_at < now)
    transaction.put(item, name="code", condition=free)


def opened(session: SessionItem) -> Join:
    """Start a session, in the transaction of what it was opened with."""
    return lambda transaction: transaction.insert(session, name="session")


def write(*joins: Join) -> None:
    """Write what joins, together. Raises Over, or WrongCode for a code that was used before."""
    transaction = Transaction()
    for join in joins:
        join(transaction)
    _commit(transaction)


def _commit(transaction: Transaction) -> None:
    try:
        transaction.commit()
    except Refused as error:
        if "code" in error.parts:
            raise WrongCode(USED) from error
        raise Over from error


def _challenge(item: ChallengeItem) -> Challenge:
    step: Step = item.step  # type: ignore[assignment]
    asked = None
    if step in ("password", "code"):
        asked = Asked(step, item.session or "", item.username or "")
    return Challenge(
        step,
        item.began_at,
        item.next_path,
        asked,
        item.access_token or "",
        item.organiser_id or "",
    )


def _read(token: str) -> ChallengeItem | None:
    if not _plausible(token):
        return None
    item = _item(token)
    try:
        item.refresh(consistent_read=True)
    except DoesNotExist:
        return None
    return item


def _plausible(token: str) -> bool:
    return 0 < len(token) <= _LONGEST_TOKEN


def _item(token: str) -> ChallengeItem:
    return ChallengeItem(f"CHALLENGE#{hash_of(token)}", _CHALLENGE)
