"""An organiser's own side of the user pool: passwords, authenticator apps, and who signed in.

Thin: Cognito's words become our errors here, and nothing else knows Cognito. These operations are
public ones that need no permission; what is done to somebody else's account is not here.
"""

import contextlib
from collections.abc import Mapping
from typing import Any, Literal, NoReturn

import msgspec
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from shared import aws
from shared.errors import Gone, Invalid, PlekkenError, TooManyRequests, Unavailable
from shared.observability import aws_code, log_error
from shared.settings import Settings, load
from shared.texts import later as _

TOTP = "SOFTWARE_TOKEN_MFA"
_NEW_PASSWORD = "NEW_PASSWORD_REQUIRED"  # noqa: S105 - the name of a challenge
_LOCKED = "Password attempts exceeded"

REFUSED = _("Dit e-mailadres en wachtwoord horen niet bij elkaar.")
WRONG_CODE = _("Deze code klopt niet. Kijk in je app en typ de nieuwste code.")
WRONG_RESET_CODE = _("Deze code klopt niet, of hij is niet meer geldig.")
WEAK_PASSWORD = _(
    "Kies een wachtwoord van ten minste 12 tekens, met een kleine letter en een cijfer."
)

_TOO_OFTEN = frozenset(
    {"LimitExceededException", "TooManyFailedAttemptsException", "TooManyRequestsException"}
)


class Account(msgspec.Struct, frozen=True):
    """Who Cognito says somebody is, and whether an authenticator app guards the account."""

    id: str
    totp: bool


class Asked(msgspec.Struct, frozen=True):
    """Cognito wants more than the password: another password, or an app's code."""

    what: Literal["password", "code"]
    session: str
    username: str


class Refusal(Invalid):
    """The password, or the account that it would open, is not right; the same for both."""

    def __init__(self, field: str = "wachtwoord", text: str = REFUSED) -> None:
        super().__init__("sign_in_refused", text, fields={field: text})


class WrongCode(Invalid):
    """Not the code of now, or used before."""

    def __init__(self, text: str = WRONG_CODE) -> None:
        super().__init__("wrong_code", text, fields={"code": text})


class WeakPassword(Invalid):
    """Not a password that the user pool takes."""

    def __init__(self) -> None:
        super().__init__("weak_password", WEAK_PASSWORD, fields={"nieuw": WEAK_PASSWORD})


class Over(Gone):
    """This step of signing in took too long, was done already, or was tried too often."""

    code = "step_over"
    title = "Deze stap is voorbij. Log opnieuw in."


def check(email: str, password: str) -> str | Asked:
    """An access token for the right password, or what is asked besides.

    Raises Refusal with the same words for an unknown address as for a wrong password.
    """
    refused = Refusal()
    answer = _call(
        "initiate_auth",
        {
            "NotAuthorizedException": refused,
            "UserNotFoundException": refused,
            "InvalidParameterException": refused,
            "PasswordResetRequiredException": refused,
            "UserNotConfirmedException": refused,
        },
        ClientId=_client(),
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": email, "PASSWORD": password},
    )
    return _token(answer, email)


def choose(asked: Asked, password: str) -> str | Asked:
    """Give an invited person's account its own password."""
    return _respond(asked, _NEW_PASSWORD, {"NEW_PASSWORD": password})


def enter_code(asked: Asked, code: str) -> str | Asked:
    """Show that somebody holds the account's authenticator app. Raises WrongCode."""
    return _respond(asked, TOTP, {f"{TOTP}_CODE": code})


def account(access_token: str) -> Account:
    """Whose token this is: Cognito is asked, so nothing depends on what a token says."""
    found = _call("get_user", {"NotAuthorizedException": Over()}, AccessToken=access_token)
    attributes = {one["Name"]: one["Value"] for one in found["UserAttributes"]}
    return Account(attributes["sub"], TOTP in found.get("UserMFASettingList", []))


def new_secret(access_token: str) -> str:
    """A secret for an authenticator app, in base 32; nothing changes until `confirm_secret`."""
    errors = {"NotAuthorizedException": Over()}
    answer = _call("associate_software_token", errors, AccessToken=access_token)
    return str(answer["SecretCode"])


def confirm_secret(access_token: str, code: str) -> None:
    """Ask for the app's codes from now on. Raises WrongCode."""
    wrong = WrongCode()
    errors = {
        "EnableSoftwareTokenMFAException": wrong,
        "CodeMismatchException": wrong,
        "InvalidParameterException": wrong,
        "NotAuthorizedException": Over(),
    }
    _call("verify_software_token", errors, AccessToken=access_token, UserCode=code)
    prefer_app(access_token, enabled=True)


