"""Signing in by mail: a code for the browser that asked, and a link for any (docs/adr/0025).

Who asks gets a secret in a cookie, whose hash names the request. The mail worker alone knows whose
address it is; it mints a code and a link, of which the table keeps keyed hashes only. One of the
two is good for one session, within ten minutes.
"""

import hmac
import secrets
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import msgspec
from pynamodb.exceptions import DoesNotExist, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from shared.access import AccessLimit, AskItem, MemberSessionItem
from shared.auth.encoding import base64_text
from shared.auth.sessions import SESSION_LIFE, hash_of
from shared.clock import Clock
from shared.errors import Gone, Invalid, SignInNeeded
from shared.keys import current_key, fingerprint, keys
from shared.limits import Limit, address_hash, spend
from shared.transactions import Join, Refused, Transaction

ASK_LIFE = timedelta(minutes=10)
MOST_TRIES = 5
"""Codes that may be typed per request."""

PER_VISITOR = Limit("ask-visitor", most=60, per=timedelta(minutes=10))
"""Requests from one network address: a neighbourhood centre shares one."""

PER_ADDRESS = (
    Limit("ask-address", most=8, per=timedelta(hours=1)),
    Limit("ask-address-day", most=16, per=timedelta(days=1)),
)
"""Requests for one e-mail address, known or not: 80 guesses a day at one in a million."""

_DIGITS = 6
_LONGEST_ID = 100  # characters; ours have 43
_LINK_BYTES = 16
_ASK = "ASK"
_SESSION = "MEMBER_SESSION"
_TAKEN = "ConditionalCheckFailedException"


class Asking(msgspec.Struct, frozen=True):
    """What somebody typed, and where. `visitor` is a keyed hash of the network address."""

    service: str
    address: str
    language: str
    visitor: str


class Asked(msgspec.Struct, frozen=True):
    """A request that waits for its mail."""

    id: str
    address: str
    language: str


class Minted(msgspec.Struct, frozen=True):
    """What stands in the mail, and nowhere else."""

    code: str
    link: str


class MemberSession(msgspec.Struct, frozen=True):
    """Somebody who signed in by mail: for which members, and for which of them they act now."""

    hash: str
    service: str
    members: tuple[str, ...]
    mark: str
    chosen: str = ""


class WrongCode(Invalid):
    """Not the code that was mailed; `left` more may be tried."""

    code = "wrong_code"
    title = "Deze code klopt niet. Kijk in de nieuwste mail en typ de zes cijfers."

    def __init__(self, left: int) -> None:
        super().__init__(fields={"code": type(self).title}, figures={"left": left})
        self.left = left


class AskEnded(Gone):
    """The code or link was used, is too old, or was guessed at too often."""

    code = "ask_ended"
    title = "Deze code of link werkt niet meer. Vraag hieronder een nieuwe aan."


def ask(asking: Asking, clock: Clock, tell: Callable[[str], Join]) -> str:
    """Write a request down with the event that tells the mail worker; answers the browser's secret.

    `tell` makes the event's part of the transaction from the request's id. Nothing here knows
    whether the address is anybody's. Raises TooManyRequests.
    """
    spend(AccessLimit, PER_VISITOR, asking.visitor, clock)
    for limit in PER_ADDRESS:
        spend(AccessLimit, limit, address_hash(asking.address), clock)
    secret = secrets.token_urlsafe(32)
    request = hash_of(secret)
    item = AskItem(
        _key(request),
        _ASK,
        service=asking.service,
        language=asking.language,
        address=asking.address,
        expires_at=clock.now() + ASK_LIFE,
    )
    transaction = Transaction()
    transaction.insert(item, name="request")
    tell(request)(transaction)
    transaction.commit()
    return secret


def asked(service: str, request: str, clock: Clock) -> Asked | None:
    """The request, unless it is too old or was used already."""
    item = _find(request)
    if item is None or item.service != service or _is_past(item, clock):
        return None
    if "used_at" in item.attribute_values:
        return None
    return Asked(request, item.address or "", item.language)


def mint(request: str, members: Sequence[str], address: str, clock: Clock) -> Minted:
    """A new code and link for these members; an older code of this request is worthless from now.

    Raises AskEnded when it is too late.
    """
    code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"
    token = base64_text(secrets.token_bytes(_LINK_BYTES))
    actions: list[Action] = [
        AskItem.code_hash.set(_hash(current_key().secret, "code", request, code)),
        AskItem.link_hash.set(_hash(current_key().secret, "link", request, token)),
        AskItem.members.set(list(members)),
        AskItem.mark.set(mark_of(address)),
    ]
    try:
        AskItem(_key(request), _ASK).update(actions, condition=_is_open(clock))
    except UpdateError as error:
        raise _ended(error) from error
    return Minted(code, f"{request}.{token}")


