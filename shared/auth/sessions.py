"""Signed-in organisers: a random id in a cookie, its hash in the access table (DESIGN §7)."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Protocol

import msgspec
from pynamodb.exceptions import DoesNotExist

from shared.access import SessionItem
from shared.auth.encoding import base64_text
from shared.auth.organisers import find_organiser
from shared.auth.roles import Organiser
from shared.clock import Clock
from shared.keys import current_key, keys

SESSION_LIFE = timedelta(hours=8)
_SESSION = "SESSION"


class Hashed(Protocol):
    """Any session: `hash` names it."""

    @property
    def hash(self) -> str:
        """The hash of the cookie's value."""
        ...


class Session(msgspec.Struct, frozen=True):
    """A signed-in organiser; `hash` names the session without being able to open it."""

    hash: str
    organiser: Organiser
    totp: bool = False
    started_at: datetime | None = None


def new_session(
    organiser_id: str, started_at: datetime, *, totp: bool = False
) -> tuple[str, SessionItem]:
    """A cookie's value, and the item that makes it a session once it is written.

    Always a new one: who planted a cookie in a browser before sign-in gains nothing by it.
    `started_at` is from before the password was checked, so that whoever ends every session ends
    this one too, even when it is written a moment later.
    """
    token = secrets.token_urlsafe(32)
    item = SessionItem(
        _key(hash_of(token)),
        _SESSION,
        organiser_id=organiser_id,
        started_at=started_at,
        totp=totp,
        expires_at=started_at + SESSION_LIFE,
    )
    return token, item


def session_of(token: str, clock: Clock) -> Session | None:
    """The session that the cookie opens, or None when there is none or it has ended."""
    try:
        item = SessionItem.get(_key(hash_of(token)), _SESSION, consistent_read=True)
    except DoesNotExist:
        return None
    if item.expires_at <= clock.now():
        return None
    organiser = find_organiser(item.organiser_id)
    if organiser is None or _ended(item.started_at, organiser):
        return None
    return Session(hash_of(token), organiser, totp=bool(item.totp), started_at=item.started_at)


def sign_out(session: Session) -> None:
    """End the session on the server; the cookie is worthless from now on."""
    SessionItem(_key(session.hash), _SESSION).delete()


def csrf_token(session: Hashed) -> str:
    """The token that a form of this session must send back."""
    return base64_text(hmac.digest(current_key().secret, _csrf(session), "sha256"))


def csrf_matches(session: Hashed, given: str) -> bool:
    """Whether `given` belongs to this session, under any key that still verifies."""
    return any(
        hmac.compare_digest(
            given.encode(),
            base64_text(hmac.digest(key.secret, _csrf(session), "sha256")).encode(),
        )
        for key in keys()
    )


def hash_of(token: str) -> str:
    """What stands in a table for a secret that only its holder has."""
    return base64_text(hashlib.sha256(token.encode()).digest())


def _ended(started_at: datetime, organiser: Organiser) -> bool:
    return organiser.signed_out_at is not None and started_at <= organiser.signed_out_at


def _csrf(session: Hashed) -> bytes:
    return b"csrf" + session.hash.encode()


def _key(hashed: str) -> str:
    return f"SESSION#{hashed}"
