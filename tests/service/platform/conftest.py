"""The platform's own pages on moto: app, functions that it calls, and a user pool."""

import io
import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import boto3
import pyotp
import pytest
from chalice.test import Client
from moto.cognitoidp.models import CognitoIdpBackend, cognitoidp_backends
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.exceptions import ServiceException

from chalicelib.platform.pages import account as account_pages
from chalicelib.platform.pages import reset as reset_pages
from chalicelib.platform.pages import sign_in as sign_in_pages
from chalicelib.platform.pages import sign_in_steps
from shared import auth, aws, settings
from shared.auth import passwords
from shared.clock import FixedClock
from shared.http import App
from tests.apps import app_module
from tests.service.browser import Browser, sign_in

PASSWORD = "Welkom-in-de-buurt-1"
EMAIL = "olga@example.org"
SECRET = pyotp.random_base32(32)
OWNER: dict[str, Any] = dict.fromkeys((*auth.SERVICES, auth.PLATFORM), "owner")


@pytest.fixture(scope="session")
def app() -> App:
    found: App = app_module("directory").app
    return found


@pytest.fixture
def visitor(app: App, mocked_aws: None) -> Iterator[Browser]:
    """A browser that has never been here."""
    with Client(app) as client:
        yield Browser(client)


@pytest.fixture
def pool(mocked_aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty user pool as infra/templates/base.yaml makes it; answers its id."""
    found = boto3.client("cognito-idp").create_user_pool(
        PoolName="organisers", UsernameAttributes=["email"]
    )
    pool_id = found["UserPool"]["Id"]
    monkeypatch.setattr(CognitoIdpBackend, "admin_create_user", _resending_too)
    monkeypatch.setenv("USER_POOL_ID", pool_id)
    settings.forget()
    yield pool_id
    settings.forget()


_create = CognitoIdpBackend.admin_create_user


def _resending_too(self: Any, pool_id: str, name: str, action: str, *rest: Any) -> Any:
    """Moto makes a second user when a first password is mailed again; Cognito does not."""
    if action != "RESEND":
        return _create(self, pool_id, name, action, *rest)
    user = self.admin_get_user(pool_id, name)
    if user.status != "FORCE_CHANGE_PASSWORD":
        raise ServiceException(code="UnsupportedUserStateException", message="in use")
    return user


@pytest.fixture
def enrol(pool: str) -> Callable[..., str]:
    """`enrol("Olivia", PLATFORM="owner")`: an organiser who has chosen a password; their id."""

    def make(name: str, roles: dict[str, Any] | None = None) -> str:
        email = f"{name.lower()}-{uuid4().hex[:6]}@example.org"
        cognito = boto3.client("cognito-idp")
        user = cognito.admin_create_user(UserPoolId=pool, Username=email)["User"]
        cognito.admin_set_user_password(
            UserPoolId=pool, Username=email, Password=PASSWORD, Permanent=True
        )
        [subject] = [one["Value"] for one in user["Attributes"] if one["Name"] == "sub"]
        auth.save_organiser(auth.Organiser(subject, email, name, OWNER if roles is None else roles))
        return str(subject)

    return make


def set_up_a_phone(pool: str, email: str) -> None:
    """As the account page does with an app's code, which moto does not check."""
    backend = cognitoidp_backends[DEFAULT_ACCOUNT_ID]["eu-central-1"]
    backend.admin_get_user(pool, email).token_verified = True
    boto3.client("cognito-idp").admin_set_user_mfa_preference(
        UserPoolId=pool,
        Username=email,
        SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True},
    )


class Functions:
    """Our own functions, called as Lambda calls them."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.before: Callable[[str, dict[str, Any]], None] = lambda *_: None

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - boto's
        function = FunctionName.removeprefix("plekken-test-directory-")
        event = json.loads(Payload)
        self.asked.append((function, event))
        self.before(function, event)
        handler = getattr(app_module("directory"), function)
        try:
            answer, failed = handler(event, None), {}
        except Exception as error:  # noqa: BLE001 - as Lambda's runtime does
            answer = {"errorType": type(error).__name__, "errorMessage": str(error)}
            failed = {"FunctionError": "Unhandled"}
        return {"Payload": io.BytesIO(json.dumps(answer).encode()), **failed}


@pytest.fixture
def functions(monkeypatch: pytest.MonkeyPatch) -> Functions:
    """What the API function calls."""
    found, client = Functions(), aws.client
    monkeypatch.setattr(aws, "client", lambda name: found if name == "lambda" else client(name))
    return found


@pytest.fixture
def owner(enrol: Callable[..., str]) -> str:
    """The id of an owner of everything."""
    return enrol("Olivia")


@pytest.fixture
def desk(visitor: Browser, owner: str, functions: Functions) -> Browser:
    """A browser in which the owner is signed in."""
    return sign_in(visitor, owner)


@pytest.fixture
def crash(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any, str], None]:
    """`crash(people, "tidy")`: the process ends where this is called, until undone."""

    def make(owner: Any, name: str) -> None:
        def end(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(owner, name, end)

    return make


@pytest.fixture
def steady(clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signing in by the test's clock, and with an app whose secret we know."""
    for module in (account_pages, reset_pages, sign_in_pages, sign_in_steps):
        monkeypatch.setattr(module, "clock", clock)
    monkeypatch.setenv("MOTO_COGNITO_IDP_USER_POOL_ENABLE_TOTP", "true")
    monkeypatch.setattr("moto.cognitoidp.models.COGNITO_TOTP_MFA_SECRET", SECRET)


@pytest.fixture
def client(pool: str, steady: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The user pool's client, as base.yaml makes it."""
    made = boto3.client("cognito-idp").create_user_pool_client(
        UserPoolId=pool, ClientName="desk", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )
    found = str(made["UserPoolClient"]["ClientId"])
    monkeypatch.setenv("USER_POOL_CLIENT_ID", found)
    settings.forget()
    yield found
    settings.forget()


@pytest.fixture
def olga(client: str, pool: str) -> str:
    """An organiser with a password; answers their id."""
    return _person(pool, EMAIL, permanent=True)


@pytest.fixture
def invited(client: str, pool: str) -> str:
    """Somebody who was mailed a password; answers their id."""
    return _person(pool, EMAIL, permanent=False)


def _person(pool: str, email: str, *, permanent: bool) -> str:
    cognito = boto3.client("cognito-idp")
    user = cognito.admin_create_user(UserPoolId=pool, Username=email)["User"]
    cognito.admin_set_user_password(
        UserPoolId=pool, Username=email, Password=PASSWORD, Permanent=permanent
    )
    [subject] = [one["Value"] for one in user["Attributes"] if one["Name"] == "sub"]
    auth.save_organiser(auth.Organiser(subject, email, "Olga", {"directory": "owner"}))
    return str(subject)


@pytest.fixture
def with_app(olga: str, visitor: Browser) -> pyotp.TOTP:
    """Olga has set her app up; answers what it shows."""
    token = passwords.check(EMAIL, PASSWORD)
    assert isinstance(token, str)
    app = pyotp.TOTP(passwords.new_secret(token))
    passwords.confirm_secret(token, app.now())
    return app


def csrf_of(browser: Browser) -> str:
    """What the forms of this browser's session send along."""
    page = browser.get("/beheer/account").text
    return page.split('name="csrf_token" value="')[1].split('"')[0]