def use_code(service: str, secret: str, code: str, clock: Clock) -> str:
    """Trade the code for a session in the browser with this secret; answers the cookie's value.

    The try is counted before anything is compared. Raises WrongCode, AskEnded.
    """
    request = hash_of(secret)
    item = _count(service, request, clock)
    typed = "".join(code.split())
    if not _matches(item.code_hash, "code", request, typed):
        raise WrongCode(MOST_TRIES - int(item.tries))
    return _consume(item, AskItem.code_hash == item.code_hash, clock)


def use_link(service: str, link: str, clock: Clock) -> str:
    """Trade the link for a session in any browser; answers the cookie's value. Raises AskEnded."""
    request, _dot, token = link.partition(".")
    item = _find(request) if len(request) <= _LONGEST_ID else None
    if item is None or item.service != service:
        raise AskEnded
    if not _matches(item.link_hash, "link", request, token):
        raise AskEnded
    return _consume(item, AskItem.link_hash == item.link_hash, clock)


def member_session(service: str, token: str, clock: Clock) -> MemberSession | None:
    """The session that the cookie opens in this service, or None."""
    try:
        item = MemberSessionItem.get(_session_key(hash_of(token)), _SESSION, consistent_read=True)
    except DoesNotExist:
        return None
    if item.service != service or _is_past(item, clock):
        return None
    members = tuple(str(one) for one in item.members)
    return MemberSession(hash_of(token), service, members, item.mark, item.chosen or "")


def choose(session: MemberSession, member: str) -> None:
    """Act for this one of the session's members from now on. Raises SignInNeeded."""
    item = MemberSessionItem(_session_key(session.hash), _SESSION)
    try:
        item.update([MemberSessionItem.chosen.set(member)], condition=MemberSessionItem.pk.exists())
    except UpdateError as error:
        if error.cause_response_code != _TAKEN:
            raise
        raise SignInNeeded from error


def moved(session: MemberSession, address: str) -> Join:
    """What keeps the session open in the transaction that changes its member's address."""
    return lambda transaction: _move(transaction, session, address)


def end(session: MemberSession) -> None:
    """Sign out: the cookie is worthless from now on."""
    MemberSessionItem(_session_key(session.hash), _SESSION).delete()


def mark_of(address: str) -> str:
    """The keyed hash by which an address is recognised; the same in any letter case."""
    return fingerprint("sign-in", address.strip().lower())


def _move(transaction: Transaction, session: MemberSession, address: str) -> None:
    item = MemberSessionItem(_session_key(session.hash), _SESSION)
    actions = [MemberSessionItem.mark.set(mark_of(address))]
    there = MemberSessionItem.pk.exists()
    transaction.update(item, actions, name="session", condition=there)


def _count(service: str, request: str, clock: Clock) -> AskItem:
    item = AskItem(_key(request), _ASK)
    may = _is_open(clock) & (AskItem.service == service) & (AskItem.tries < MOST_TRIES)
    try:
        item.update([AskItem.tries.add(1)], condition=may)
    except UpdateError as error:
        raise _ended(error) from error
    return item


def _consume(item: AskItem, same: Condition, clock: Clock) -> str:
    """One session for this request, whoever else uses its code or link at this moment."""
    token = secrets.token_urlsafe(32)
    members: list[Any] = [str(one) for one in item.members]
    session = MemberSessionItem(
        _session_key(hash_of(token)),
        _SESSION,
        service=item.service,
        members=members,
        mark=item.mark,
        chosen=members[0] if len(members) == 1 else None,
        expires_at=clock.now() + SESSION_LIFE,
    )
    used = [AskItem.used_at.set(clock.now()), AskItem.address.remove()]
    transaction = Transaction()
    request = AskItem(item.pk, _ASK)
    transaction.update(request, used, name="request", condition=_is_open(clock) & same)
    transaction.insert(session, name="session")
    try:
        transaction.commit()
    except Refused as refused:
        raise AskEnded from refused
    return token


def _is_open(clock: Clock) -> Condition:
    is_open: Condition = (AskItem.expires_at > clock.now()) & AskItem.used_at.does_not_exist()
    return is_open


def _is_past(item: AskItem | MemberSessionItem, clock: Clock) -> bool:
    return bool(item.expires_at <= clock.now())


def _ended(error: UpdateError) -> Exception:
    return AskEnded() if error.cause_response_code == _TAKEN else error


def _find(request: str) -> AskItem | None:
    try:
        return AskItem.get(_key(request), _ASK, consistent_read=True)
    except DoesNotExist:
        return None


def _matches(kept: str | None, kind: str, request: str, given: str) -> bool:
    """In the same time whether there is nothing to compare with or something else."""
    hashes = [_hash(key.secret, kind, request, given) for key in keys()]
    same = [hmac.compare_digest(one, kept or "") for one in hashes]
    return any(same)


def _hash(secret: bytes, kind: str, request: str, given: str) -> str:
    # Keyed: who reads the table could try a million codes at leisure.
    return base64_text(hmac.digest(secret, f"{kind}\n{request}\n{given}".encode(), "sha256"))


def _key(request: str) -> str:
    return f"ASK#{request}"


def _session_key(hashed: str) -> str:
    return f"MEMBER_SESSION#{hashed}"
