"""The organisers' accounts in the user pool: passwords and second steps, no rights."""

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from shared import aws
from shared.errors import Unavailable
from shared.observability import log_error
from shared.settings import Settings, load
from shared.texts import later as _

State = Literal["invited", "expired", "active", "blocked", "gone"]
INVITATION_LIFE = timedelta(days=7)
"""TemporaryPasswordValidityDays in infra/templates/base.yaml; a test compares them."""


class Account(msgspec.Struct, frozen=True):
    """An account: whether somebody took it into use, and whether their phone is asked too."""

    id: str
    state: State
    second_step: bool = False


def find(name: str, now: datetime) -> Account | None:
    """The account with this address or id, or None."""
    with _unavailable(), contextlib.suppress(_pool().exceptions.UserNotFoundException):
        return _account(_pool().admin_get_user(**_who(name)), now)
    return None


def create(email: str) -> str | None:
    """Make an account, and mail the first password; answers its id, None if there is one."""
    attributes = [
        {"Name": "email", "Value": email},
        {"Name": "email_verified", "Value": "true"},  # only who reads it can sign in
    ]
    with _unavailable(), contextlib.suppress(_pool().exceptions.UsernameExistsException):
        user = _pool().admin_create_user(
            **_who(email), UserAttributes=attributes, DesiredDeliveryMediums=["EMAIL"]
        )["User"]
        return _subject(user["Attributes"])
    return None


def mail_again(email: str) -> bool:
    """Mail a new first password; False when the account is in use, or gone."""
    errors = _pool().exceptions
    gone = (errors.UserNotFoundException, errors.UnsupportedUserStateException)
    with _unavailable(), contextlib.suppress(*gone):
        _pool().admin_create_user(
            **_who(email), MessageAction="RESEND", DesiredDeliveryMediums=["EMAIL"]
        )
        return True
    return False


def delete(account_id: str) -> None:
    """Remove the account; nothing happens when it is gone."""
    with _unavailable(), contextlib.suppress(_pool().exceptions.UserNotFoundException):
        _pool().admin_delete_user(**_who(account_id))


def forget_second_step(account_id: str) -> None:
    """From now on the password is enough, until they set up a phone anew."""
    with _unavailable(), contextlib.suppress(_pool().exceptions.UserNotFoundException):
        _pool().admin_set_user_mfa_preference(
            **_who(account_id), SoftwareTokenMfaSettings={"Enabled": False, "PreferredMfa": False}
        )


def _account(user: dict[str, Any], now: datetime) -> Account:
    return Account(
        id=_subject(user["UserAttributes"]),
        state=_state(user, now),
        second_step="SOFTWARE_TOKEN_MFA" in user.get("UserMFASettingList", []),
    )


def _state(user: dict[str, Any], now: datetime) -> State:
    if not user["Enabled"]:
        return "blocked"
    if user["UserStatus"] != "FORCE_CHANGE_PASSWORD":
        return "active"
    mailed: datetime = user["UserLastModifiedDate"]
    return "invited" if now - mailed < INVITATION_LIFE else "expired"


def _subject(attributes: list[dict[str, str]]) -> str:
    return next(one["Value"] for one in attributes if one["Name"] == "sub")


def _who(name: str) -> dict[str, str]:
    return {"UserPoolId": load(Settings).user_pool_id, "Username": name}


def _pool() -> Any:
    return aws.client("cognito-idp")


@contextlib.contextmanager
def _unavailable() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        log_error("accounts.failed", error)
        text = _("De accounts zijn nu even niet te bereiken. Probeer het over een minuut nog eens.")
        raise Unavailable("accounts_unavailable", text) from error
