"""Proof of work: a visitor's machine pays a second of computing instead of being counted.

The puzzles are ALTCHA's (version 2, PBKDF2), made and checked by ourselves: no third party hears
of a visitor. `altcha` is imported when first used, because most requests need no puzzle.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from shared.clock import Clock, epoch
from shared.keys import Key, current_key, keys
from shared.limits import Sending
from shared.observability import log
from shared.table import Record
from shared.transactions import Transaction

if TYPE_CHECKING:
    from shared.request import Request

ALGORITHM = "PBKDF2/SHA-256"
COST = 5000  # rounds per try; making a challenge costs us one try, checking a solution none
MOST_TRIES = 300  # 750,000 rounds on average: one to two seconds on an old telephone
LIFE = timedelta(minutes=20)
"""Longer than most people take for our longest form."""

LONGEST_PAYLOAD = 4096  # characters; ours have about 700
Solution = Annotated[
    str,
    Meta(
        max_length=LONGEST_PAYLOAD,
        description="A solved challenge (see `challenge`), used once. Without one the request is"
        " accepted too, and counted: 30 in 10 minutes from one network address",
    ),
]
"""The field of a request's body that carries a solution."""

PART = "proof"


class Parameters(msgspec.Struct, frozen=True, rename="camel"):
    """What to derive keys with until one starts with `keyPrefix` (ALTCHA version 2)."""

    algorithm: str
    cost: int
    key_length: int
    key_prefix: str
    key_signature: str
    nonce: str
    salt: str
    expires_at: Annotated[int, Meta(description="Seconds since 1970")]


class Challenge(msgspec.Struct, frozen=True):
    """A puzzle. Send `{challenge, solution: {counter, derivedKey}}` back as JSON in base64."""

    parameters: Parameters
    signature: str


class ProofItem(Record):
    """`PROOF#{id}`: the mark that a solution was used. A service binds it with a `Meta`."""


def challenge(clock: Clock) -> Challenge:
    """A new puzzle, as ALTCHA's clients read it. Nothing is kept of it: it is signed."""
    import altcha  # noqa: PLC0415 - see above

    signing, checking = _secrets(current_key())
    made = altcha.create_challenge(
        ALGORITHM,
        COST,
        counter=secrets.randbelow(MOST_TRIES) + 1,
        expires_at=epoch(clock.now() + LIFE),
        hmac_secret=signing,
        hmac_key_secret=checking,
    )
    return msgspec.convert(made.to_dict(), Challenge)


def solution_id(payload: str, clock: Clock) -> str | None:
    """The id of the puzzle that `payload` solves; None when it solves none of ours, or too late.

    The id is the same however the solution is written down. It never raises.
    """
    if not payload or len(payload) > LONGEST_PAYLOAD:
        return None
    try:
        return _checked(payload, clock)
    except Exception as error:  # noqa: BLE001 - whatever somebody sends, it only proves nothing
        log("proof.unreadable", error=type(error).__name__)
        return None


def sending(request: Request, payload: str, clock: Clock) -> Sending:
    """How `request` came, with what it proves."""
    return Sending(
        visitor=request.ip_hash,
        proof=solution_id(payload, clock),
        key=request.idempotency_key,
    )


def join(
    transaction: Transaction, model: type[ProofItem], proof: str | None, now: datetime
) -> None:
    """Use `proof` up in `transaction`, which is refused with the part "proof" the second time."""
    if proof:
        transaction.insert(model(f"PROOF#{proof}", "PROOF", expires_at=now + LIFE), name=PART)


def _checked(payload: str, clock: Clock) -> str | None:
    import altcha  # noqa: PLC0415 - see above

    solved = altcha.Payload.from_base64(payload)
    for key in keys():
        signing, checking = _secrets(key)
        if altcha.verify_solution(solved, signing, hmac_key_secret=checking).verified:
            break
    else:
        return None
    # Signed, so it is what `challenge` wrote; altcha itself looks at the machine's own clock.
    parameters = solved.challenge.parameters
    expired = parameters.expires_at is None or parameters.expires_at < epoch(clock.now())
    return None if expired else str(parameters.nonce)


def _secrets(key: Key) -> tuple[bytes, bytes]:
    """The secrets that sign a puzzle and check its solution, each good for nothing else."""
    return (
        hmac.digest(key.secret, b"altcha challenge", hashlib.sha256),
        hmac.digest(key.secret, b"altcha solution", hashlib.sha256),
    )
