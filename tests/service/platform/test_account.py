"""An organiser's own account."""

from datetime import timedelta
from typing import Any

import pyotp
import pytest

from chalicelib.platform.usecases import account as usecases
from shared import auth, network
from shared.access import OrganiserItem
from shared.auth import passwords
from shared.clock import FixedClock
from tests.service.browser import Browser
from tests.service.directory.conftest import items

from .conftest import EMAIL, PASSWORD, SECRET, csrf_of

ACCOUNT = "/beheer/account"
NEW = "Een-heel-nieuw-wachtwoord-2"
COOKIE = "__Host-plekken"


@pytest.fixture
def mine(visitor: Browser, olga: str, clock: FixedClock) -> Browser:
    """Olga's browser."""
    return _signed_in(visitor, clock)


@pytest.fixture
def elsewhere(visitor: Browser, olga: str, clock: FixedClock) -> Browser:
    """Olga's other browser."""
    return _signed_in(Browser(visitor.client), clock)


def _signed_in(browser: Browser, clock: FixedClock) -> Browser:
    assert browser.post("/beheer/inloggen", {"email": EMAIL, "wachtwoord": PASSWORD}).status == 303
    clock.advance(timedelta(seconds=1))
    browser.csrf = csrf_of(browser)
    return browser


def renew(browser: Browser) -> None:
    browser.csrf = csrf_of(browser)


def told() -> list[str]:
    return [str(one["action"]) for one in items("AUDIT#", "ACCESS_TABLE")]


def test_the_account_says_who_i_am_and_what_i_may(mine: Browser) -> None:
    page = mine.get(ACCOUNT).text
    assert EMAIL in page
    assert "Leden: alles, ook instellingen" in page
    for path in ("", "/wachtwoord", "/app"):
        assert mine.get(f"{ACCOUNT}{path}?lang=en").status == 200
        assert Browser(mine.client).get(ACCOUNT + path).location.startswith("/beheer/inloggen")


def test_another_name(mine: Browser, olga: str) -> None:
    for wrong in ("", "x" * 101, "a\x00b"):
        refused = mine.post(ACCOUNT, {"naam": wrong})
        assert refused.status == 422
    assert mine.post(ACCOUNT, {"naam": "Olga de Wit"}).status == 303
    found = auth.find_organiser(olga)
    assert found
    assert found.name == "Olga de Wit"
    assert "account.renamed" in told()


def test_another_password_ends_the_other_sessions(mine: Browser, elsewhere: Browser) -> None:
    before = mine.cookies[COOKIE]
    form = {"wachtwoord": "niet-mijn-wachtwoord-1", "nieuw": NEW}
    assert mine.post(f"{ACCOUNT}/wachtwoord", form).status == 422
    weak = mine.post(f"{ACCOUNT}/wachtwoord", {"wachtwoord": PASSWORD, "nieuw": "zwak"})
    assert weak.status == 422
    assert PASSWORD not in weak.text
    assert elsewhere.get(ACCOUNT).status == 200
    done = mine.post(f"{ACCOUNT}/wachtwoord", {"wachtwoord": PASSWORD, "nieuw": NEW})
    assert (done.status, done.location) == (303, ACCOUNT)
    assert mine.cookies[COOKIE] != before
    assert mine.get(ACCOUNT).status == 200
    assert elsewhere.get(ACCOUNT).status == 303
    stolen = Browser(mine.client, {COOKIE: before})
    assert stolen.get(ACCOUNT).status == 303
    assert "account.password_changed" in told()


def test_an_app_and_without_again(mine: Browser, elsewhere: Browser, clock: FixedClock) -> None:
    assert mine.post(f"{ACCOUNT}/app", {"wachtwoord": "fout-wachtwoord-12"}).status == 422
    shown = mine.post(f"{ACCOUNT}/app", {"wachtwoord": PASSWORD})
    assert 'src="data:image/svg+xml' in shown.text
    assert "img-src 'self' data:" in shown.headers["Content-Security-Policy"]
    app = pyotp.TOTP(SECRET)
    wrong = mine.post(f"{ACCOUNT}/app", {"geheim": SECRET, "code": "1"})
    assert wrong.status == 422
    assert f'name="geheim" value="{SECRET}"' in wrong.text
    done = mine.post(f"{ACCOUNT}/app", {"geheim": SECRET, "code": app.now()})
    assert (done.status, done.location) == (303, ACCOUNT)
    assert elsewhere.get(ACCOUNT).status == 303
    assert "Je logt in met je wachtwoord en een code" in mine.get(ACCOUNT).text

    renew(mine)
    clock.advance(timedelta(minutes=11))
    off = {"stap": "uit", "wachtwoord": PASSWORD}
    assert mine.post(f"{ACCOUNT}/app", off).status == 422
    assert mine.post(f"{ACCOUNT}/app", {**off, "code": "x"}).status == 422
    assert mine.post(f"{ACCOUNT}/app", {**off, "code": app.now()}).status == 303
    assert "Je logt in met alleen je wachtwoord" in mine.get(ACCOUNT).text
    assert told().count("account.app_added") == told().count("account.app_removed") == 1


