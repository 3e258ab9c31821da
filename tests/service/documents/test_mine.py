"""A partner signs in by mail, without the invitation at hand."""

import re
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage

import pytest

from chalicelib.documents.domain import INVITATION_LASTS
from chalicelib.documents.repository import Repository
from shared.clock import FixedClock
from shared.events import occurred
from shared.events.directory import MemberWithdrawn
from shared.events.documents import PartnerSignInAsked
from tests import documents_support as made
from tests.service import mailed_codes
from tests.service.browser import Browser

from .conftest import API, announcement, deliver, mail, shared_contact, told

HOME = "/documenten/mijn"
UPLOADS = "/documenten/uploaden"
ADDRESS = "voedseltuin@example.org"


@pytest.fixture
def member(repository: Repository, clock: FixedClock) -> str:
    """Somebody in the guide; answers their id."""
    assert deliver(shared_contact(clock)) == []
    return "lid-1"


@pytest.fixture
def browsers(visitor: Browser) -> Callable[[], Browser]:
    return lambda: Browser(visitor.client)


def asked(
    browser: Browser, sent: list[EmailMessage], language: str = "", address: str = ADDRESS
) -> mailed_codes.Letter:
    """Ask and get a mail."""
    browser.post(f"{HOME}/inloggen{language}", {"email": address})
    assert mail(*told(PartnerSignInAsked)) == []
    return mailed_codes.letter(sent[-1])


def signed_in(browser: Browser, sent: list[EmailMessage]) -> Browser:
    letter = asked(browser, sent)
    assert browser.post(f"{HOME}/code", {"code": letter.code}).location == HOME
    return browser


def token_on(browser: Browser, path: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(path).text)
    assert found is not None
    return found[1]


def test_a_code_opens_the_form_and_the_uploads(
    visitor: Browser, member: str, sent: list[EmailMessage]
) -> None:
    browser = signed_in(visitor, sent)
    answer = browser.follow(browser.get(HOME))
    assert "Je deelt als De Voedseltuin." in answer.text
    browser.client.http  # noqa: B018 - the same client serves every browser
    document = upload_as(browser)
    assert document in browser.get(UPLOADS).text
    assert browser.get(f"{UPLOADS}/{document}").status == 200


def upload_as(browser: Browser) -> str:
    data = made.pdf()
    answer = browser.post_json(f"{API}/uploads", announcement(data), Origin="http://localhost:8000")
    assert answer.status == 201, answer.text
    return str(answer.data["id"])


def test_the_form_without_scripts_needs_its_token(
    visitor: Browser, member: str, sent: list[EmailMessage]
) -> None:
    browser = signed_in(visitor, sent)
    wish = {"title": "Plan", "category": "projectplannen", "description": "", "consent": "ja"}
    path = f"{UPLOADS}/gegevens"
    assert browser.post(path, wish).status == 403
    token = token_on(browser, UPLOADS)
    assert browser.post(path, {**wish, "csrf_token": token}).status == 303
    foreign = browser.post_json(f"{API}/uploads", announcement(made.pdf()), Origin="https://x.org")
    assert foreign.status == 403


def test_the_link_signs_in_another_browser_and_scanners_consume_nothing(
    browsers: Callable[[], Browser], member: str, sent: list[EmailMessage]
) -> None:
    letter = asked(browsers(), sent)
    other = browsers()
    mailed_codes.check_scanners_consume_nothing(other, HOME, letter.link)
    assert other.get(HOME).location == UPLOADS


def test_known_and_unknown_addresses_get_the_same_bytes(
    browsers: Callable[[], Browser], member: str
) -> None:
    mailed_codes.check_equal_answers(browsers, HOME, ADDRESS)


def test_every_page_and_the_mail_speak_english(
    browsers: Callable[[], Browser], member: str, sent: list[EmailMessage]
) -> None:
    browser = browsers()
    letter = asked(browser, sent, "?lang=en")
    assert letter.subject.startswith("Your code to sign in at")
    assert "Type this code" in letter.text
    assert letter.link.endswith("&lang=en")
    for path, words in (
        (f"{HOME}/inloggen", "Are you in the member guide?"),
        (f"{HOME}/code", "Type the code from your mail"),
        (f"{HOME}/link", "Press the button to sign in."),
    ):
        assert words in browser.get(f"{path}?lang=en").text
    wrong = browser.post(f"{HOME}/code?lang=en", {"code": "x"})
    assert "This code is not right." in wrong.text
    assert "Tries left: 4." in wrong.text
    elsewhere = browsers().post(f"{HOME}/code?lang=en", {"code": letter.code})
    assert "only works in the browser" in elsewhere.text
    ended = browsers().post(f"{HOME}/link?lang=en", {"sleutel": "x.y"})
    assert "no longer works" in ended.text
    bad = browsers().post(f"{HOME}/inloggen?lang=en", {"email": "x"})
    assert "This is not an email address." in bad.text
    assert browser.post(f"{HOME}/code?lang=en", {"code": letter.code}).location == f"{HOME}?lang=en"


