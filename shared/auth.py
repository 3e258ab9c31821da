"""Who somebody is: organisers with a session, everybody else with a mailed link (DESIGN §7)."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal

import msgspec
from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import DoesNotExist

from shared import aws
from shared.access import AuditItem, OrganiserItem, SessionItem
from shared.clock import Clock
from shared.errors import Forbidden, Invalid, Unavailable
from shared.ids import new_id
from shared.keys import current_key, keys
from shared.observability import log_error
from shared.settings import Settings, load
from shared.transactions import Join

Role = Literal["reader", "organiser", "owner"]
Purpose = Literal["registration", "invitation", "member", "receipt"]

ROLES: tuple[Role, ...] = ("reader", "organiser", "owner")
SERVICES = ("registration", "directory", "documents")
SESSION_LIFE = timedelta(hours=8)
AUDIT_KEPT = timedelta(days=365)

_ORGANISERS = "ORGANISERS"
_MAC_BYTES = 20


class Organiser(msgspec.Struct, frozen=True):
    """Somebody who may work at the desk, with a role per service."""

    id: str
    email: str
    name: str
    roles: Mapping[str, Role]

    def may(self, service: str, at_least: Role) -> bool:
        """Whether the role in `service` is `at_least` or more."""
        role = self.roles.get(service)
        return role is not None and ROLES.index(role) >= ROLES.index(at_least)


class Session(msgspec.Struct, frozen=True):
    """A signed-in organiser; `hash` names the session without being able to open it."""

    hash: str
    organiser: Organiser


class Link(msgspec.Struct, frozen=True):
    """What a mailed link gives access to, and which version of that link it is."""

    subject: str
    version: int


def sign_in(email: str, password: str, clock: Clock) -> str:
    """Check the password with the user pool and start a session; answers the cookie's value.

    Raises Invalid with the same words for an unknown address as for a wrong password.
    """
    organiser_id = _check_password(email, password)
    if find_organiser(organiser_id) is None:
        raise _refused()
    token = secrets.token_urlsafe(32)
    now = clock.now()
    key = f"SESSION#{_hash(token)}"
    expires_at = now + SESSION_LIFE
    SessionItem(
        key, "SESSION", organiser_id=organiser_id, started_at=now, expires_at=expires_at
    ).save()
    return token


def _check_password(email: str, password: str) -> str:
    cognito = aws.client("cognito-idp")
    try:
        answer = cognito.initiate_auth(
            ClientId=load(Settings).user_pool_client_id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": email, "PASSWORD": password},
        )
    except (
        cognito.exceptions.NotAuthorizedException,
        cognito.exceptions.UserNotFoundException,
        cognito.exceptions.InvalidParameterException,
        cognito.exceptions.PasswordResetRequiredException,
        cognito.exceptions.UserNotConfirmedException,
    ) as error:
        raise _refused() from error
    except (BotoCoreError, ClientError) as error:
        log_error("sign_in.unavailable", error)
        text = "Inloggen lukt nu even niet. Probeer het over een paar minuten opnieuw."
        raise Unavailable("sign_in_unavailable", text) from error
    if "AuthenticationResult" not in answer:  # a challenge that has no page yet
        raise _refused()
    # The token came from Cognito over TLS a moment ago, so its signature adds nothing
    # (OpenID Connect Core 3.1.3.7, point 6).
    payload = answer["AuthenticationResult"]["IdToken"].split(".")[1]
    claims = msgspec.json.decode(_unbase64(payload), type=dict[str, Any])
    return str(claims["sub"])


def _refused() -> Invalid:
    text = "Dit e-mailadres en wachtwoord horen niet bij elkaar."
    return Invalid("sign_in_refused", text, fields={"wachtwoord": text})


def session_of(token: str, clock: Clock) -> Session | None:
    """The session that the cookie opens, or None when there is none or it has ended."""
    key = f"SESSION#{_hash(token)}"
    try:
        item = SessionItem.get(key, "SESSION", consistent_read=True)
    except DoesNotExist:
        return None
    if item.expires_at <= clock.now():
        return None
    organiser = find_organiser(item.organiser_id)
    return Session(_hash(token), organiser) if organiser else None


def sign_out(session: Session) -> None:
    """End the session on the server; the cookie is worthless from now on."""
    SessionItem(f"SESSION#{session.hash}", "SESSION").delete()


def csrf_token(session: Session) -> str:
    """The token that a form of this session must send back."""
    return _base64(hmac.digest(current_key().secret, b"csrf" + session.hash.encode(), "sha256"))


def csrf_matches(session: Session, given: str) -> bool:
    """Whether `given` belongs to this session, under any key that still verifies."""
    message = b"csrf" + session.hash.encode()
    return any(
        hmac.compare_digest(
            given.encode(), _base64(hmac.digest(key.secret, message, "sha256")).encode()
        )
        for key in keys()
    )


def find_organiser(organiser_id: str) -> Organiser | None:
    """The organiser with this id, or None."""
    try:
        return _organiser(OrganiserItem.get(_ORGANISERS, organiser_id))
    except DoesNotExist:
        return None


def organisers(service: str) -> list[Organiser]:
    """Everybody who works in `service` and so wants its notices."""
    found = (_organiser(item) for item in OrganiserItem.query(_ORGANISERS))
    return [organiser for organiser in found if organiser.may(service, "organiser")]


def save_organiser(organiser: Organiser) -> None:
    """Add or change an organiser."""
    OrganiserItem(
        _ORGANISERS,
        organiser.id,
        email=organiser.email,
        name=organiser.name,
        roles=dict(organiser.roles),
    ).save()


def audit(organiser: Organiser, action: str, item: str, clock: Clock) -> None:
    """Write down who read what; ids only."""
    _audit_item(organiser, action, item, clock).save()


def audited(organiser: Organiser, action: str, item: str, clock: Clock) -> Join:
    """What writes down who did what to which item, in the transaction that does it."""
    note = _audit_item(organiser, action, item, clock)
    return lambda transaction: transaction.insert(note, name="audit")


def _audit_item(organiser: Organiser, action: str, item: str, clock: Clock) -> AuditItem:
    now = clock.now()
    return AuditItem(
        f"AUDIT#{now:%Y-%m}",
        new_id(clock),
        organiser_id=organiser.id,
        action=action,
        item=item,
        expires_at=now + AUDIT_KEPT,
    )


def _organiser(item: OrganiserItem) -> Organiser:
    return Organiser(id=item.sk, email=item.email, name=item.name, roles=item.roles)


def sign_link(purpose: Purpose, subject: str, version: int = 1) -> str:
    """The token of a mailed link: derived, never stored, revoked by raising the version."""
    key = current_key()
    body = f"{subject}.{version}.{key.id}"
    return f"{body}.{_base64(_link_mac(key.secret, purpose, subject, version))}"


def read_link(purpose: Purpose, token: str) -> Link:
    """What the token opens. Raises Forbidden when we did not make it for this purpose.

    Whether `version` is still the current one is for the owner of the subject to check.
    """
    try:
        subject, version, key_id, mac = token.rsplit(".", 3)
        given = _unbase64(mac)
        expected = [
            _link_mac(key.secret, purpose, subject, int(version))
            for key in keys()
            if key.id == key_id
        ]
    except (ValueError, binascii.Error) as error:
        raise _bad_link() from error
    if not any(hmac.compare_digest(given, mac_) for mac_ in expected):
        raise _bad_link()
    return Link(subject, int(version))


def _bad_link() -> Forbidden:
    return Forbidden("invalid_link", "Deze link klopt niet of is niet meer geldig.")


def _link_mac(secret: bytes, purpose: str, subject: str, version: int) -> bytes:
    message = f"link\n{purpose}\n{subject}\n{version}".encode()
    return hmac.digest(secret, message, "sha256")[:_MAC_BYTES]


def _hash(token: str) -> str:
    return _base64(hashlib.sha256(token.encode()).digest())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _unbase64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
