"""Signing in: a password, perhaps a new one, perhaps a code, and then one session (ADR 23)."""

from datetime import timedelta
from typing import Literal

import msgspec

from chalicelib.platform.repository import challenges
from chalicelib.platform.repository.challenges import Challenge
from shared import auth
from shared.access import AccessLimit
from shared.auth import passwords
from shared.auth.passwords import Asked, Over, Refusal, WeakPassword
from shared.clock import Clock
from shared.limits import Limit, address_hash, spend
from shared.network import network

CODES = Limit("sign-in-code", most=10, per=timedelta(hours=1))
"""Codes of an app per account, the right ones too: 240 guesses a day at three in a million."""

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256


class Step(msgspec.Struct, frozen=True):
    """Where signing in has come to; `token` opens that step, or is the session's."""

    what: Literal["in", "password", "code", "app"]
    token: str
    next_path: str


class Arrival(msgspec.Struct, frozen=True):
    """Somebody on their way in. `done` is the secret of the step that they have just taken."""

    challenge: Challenge
    done: str = ""
    code: str = ""


def sign_in(email: str, password: str, next_path: str, clock: Clock) -> Step:
    """Check a password. Raises Refusal, in the same words for an unknown address."""
    coming = Challenge("password", clock.now(), next_path)
    return _go_on(passwords.check(email, password), Arrival(coming), clock)


def choose_password(token: str, password: str, clock: Clock) -> Step:
    """An invited person's own password in place of the mailed one. Raises WeakPassword, Over."""
    check_strength(password)
    now = challenges.attempt(token, "password", clock)
    return _go_on(passwords.choose(_asked(now), password), Arrival(now, token), clock)


def enter_code(token: str, code: str, clock: Clock) -> Step:
    """The code of somebody's app. Raises WrongCode, Over, TooManyRequests."""
    now = challenges.attempt(token, "code", clock)
    count_code(_asked(now).username, clock)
    digits = plain(code)
    return _go_on(passwords.enter_code(_asked(now), digits), Arrival(now, token, digits), clock)


def offer_app(token: str, clock: Clock) -> str:
    """A secret for the app that this network asks for. Raises Over."""
    return passwords.new_secret(challenges.find(token, "app", clock).access_token)


def confirm_app(token: str, code: str, clock: Clock) -> Step:
    """The first code of a new app opens the session that waited for it. Raises WrongCode, Over."""
    now = challenges.attempt(token, "app", clock)
    passwords.confirm_secret(now.access_token, plain(code))
    account = passwords.Account(now.organiser_id, totp=True)
    return _open(account, Arrival(now, token, plain(code)), "account.app_added", clock)


def check_strength(password: str) -> None:
    """Raise WeakPassword for what the user pool would refuse (infra/templates/base.yaml)."""
    strong = any("a" <= one <= "z" for one in password) and any(
        "0" <= one <= "9" for one in password
    )
    if not strong or not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise WeakPassword


def count_code(username: str, clock: Clock) -> None:
    """Count a code that somebody types for this account. Raises TooManyRequests."""
    spend(AccessLimit, CODES, address_hash(username), clock)


def plain(code: str) -> str:
    """The code as apps mean it: they show it in two groups."""
    return "".join(code.split())[:12]


def _go_on(found: str | Asked, arrival: Arrival, clock: Clock) -> Step:
    coming = arrival.challenge
    if isinstance(found, Asked):
        asked = Challenge(found.what, coming.began_at, coming.next_path, found)
        return Step(found.what, challenges.begin(asked, clock, arrival.done), coming.next_path)
    account = passwords.account(found)
    if network().require_totp and not account.totp:
        _organiser(account.id, arrival)
        wanted = Challenge(
            "app", coming.began_at, coming.next_path, access_token=found, organiser_id=account.id
        )
        return Step("app", challenges.begin(wanted, clock, arrival.done), coming.next_path)
    return _open(account, arrival, "account.signed_in", clock)


def _open(account: passwords.Account, arrival: Arrival, action: str, clock: Clock) -> Step:
    organiser = _organiser(account.id, arrival)
    began = arrival.challenge.began_at
    token, session = auth.new_session(organiser.id, began, totp=account.totp)
    joins = [challenges.opened(session), auth.audited(organiser, action, organiser.id, clock)]
    if arrival.done:
        joins.append(challenges.over(arrival.done))
    if arrival.code:
        joins.append(challenges.spent(organiser.id, arrival.code, clock))
    challenges.write(*joins)
    return Step("in", token, arrival.challenge.next_path)


def _organiser(organiser_id: str, arrival: Arrival) -> auth.Organiser:
    found = auth.find_organiser(organiser_id)
    if found is None:  # has a password, but was never made an organiser, or is none any more
        raise Over if arrival.done else Refusal
    return found


def _asked(challenge: Challenge) -> Asked:
    if challenge.asked is None:
        raise Over
    return challenge.asked
