"""Signing in and out, the desk and the statements."""

from datetime import timedelta
from typing import Any

import boto3
import pytest

from chalicelib.directory import domain
from chalicelib.directory.repository import Repository
from chalicelib.platform.pages import sign_in as sign_in_pages
from shared import auth, settings
from shared.auth import codes
from tests.service.browser import Browser, sign_in

from .conftest import items

PASSWORD = "Welkom-in-de-buurt-1"
EMAIL = "organisator@example.org"


@pytest.fixture
def account(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> str:
    """An organiser in a user pool; answers their id."""
    cognito = boto3.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="organisers")["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="desk", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    user = cognito.admin_create_user(UserPoolId=pool, Username=EMAIL)["User"]
    cognito.admin_set_user_password(
        UserPoolId=pool, Username=EMAIL, Password=PASSWORD, Permanent=True
    )
    monkeypatch.setenv("USER_POOL_CLIENT_ID", client)
    settings.forget()
    [organiser_id] = [a["Value"] for a in user["Attributes"] if a["Name"] == "sub"]
    roles: dict[str, Any] = {"registration": "owner", "directory": "owner", "documents": "owner"}
    auth.save_organiser(auth.Organiser(organiser_id, EMAIL, "Organisator", roles))
    return str(organiser_id)


@pytest.fixture(autouse=True)
def _fresh_settings() -> Any:
    yield
    settings.forget()


def attempt(browser: Browser, **changes: str) -> Any:
    form = {"email": EMAIL, "wachtwoord": PASSWORD, "verder": "/leden/beheer", **changes}
    return browser.post("/beheer/inloggen", form)


def test_signing_in_leads_to_where_you_were_going(visitor: Browser, account: str) -> None:
    answer = attempt(visitor)
    assert (answer.status, answer.location) == (303, "/leden/beheer")
    [cookie] = answer.headers["Set-Cookie"]
    for word in ("__Host-plekken=", "HttpOnly", "Secure", "SameSite=Lax", "Path=/"):
        assert word in cookie
    assert visitor.get("/leden/beheer").status == 200
    assert visitor.cookies["__Host-plekken"] not in str(items("SESSION#", "ACCESS_TABLE"))


def test_unknown_and_wrong_get_the_same_answer(visitor: Browser, account: str) -> None:
    wrong = attempt(visitor, wachtwoord="fout-wachtwoord-9")
    unknown = attempt(visitor, email="niemand@example.org")
    assert wrong.status == unknown.status == 422
    assert wrong.text == unknown.text.replace("niemand@example.org", EMAIL)
    assert "horen niet bij elkaar" in wrong.text
    assert "fout-wachtwoord-9" not in wrong.text
    assert attempt(visitor, email="", wachtwoord="").status == 422


@pytest.mark.parametrize(
    "place", ["https://evil.example.org", "//evil.example.org", "/\\evil.example.org", ""]
)
def test_signing_in_never_leads_to_another_site(visitor: Browser, account: str, place: str) -> None:
    assert attempt(visitor, verder=place).location == "/beheer"
    assert "evil" not in visitor.get(f"/beheer/inloggen?verder={place}").text.split("<main")[1]


def test_guessing_is_stopped(visitor: Browser, account: str) -> None:
    for _ in range(sign_in_pages.SIGN_IN_PER_ADDRESS.most):
        assert attempt(visitor, wachtwoord="raad-eens-1").status == 422
    assert attempt(visitor).status == 429


def test_another_site_cannot_sign_somebody_in(visitor: Browser, account: str) -> None:
    form = {"email": EMAIL, "wachtwoord": PASSWORD}
    answer = visitor.post("/beheer/inloggen", form, Origin="https://evil.example.org")
    assert answer.status == 403
    assert items("SESSION#", "ACCESS_TABLE") == []


def test_signing_out_ends_the_session_on_the_server(
    visitor: Browser, organiser: Any, repository: Repository
) -> None:
    browser = sign_in(visitor, organiser.sk)
    assert browser.get("/beheer").status == 200
    token = browser.cookies["__Host-plekken"]
    assert browser.post("/beheer/uitloggen", {"csrf_token": "x"}).status == 403
    assert browser.post("/beheer/uitloggen").location == "/beheer/inloggen"
    browser.cookies["__Host-plekken"] = token
    assert browser.get("/beheer").status == 303
    assert Browser(browser.client).post("/beheer/uitloggen").status == 303


def test_an_organiser_of_one_service_reaches_the_desk(
    visitor: Browser, repository: Repository
) -> None:
    auth.save_organiser(auth.Organiser("docs-1", "d@example.org", "D", {"documents": "owner"}))
    assert sign_in(visitor, "docs-1").get("/beheer").status == 200


@pytest.mark.parametrize("path", ["/privacy", "/toegankelijkheid", "/beheer/inloggen", "/"])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_public_pages_of_the_platform(visitor: Browser, path: str, language: str) -> None:
    page = visitor.get(f"{path}?lang=en" if language == "en" else path)
    assert page.status == 200
    assert f'<html lang="{language}">' in page.text
    assert page.text.count("<h1") == 1


def test_the_privacy_statement_tells_the_guides_own_periods(visitor: Browser) -> None:
    page = visitor.get("/privacy").text
    days = domain.RETENTION.days
    assert f"{days} dagen na de afwijzing of het voorstel" in page
    assert f"contactgegevens meteen, de rest na {days} dagen" in page


def test_the_privacy_statement_tells_how_long_a_typed_address_is_used(visitor: Browser) -> None:
    minutes = int(codes.ASK_LIFE.total_seconds()) // 60
    assert f"Na {minutes} minuten gebruiken we het niet meer" in visitor.get("/privacy").text
    longest = max(limit.per for limit in (codes.PER_VISITOR, *codes.PER_ADDRESS))
    assert longest == timedelta(days=1), "which the statement says of counted attempts"


def test_the_privacy_statement_tells_how_long_a_backup_keeps_what_was_erased(
    visitor: Browser,
) -> None:
    assert "reservekopieën staat het nog ten hoogste 35 dagen" in visitor.get("/privacy").text
