"""An organiser's own account. What makes it safer, or less safe, ends every other session."""

from datetime import datetime, timedelta

from chalicelib.platform.repository import challenges, people
from chalicelib.platform.repository.challenges import Challenge
from chalicelib.platform.usecases.sign_in import check_strength, count_code, plain
from shared import auth
from shared.access import AccessLimit, OrganiserItem
from shared.auth import passwords
from shared.auth.passwords import Asked, Over, Refusal, WrongCode
from shared.clock import Clock
from shared.errors import Conflict, Invalid, SignInNeeded
from shared.limits import Limit, address_hash, spend
from shared.network import network
from shared.texts import later as _
from shared.transactions import Join, Refused, Transaction

PROOFS = Limit("account-password", most=10, per=timedelta(minutes=15))
"""Passwords typed while signed in: a stolen session must not guess one."""

RESET_ASKS = Limit("reset-address", most=5, per=timedelta(hours=1))
"""Mailed codes per address, known or not."""

RESET_CODES = Limit("reset-code", most=5, per=timedelta(minutes=15))
"""Codes from a mail that are tried per address, known or not."""

LONGEST_NAME = 100


def change_password(session: auth.Session, old: str, new: str, code: str, clock: Clock) -> str:
    """Another password; answers a new session's token. Raises Refusal, WrongCode, WeakPassword."""
    check_strength(new)
    token = _prove(session, old, code, clock)
    passwords.change(token, old, new)
    return _renew(session, "account.password_changed", clock, totp=session.totp)


def offer_app(session: auth.Session, password: str, clock: Clock) -> tuple[str, str]:
    """A secret for an authenticator app, and what the browser shows to confirm it."""
    token = _prove(session, password, "", clock)
    secret = passwords.new_secret(token)
    wanted = Challenge(
        "own_app", clock.now(), access_token=token, organiser_id=session.organiser.id
    )
    return secret, challenges.begin(wanted, clock)


def confirm_app(session: auth.Session, token: str, code: str, clock: Clock) -> str:
    """Ask for an app's codes from now on; answers a new session's token. Raises WrongCode, Over."""
    now = challenges.attempt(token, "own_app", clock)
    if now.organiser_id != session.organiser.id:
        raise Over
    passwords.confirm_secret(now.access_token, plain(code))
    challenges.write(
        challenges.over(token), challenges.spent(session.organiser.id, plain(code), clock)
    )
    return _renew(session, "account.app_added", clock, totp=True)


def remove_app(session: auth.Session, password: str, code: str, clock: Clock) -> str:
    """The password alone is enough from now on; answers a new session's token.

    Raises Conflict where the network wants an app of everybody.
    """
    if network().require_totp:
        text = _("Dit netwerk vraagt iedereen om een code uit een app.")
        raise Conflict("app_required", text)
    token = _prove(session, password, code, clock)
    passwords.prefer_app(token, enabled=False)
    return _renew(session, "account.app_removed", clock, totp=False)


def rename(session: auth.Session, name: str, clock: Clock) -> None:
    """How pages and colleagues call this organiser."""
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Invalid(fields={"naam": _("Vul je naam in, met ten hoogste 100 tekens.")})
    who = session.organiser
    transaction = Transaction()
    transaction.update(
        auth.organiser_key(who.id),
        [OrganiserItem.name.set(name), OrganiserItem.version.add(1)],
        condition=OrganiserItem.pk.exists(),
        name="organiser",
    )
    auth.audited(who, "account.renamed", who.id, clock)(transaction)
    try:
        transaction.commit()
    except Refused as error:
        raise SignInNeeded from error


def sign_out_everywhere(session: auth.Session, clock: Clock) -> None:
    """End every session of this organiser, this one too."""
    _end(session.organiser, clock.now(), "account.signed_out_everywhere", clock)


def ask_reset(email: str, clock: Clock) -> None:
    """Mail a code for a new password, if there is such an account. Raises TooManyRequests."""
    spend(AccessLimit, RESET_ASKS, address_hash(email), clock)
    passwords.mail_reset_code(email)


def reset_password(email: str, code: str, new: str, clock: Clock) -> None:
    """Choose a password with a mailed code, and end every session. Raises WrongCode alike for an
    unknown address, WeakPassword, TooManyRequests.
    """
    check_strength(new)
    spend(AccessLimit, RESET_CODES, address_hash(email), clock)
    passwords.reset(email, plain(code), new)
    for who in auth.every_organiser():
        if who.email.casefold() == email.casefold():
            _end(who, clock.now(), "account.password_reset", clock)


def _prove(session: auth.Session, password: str, code: str, clock: Clock) -> str:
    """Have the person at a signed-in browser show who they are; answers an access token."""
    who = session.organiser
    spend(AccessLimit, PROOFS, address_hash(who.email), clock)
    found = passwords.check(who.email, password)
    if isinstance(found, Asked):
        if found.what != "code" or not code:
            raise WrongCode(_("Typ ook de code uit je app."))
        count_code(found.username, clock)
        found = passwords.enter_code(found, plain(code))
        challenges.write(challenges.spent(who.id, plain(code), clock))
    if isinstance(found, Asked) or passwords.account(found).id != who.id:
        raise Refusal
    return found


def _renew(session: auth.Session, action: str, clock: Clock, *, totp: bool) -> str:
    """End every session of this organiser, and start a new one for this browser."""
    now = clock.now()
    # Sessions up to `now` end; this one begins just after.
    token, item = auth.new_session(session.organiser.id, now + timedelta(microseconds=1), totp=totp)
    _end(session.organiser, now, action, clock, challenges.opened(item))
    return token


def _end(who: auth.Organiser, now: datetime, action: str, clock: Clock, *joins: Join) -> None:
    note = auth.audited(who, action, who.id, clock)
    try:
        people.end_sessions(who.id, now, [note, *joins])
    except Refused as error:  # removed a moment ago: nobody's sessions are left
        raise SignInNeeded from error
