"""Signing in, step by step; moto's user pool looks at no session of its own, so ours must hold."""

from datetime import timedelta
from typing import Any

import pyotp
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from chalicelib.platform.pages import sign_in as sign_in_pages
from chalicelib.platform.repository import challenges, people
from chalicelib.platform.usecases import account as account_usecases
from chalicelib.platform.usecases import sign_in as usecases
from infra.paths import ROOT
from shared import network
from shared.access import OrganiserItem
from shared.auth import passwords
from shared.clock import FixedClock
from tests.service.browser import Answer, Browser
from tests.service.directory.conftest import items

from .conftest import EMAIL, PASSWORD, SECRET, csrf_of

OTHER_PASSWORD = "Een-heel-nieuw-wachtwoord-2"
SIGN_IN = "/beheer/inloggen"
CODE = "/beheer/inloggen/code"
COOKIE = "__Host-plekken"
STEP = "__Host-inloggen"
OVER = "Deze stap is voorbij"


@pytest.fixture
def lenient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user pool that takes a code and a session any number of times, within their time."""
    access = passwords.check(EMAIL, PASSWORD)
    assert isinstance(access, passwords.Asked)
    answer = passwords.enter_code(access, pyotp.TOTP(SECRET).now())
    monkeypatch.setattr(passwords, "enter_code", lambda *_: answer)


def attempt(browser: Browser, password: str = PASSWORD, **changes: str) -> Answer:
    form = {"email": EMAIL, "wachtwoord": password, "verder": "/leden/beheer", **changes}
    return browser.post(SIGN_IN, form)


def another(browser: Browser) -> Browser:
    return Browser(browser.client)


def told(action: str) -> int:
    return sum(one["action"] == action for one in items("AUDIT#", "ACCESS_TABLE"))


# A new password


def test_an_invited_person_chooses_a_password_and_is_in(visitor: Browser, invited: str) -> None:
    asked = attempt(visitor)
    assert (asked.status, asked.location) == (303, "/beheer/inloggen/wachtwoord")
    assert COOKIE not in visitor.cookies
    assert "Kies je wachtwoord" in visitor.follow(asked).text
    for weak in ("kort-1", "GEEN-KLEINE-LETTER-1", "geen-cijfer-erbij", ""):
        refused = visitor.post(asked.location, {"nieuw": weak})
        assert refused.status == 422
        assert "ten minste 12 tekens" in refused.text
    first = visitor.cookies[STEP]
    done = visitor.post(asked.location, {"nieuw": OTHER_PASSWORD})
    assert (done.status, done.location) == (303, "/leden/beheer")
    assert STEP not in visitor.cookies
    assert visitor.get("/beheer").status == 200
    late = another(visitor)
    late.cookies[STEP] = first
    assert OVER in late.post(asked.location, {"nieuw": "Nog-een-ander-wachtwoord-3"}).text
    assert attempt(another(visitor), OTHER_PASSWORD).location == "/leden/beheer"


# A code


def test_a_code_opens_a_session(visitor: Browser, with_app: pyotp.TOTP) -> None:
    asked = attempt(visitor)
    assert (asked.status, asked.location) == (303, CODE)
    assert "one-time-code" in visitor.follow(asked).text
    assert visitor.get("/beheer").status == 303, "a password is not enough"
    code = with_app.now()
    done = visitor.post(CODE, {"code": f"{code[:3]} {code[3:]}"})
    assert (done.status, done.location) == (303, "/leden/beheer")
    assert STEP not in visitor.cookies
    assert visitor.get("/beheer").status == 200
    assert told("account.signed_in") == 1


def test_one_code_opens_one_session_however_often_it_is_used(
    visitor: Browser, with_app: pyotp.TOTP, lenient: None
) -> None:
    code, opened = with_app.now(), 0
    for _ in range(8):
        browser = another(visitor)
        attempt(browser)
        answer = browser.post(CODE, {"code": code})
        opened += answer.status == 303
        assert answer.status == 303 or "al gebruikt" in answer.text
    assert opened == 1
    assert len(items("SESSION#", "ACCESS_TABLE")) == 1


def test_a_spent_code_is_forgotten_when_no_pool_takes_it_any_more(
    visitor: Browser, with_app: pyotp.TOTP, lenient: None, clock: FixedClock
) -> None:
    assert timedelta(seconds=90) < challenges.SPENT_KEPT
    for expected in (303, 303):
        browser = another(visitor)
        attempt(browser)
        assert browser.post(CODE, {"code": "123456"}).status == expected
        clock.advance(challenges.SPENT_KEPT + timedelta(seconds=1))


def test_a_step_is_taken_once(visitor: Browser, with_app: pyotp.TOTP, lenient: None) -> None:
    attempt(visitor)
    copied = another(visitor)
    copied.cookies[STEP] = visitor.cookies[STEP]
    assert visitor.post(CODE, {"code": "123456"}).status == 303
    replayed = copied.post(CODE, {"code": "654321"})
    assert replayed.status == 410
    assert OVER in replayed.text


def test_guessing_codes_ends_after_five(visitor: Browser, with_app: pyotp.TOTP) -> None:
    attempt(visitor)
    right = with_app.now()
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(challenges.MOST_TRIES):
        refused = visitor.post(CODE, {"code": wrong})
        assert refused.status == 422
        assert "Deze code klopt niet" in refused.text
    over = visitor.post(CODE, {"code": right})
    assert over.status == 410
    assert 'href="/beheer/inloggen?verder=%2Fleden%2Fbeheer"' in over.text
    assert visitor.get(CODE).status == 410
    assert visitor.get("/beheer").status == 303


def test_guessing_codes_over_many_sign_ins_ends_too(
    visitor: Browser, with_app: pyotp.TOTP, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        attempt(visitor)
        for _ in range(challenges.MOST_TRIES):
            assert visitor.post(CODE, {"code": "x"}).status == 422
    attempt(visitor)
    assert visitor.post(CODE, {"code": with_app.now()}).status == 429


def test_a_step_ends_by_itself(visitor: Browser, with_app: pyotp.TOTP, clock: FixedClock) -> None:
    attempt(visitor)
    clock.advance(challenges.CHALLENGE_LIFE)
    for answer in (visitor.get(CODE), visitor.post(CODE, {"code": with_app.now()})):
        assert answer.status == 410
        assert OVER in answer.text
    english = visitor.get(f"{CODE}?lang=en")
    assert '<html lang="en">' in english.text
    assert "verder=%2Fleden%2Fbeheer&amp;lang=en" in english.text


def test_a_step_of_another_kind_or_nobody_opens_nothing(
    visitor: Browser, with_app: pyotp.TOTP
) -> None:
    attempt(visitor)
    for path in ("/beheer/inloggen/wachtwoord", "/beheer/inloggen/app"):
        assert visitor.get(path).status == 410
        assert visitor.post(path, {"nieuw": OTHER_PASSWORD, "code": with_app.now()}).status == 410
    for token in ("", "made-up", "x" * 200, "é"):
        stranger = another(visitor)
        stranger.cookies[STEP] = token
        assert stranger.post(CODE, {"code": with_app.now()}).status == 410
    assert another(visitor).get(CODE).location == SIGN_IN
    assert another(visitor).post(CODE, {"code": "123456"}).status == 410


def test_a_code_of_somebody_else_does_not_fit(
    visitor: Browser, with_app: pyotp.TOTP, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt(visitor)
    asked: list[passwords.Asked] = []

    def refuse(now: passwords.Asked, _: str) -> str:
        asked.append(now)
        raise passwords.WrongCode

    monkeypatch.setattr(passwords, "enter_code", refuse)
    assert visitor.post(CODE, {"code": "123456", "username": "peter@example.org"}).status == 422
    assert asked[0].username == EMAIL


def test_the_table_holds_no_secret_of_a_step(visitor: Browser, with_app: pyotp.TOTP) -> None:
    attempt(visitor)
    kept = str(items("CHALLENGE#", "ACCESS_TABLE"))
    assert visitor.cookies[STEP] not in kept
    assert PASSWORD not in kept
    visitor.post(CODE, {"code": with_app.now()})
    assert with_app.now() not in str(items("SPENT#", "ACCESS_TABLE"))
    assert items("CHALLENGE#", "ACCESS_TABLE") == []


def test_a_planted_cookie_is_replaced_at_every_step(visitor: Browser, with_app: pyotp.TOTP) -> None:
    visitor.cookies.update({COOKIE: "planted", STEP: "planted"})
    attempt(visitor)
    assert visitor.cookies[STEP] != "planted"
    visitor.post(CODE, {"code": with_app.now()})
    assert visitor.cookies[COOKIE] != "planted"


@pytest.mark.parametrize(
    "path", [SIGN_IN, CODE, "/beheer/inloggen/wachtwoord", "/beheer/wachtwoord"]
)
def test_another_site_cannot_send_these_forms(visitor: Browser, olga: str, path: str) -> None:
    form = {"email": EMAIL, "wachtwoord": PASSWORD, "code": "123456"}
    assert visitor.post(path, form, Origin="https://evil.example.org").status == 403


# An app that the network asks for


def test_where_an_app_is_asked_for_there_is_no_session_without_one(
    visitor: Browser, olga: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usecases, "network", lambda: network.Network(require_totp=True))
    asked = attempt(visitor)
    assert (asked.status, asked.location) == (303, "/beheer/inloggen/app")
    assert visitor.follow(asked).status == 200
    assert COOKIE not in visitor.cookies
    shown = visitor.post(asked.location)
    assert 'src="data:image/svg+xml' in shown.text
    assert "otpauth://totp/Plekken?secret=" in shown.text
    wrong = visitor.post(asked.location, {"geheim": SECRET, "code": "x"})
    assert wrong.status == 422
    assert SECRET in wrong.text, "the key stays"
    app = pyotp.TOTP(SECRET)
    done = visitor.post(asked.location, {"geheim": SECRET, "code": app.now()})
    assert (done.status, done.location) == (303, "/leden/beheer")
    assert visitor.get("/beheer/account").status == 200
    assert told("account.app_added") == 1
    assert attempt(another(visitor)).location == CODE


# Ended while signing in


def test_somebody_removed_halfway_gets_no_session(
    visitor: Browser, with_app: pyotp.TOTP, olga: str
) -> None:
    attempt(visitor)
    OrganiserItem("ORGANISERS", olga).delete()
    assert visitor.post(CODE, {"code": with_app.now()}).status == 410
    assert items("SESSION#", "ACCESS_TABLE") == []
    assert attempt(another(visitor)).location == CODE, "as for a colleague, until the code"


def test_a_session_begun_with_the_old_password_is_worthless(
    visitor: Browser, with_app: pyotp.TOTP, olga: str, clock: FixedClock
) -> None:
    attempt(visitor)
    clock.advance(timedelta(seconds=2))
    people.end_sessions(olga, clock.now(), [])
    clock.advance(timedelta(seconds=2))
    assert visitor.post(CODE, {"code": with_app.now()}).status == 303
    assert visitor.get("/beheer").status == 303


def test_a_stolen_cookie_opens_nothing_after_sign_out(visitor: Browser, olga: str) -> None:
    attempt(visitor)
    stolen = another(visitor)
    stolen.cookies[COOKIE] = visitor.cookies[COOKIE]
    visitor.csrf = csrf_of(visitor)
    visitor.post("/beheer/uitloggen")
    assert stolen.get("/beheer").location.startswith(SIGN_IN)


# What Cognito may say


@pytest.mark.parametrize(
    ("code", "message", "status"),
    [
        ("NotAuthorizedException", "Incorrect username or password.", 422),
        ("NotAuthorizedException", "Password attempts exceeded", 429),
        ("UserNotFoundException", "", 422),
        ("PasswordResetRequiredException", "", 422),
        ("TooManyRequestsException", "", 429),
        ("LimitExceededException", "", 429),
        ("InternalErrorException", "olga@example.org is broken", 503),
        ("ResourceNotFoundException", "", 503),
    ],
)
def test_what_cognito_refuses(
    visitor: Browser,
    olga: str,
    listen: Any,
    capsys: pytest.CaptureFixture[str],
    code: str,
    message: str,
    status: int,
) -> None:
    def refuse(**_: Any) -> None:
        raise ClientError({"Error": {"Code": code, "Message": message}}, "InitiateAuth")

    listen("cognito-idp", "before-call.cognito-identity-provider.InitiateAuth", refuse)
    answer = attempt(visitor)
    assert answer.status == status
    assert PASSWORD not in answer.text
    assert f'value="{EMAIL}"' in answer.text
    assert "olga@" not in capsys.readouterr().out


def test_no_answer_from_cognito(visitor: Browser, olga: str, listen: Any) -> None:
    def fail(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://cognito")

    listen("cognito-idp", "before-call.cognito-identity-provider.InitiateAuth", fail)
    assert attempt(visitor).status == 503


def test_locked_out_alike_for_known_and_unknown(visitor: Browser, olga: str) -> None:
    pages = []
    for email in (EMAIL, "niemand@example.org"):
        for _ in range(sign_in_pages.SIGN_IN_PER_ADDRESS.most):
            assert attempt(visitor, "raad-eens-12", email=email).status == 422
        locked = attempt(visitor, email=email)
        assert locked.status == 429
        assert "Wacht 15 minuten" in locked.text
        assert 'href="/beheer/wachtwoord"' in locked.text
        pages.append(locked.text.replace(email, ""))
    assert pages[0] == pages[1]


# Forgotten


def test_a_forgotten_password_is_asked_alike_for_known_and_unknown(
    visitor: Browser, olga: str
) -> None:
    pages = [
        visitor.post("/beheer/wachtwoord", {"email": email})
        for email in (EMAIL, "niemand@example.org")
    ]
    assert [page.status for page in pages] == [200, 200]
    assert pages[0].text == pages[1].text.replace("niemand@example.org", EMAIL)
    assert visitor.post("/beheer/wachtwoord", {"email": "geen-adres"}).status == 422


@pytest.mark.parametrize(
    "code", ["LimitExceededException", "InvalidParameterException", "NotAuthorizedException"]
)
def test_what_cognito_says_of_known_addresses_alone_is_not_heard(
    visitor: Browser, olga: str, listen: Any, code: str
) -> None:
    def refuse(**_: Any) -> None:
        raise ClientError({"Error": {"Code": code, "Message": ""}}, "ForgotPassword")

    listen("cognito-idp", "before-call.cognito-identity-provider.ForgotPassword", refuse)
    assert visitor.post("/beheer/wachtwoord", {"email": EMAIL}).status == 200


def test_asking_for_codes_is_limited_alike(visitor: Browser, olga: str) -> None:
    for email in (EMAIL, "niemand@example.org"):
        for _ in range(account_usecases.RESET_ASKS.most):
            assert visitor.post("/beheer/wachtwoord", {"email": email}).status == 200
        assert visitor.post("/beheer/wachtwoord", {"email": email.upper()}).status == 429


def test_a_new_password_ends_every_session(visitor: Browser, olga: str, clock: FixedClock) -> None:
    attempt(visitor)
    clock.advance(timedelta(seconds=1))
    browser = another(visitor)
    form = {"email": EMAIL.upper(), "code": "123456", "nieuw": "zwak"}
    weak = browser.post("/beheer/wachtwoord/nieuw", form)
    assert weak.status == 422
    assert 'value="OLGA@EXAMPLE.ORG"' in weak.text
    form = {"email": EMAIL, "code": "123456", "nieuw": OTHER_PASSWORD}
    done = browser.post("/beheer/wachtwoord/nieuw", form)
    assert (done.status, done.location) == (303, SIGN_IN)
    assert "Je hebt een nieuw wachtwoord" in browser.follow(done).text
    assert visitor.get("/beheer").status == 303
    assert told("account.password_reset") == 1
    clock.advance(timedelta(seconds=1))
    assert attempt(browser).status == 422
    assert attempt(browser, OTHER_PASSWORD).status == 303
    assert browser.get("/beheer").status == 200


def test_reset_codes_are_refused_and_limited_alike(
    visitor: Browser, olga: str, listen: Any
) -> None:
    said = iter(["CodeMismatchException", "ExpiredCodeException", "LimitExceededException"] * 9)

    def refuse(**_: Any) -> None:
        raise ClientError({"Error": {"Code": next(said), "Message": ""}}, "ConfirmForgotPassword")

    listen("cognito-idp", "before-call.cognito-identity-provider.ConfirmForgotPassword", refuse)
    texts = set()
    for email in (EMAIL, "niemand@example.org"):
        form = {"email": email, "code": "123456", "nieuw": OTHER_PASSWORD}
        for _ in range(account_usecases.RESET_CODES.most):
            refused = visitor.post("/beheer/wachtwoord/nieuw", form)
            assert refused.status == 422
            assert OTHER_PASSWORD not in refused.text
            texts.add(refused.text.replace(email, ""))
        assert visitor.post("/beheer/wachtwoord/nieuw", form).status == 429
    assert len(texts) == 1


def test_the_pool_takes_what_we_call_strong() -> None:
    template = (ROOT / "infra/templates/base.yaml").read_text(encoding="utf-8")
    assert f"MinimumLength: {usecases.SHORTEST_PASSWORD}" in template