def test_a_code_that_set_the_app_up_does_nothing_more(
    mine: Browser, visitor: Browser, clock: FixedClock
) -> None:
    mine.post(f"{ACCOUNT}/app", {"wachtwoord": PASSWORD})
    code = pyotp.TOTP(SECRET).now()
    assert mine.post(f"{ACCOUNT}/app", {"geheim": SECRET, "code": code}).status == 303
    renew(mine)
    off = {"stap": "uit", "wachtwoord": PASSWORD, "code": code}
    refused = mine.post(f"{ACCOUNT}/app", off)
    assert refused.status == 422
    assert "al gebruikt" in refused.text
    thief = Browser(mine.client)
    thief.post("/beheer/inloggen", {"email": EMAIL, "wachtwoord": PASSWORD})
    assert "al gebruikt" in thief.post("/beheer/inloggen/code", {"code": code}).text


def test_an_app_stays_where_the_network_asks_for_one(
    mine: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usecases, "network", lambda: network.Network(require_totp=True))
    off = {"stap": "uit", "wachtwoord": PASSWORD, "code": "123456"}
    assert mine.post(f"{ACCOUNT}/app", off).status == 409


def test_the_step_of_one_person_is_not_anothers(
    mine: Browser, enrol: Any, clock: FixedClock
) -> None:
    mine.post(f"{ACCOUNT}/app", {"wachtwoord": PASSWORD})
    peter = enrol("Peter")
    token, item = auth.new_session(peter, clock.now())
    item.save()
    other = Browser(
        mine.client, {COOKIE: token, "__Host-inloggen": mine.cookies["__Host-inloggen"]}
    )
    other.csrf = csrf_of(other)
    form = {"geheim": SECRET, "code": pyotp.TOTP(SECRET).now()}
    assert other.post(f"{ACCOUNT}/app", form).status == 410
    outside = Browser(mine.client, {"__Host-inloggen": mine.cookies["__Host-inloggen"]})
    assert outside.post("/beheer/inloggen/app", form).status == 410


def test_a_stolen_session_guesses_no_password(mine: Browser) -> None:
    for _ in range(usecases.PROOFS.most):
        form = {"wachtwoord": "raad-eens-1234", "nieuw": NEW}
        assert mine.post(f"{ACCOUNT}/wachtwoord", form).status == 422
    form = {"wachtwoord": PASSWORD, "nieuw": NEW}
    assert mine.post(f"{ACCOUNT}/wachtwoord", form).status == 429


def test_an_address_that_is_somebody_elses_by_now_proves_nothing(
    mine: Browser, olga: str, enrol: Any
) -> None:
    peter = auth.find_organiser(enrol("Peter"))
    assert peter
    auth.organiser_key(olga).update([OrganiserItem.email.set(peter.email)])
    form = {"wachtwoord": PASSWORD, "nieuw": NEW}
    assert mine.post(f"{ACCOUNT}/wachtwoord", form).status == 422
    assert isinstance(passwords.check(peter.email, PASSWORD), str), "Peter's is as it was"


def test_out_everywhere(mine: Browser, elsewhere: Browser) -> None:
    done = mine.post(f"{ACCOUNT}/overal-uitloggen")
    assert (done.status, done.location) == (303, "/beheer/inloggen")
    assert COOKIE not in mine.cookies
    assert elsewhere.get(ACCOUNT).status == 303
    assert "account.signed_out_everywhere" in told()


@pytest.mark.parametrize("path", ["", "/wachtwoord", "/app", "/overal-uitloggen"])
def test_nothing_changes_from_another_site_or_without_the_forms_token(
    mine: Browser, path: str
) -> None:
    form = {"naam": "X", "wachtwoord": PASSWORD, "nieuw": NEW}
    assert mine.post(ACCOUNT + path, form, Origin="https://evil.example.org").status == 403
    assert mine.post(ACCOUNT + path, {**form, "csrf_token": "x"}).status == 403