def prefer_app(access_token: str, *, enabled: bool) -> None:
    """Ask for the app's codes at sign-in, or stop doing so."""
    _call(
        "set_user_mfa_preference",
        {"NotAuthorizedException": Over()},
        AccessToken=access_token,
        SoftwareTokenMfaSettings={"Enabled": enabled, "PreferredMfa": enabled},
    )


def change(access_token: str, old: str, new: str) -> None:
    """Replace the password. Raises Refusal, WeakPassword."""
    _call(
        "change_password",
        {
            "NotAuthorizedException": Refusal(),
            "InvalidParameterException": WeakPassword(),
            "InvalidPasswordException": WeakPassword(),
        },
        AccessToken=access_token,
        PreviousPassword=old,
        ProposedPassword=new,
    )


def mail_reset_code(email: str) -> None:
    """Mail a code to whoever has this address; nobody can tell whether there is such a person."""
    # Said of known addresses only, so whoever asks must not hear it.
    told = ("LimitExceeded", "UserNotFound", "NotAuthorized", "InvalidParameter")
    errors = {f"{name}Exception": Refusal() for name in told}
    with contextlib.suppress(Refusal):
        _call("forgot_password", errors, ClientId=_client(), Username=email)


def reset(email: str, code: str, password: str) -> None:
    """Choose a new password with a mailed code. Raises WrongCode alike for an unknown address."""
    wrong = WrongCode(WRONG_RESET_CODE)
    names = ("CodeMismatch", "ExpiredCode", "UserNotFound", "NotAuthorized", "InvalidParameter")
    more = ("LimitExceeded", "TooManyFailedAttempts", "UserNotConfirmed")
    errors: dict[str, PlekkenError] = {f"{name}Exception": wrong for name in (*names, *more)}
    _call(
        "confirm_forgot_password",
        {**errors, "InvalidPasswordException": WeakPassword()},
        ClientId=_client(),
        Username=email,
        ConfirmationCode=code,
        Password=password,
    )


def _respond(asked: Asked, name: str, answers: dict[str, str]) -> str | Asked:
    wrong = WrongCode()
    answer = _call(
        "respond_to_auth_challenge",
        {
            "CodeMismatchException": wrong,
            "ExpiredCodeException": wrong,  # a code that was used once
            "InvalidParameterException": wrong if name == TOTP else WeakPassword(),
            "InvalidPasswordException": WeakPassword(),
            "NotAuthorizedException": Over(),
            "UserNotFoundException": Over(),
        },
        ClientId=_client(),
        ChallengeName=name,
        Session=asked.session,
        ChallengeResponses={"USERNAME": asked.username, **answers},
    )
    return _token(answer, asked.username)


def _token(answer: Mapping[str, Any], username: str) -> str | Asked:
    if "AuthenticationResult" in answer:
        return str(answer["AuthenticationResult"]["AccessToken"])
    given = answer.get("ChallengeParameters", {}).get("USER_ID_FOR_SRP", username)
    match answer.get("ChallengeName"):
        case "NEW_PASSWORD_REQUIRED":
            return Asked("password", answer["Session"], given)
        case "SOFTWARE_TOKEN_MFA":
            return Asked("code", answer["Session"], given)
    raise Refusal  # a challenge that the pool does not ask for


def _call(operation: str, errors: Mapping[str, PlekkenError], **values: Any) -> dict[str, Any]:
    """Ask Cognito; `errors` says what its refusals mean for this operation."""
    try:
        answer: dict[str, Any] = getattr(aws.client("cognito-idp"), operation)(**values)
    except (BotoCoreError, ClientError) as error:
        _refuse(error, errors)
    return answer


def _refuse(error: Exception, errors: Mapping[str, PlekkenError]) -> NoReturn:
    # What botocore refuses to send is what Cognito would refuse to read.
    unsent = isinstance(error, ParamValidationError)
    code = "InvalidParameterException" if unsent else aws_code(error)
    if code == "NotAuthorizedException" and _LOCKED in str(error):
        raise TooManyRequests from error
    if code in errors:
        raise errors[code] from error
    if code in _TOO_OFTEN:
        raise TooManyRequests from error
    log_error("sign_in.unavailable", error)
    text = _("Inloggen lukt nu even niet. Probeer het over een paar minuten opnieuw.")
    raise Unavailable("sign_in_unavailable", text) from error


def _client() -> str:
    return str(load(Settings).user_pool_client_id)
