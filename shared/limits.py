"""How often somebody may do a thing, counted per fixed window of time.

Who it is stands in the table as a keyed hash only, and no longer than the window lasts.
"""

from datetime import timedelta

import msgspec
from pynamodb.attributes import NumberAttribute
from pynamodb.exceptions import UpdateError

from shared import aws, keys
from shared.clock import Clock, epoch
from shared.errors import TooManyRequests, Unavailable
from shared.observability import log
from shared.settings import Settings, load
from shared.table import Record


class Limit(msgspec.Struct, frozen=True):
    """At most `most` times in each window of length `per`. `scope` keeps counts apart."""

    scope: str
    most: int
    per: timedelta


class Sending(msgspec.Struct, frozen=True):
    """How a request came: what decides whether it is counted, and whether it came before.

    `visitor` is a keyed hash of the network address, `proof` the id of a puzzle that was solved
    for it, `key` the sender's own name for this attempt.
    """

    visitor: str
    proof: str | None = None
    key: str | None = None


class LimitItem(Record):
    """`LIMIT#{scope}#{who}` / start of the window. A service binds it with a `Meta`."""

    times = NumberAttribute()


def spend(model: type[LimitItem], limit: Limit, who: str, clock: Clock) -> None:
    """Count one more time for `who`, in one conditional update. Raises TooManyRequests.

    `who` is a hash (`Request.ip_hash`, `address_hash`), never the thing itself. LIMIT_FACTOR
    multiplies every limit: tests that send for hundreds of people from one address raise it.
    """
    seconds = int(limit.per.total_seconds())
    start = epoch(clock.now()) // seconds * seconds
    most = limit.most * load(Settings).limit_factor
    item = model(f"LIMIT#{limit.scope}#{who}", str(start))
    try:
        item.update(
            actions=[
                model.times.add(1),
                model.expires_at.set(clock.now() + limit.per),
            ],
            condition=model.times.does_not_exist() | (model.times < most),
        )
    except UpdateError as error:
        if error.cause_response_code == "ConditionalCheckFailedException":
            log("limits.refused", scope=limit.scope)
            raise TooManyRequests from error
        if error.cause_response_code in aws.THROTTLES:
            raise Unavailable("busy") from error
        raise


def address_hash(email: str) -> str:
    """The keyed hash under which an e-mail address is counted; the same in any letter case."""
    return keys.fingerprint("limit", email.strip().lower())