def test_a_partner_whose_invitation_ended_shares_on(
    visitor: Browser, member: str, clock: FixedClock, sent: list[EmailMessage]
) -> None:
    clock.advance(INVITATION_LASTS + timedelta(days=1))
    assert upload_as(signed_in(visitor, sent))


def test_who_left_the_guide_gets_no_mail_and_has_no_session(
    visitor: Browser, member: str, clock: FixedClock, sent: list[EmailMessage]
) -> None:
    browser = signed_in(visitor, sent)
    clock.advance(timedelta(seconds=1))
    assert deliver(occurred(MemberWithdrawn(member_id=member), clock, version=2)) == []
    for path in (HOME, UPLOADS):
        assert browser.get(path).location == f"{HOME}/inloggen"
    refused = browser.post_json(f"{API}/uploads", announcement(made.pdf()))
    assert refused.status == 401
    before = len(sent)
    browser.post(f"{HOME}/inloggen", {"email": ADDRESS})
    assert mail(*told(PartnerSignInAsked)) == []
    assert len(sent) == before


def test_a_corrected_address_ends_the_session_of_the_old_one(
    visitor: Browser, member: str, clock: FixedClock, sent: list[EmailMessage]
) -> None:
    browser = signed_in(visitor, sent)
    assert deliver(shared_contact(clock, version=2, email="nieuw@example.org")) == []
    assert browser.get(UPLOADS).location == f"{HOME}/inloggen"
    assert asked(visitor, sent, address="Nieuw@example.org").to == "nieuw@example.org"


def test_who_has_several_entries_chooses(
    visitor: Browser, member: str, clock: FixedClock, sent: list[EmailMessage]
) -> None:
    assert deliver(shared_contact(clock, member_id="lid-2", name="De Evenaar")) == []
    stranger = shared_contact(clock, member_id="lid-3", name="Vreemd", email="v@example.org")
    assert deliver(stranger) == []
    browser = signed_in(visitor, sent)
    page = browser.get(HOME).text
    assert "De Evenaar" in page
    assert "Vreemd" not in page
    assert browser.get(UPLOADS).location == f"{HOME}/inloggen", "nothing is chosen yet"
    token = token_on(browser, HOME)
    refused = browser.post(f"{HOME}/kiezen", {"csrf_token": token, "lid": "lid-3"})
    assert refused.status == 404
    chosen = browser.post(f"{HOME}/kiezen", {"csrf_token": token, "lid": "lid-2"})
    assert "Je deelt als De Evenaar." in browser.follow(chosen).text


def test_a_request_of_the_other_service_is_refused(
    visitor: Browser, member: str, sent: list[EmailMessage]
) -> None:
    letter = asked(visitor, sent)
    stolen = dict(visitor.cookies)
    assert list(stolen) == ["__Secure-vraag"]
    key = mailed_codes.key_in(letter.link)
    assert visitor.post(f"{HOME}/link", {"sleutel": key}).status == 303
    assert visitor.cookies["__Secure-mijn"]


def test_signing_out_ends_the_session_on_the_server(
    visitor: Browser, member: str, sent: list[EmailMessage]
) -> None:
    browser = signed_in(visitor, sent)
    token, stolen = token_on(browser, UPLOADS), dict(browser.cookies)
    assert browser.post(f"{HOME}/uitloggen", {"csrf_token": token}).status == 303
    browser.cookies.update(stolen)
    assert browser.get(UPLOADS).location == f"{HOME}/inloggen"


def test_the_session_takes_the_place_of_an_invitation_that_was_opened(
    partner: Browser, clock: FixedClock, sent: list[EmailMessage]
) -> None:
    assert (
        deliver(shared_contact(clock, member_id="lid-2", name="Twee", email="t@example.org")) == []
    )
    letter = asked(partner, sent, address="t@example.org")
    partner.follow(partner.post(f"{HOME}/code", {"code": letter.code}))
    assert "Je deelt als Twee." in partner.get(UPLOADS).text
