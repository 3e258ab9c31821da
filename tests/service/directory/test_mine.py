"""A member signs in by mail, and sees, changes and withdraws their own entry."""

import re
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from email.message import Message
from email.policy import default
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.directory import consumers, usecases
from chalicelib.directory.domain import Contact, State
from chalicelib.directory.repository import Repository
from shared import aws
from shared.access import AuditItem
from shared.clock import FixedClock
from shared.events import encode
from shared.events.directory import MemberChanged, MemberSignInAsked, MemberWithdrawn
from shared.mail import LEASE
from tests.service import mailed_codes
from tests.service.browser import Browser

from .conftest import FORM, drafted, published, queue, told

HOME = "/leden/mijn"
ADDRESS = "tuin@example.org"


@pytest.fixture
def sent(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    """The mails that SES took."""
    taken: list[Message] = []

    def take(**request: Any) -> dict[str, str]:
        taken.append(message_from_bytes(request["Content"]["Raw"]["Data"], policy=default))
        return {"MessageId": str(len(taken))}

    monkeypatch.setattr(aws.client("sesv2"), "send_email", take)
    return taken


@pytest.fixture
def browsers(visitor: Browser) -> Callable[[], Browser]:
    return lambda: Browser(visitor.client)


def work() -> list[dict[str, str]]:
    """The mail worker takes what was asked."""
    answer = consumers.mail(queue(*(encode(event) for event in told(MemberSignInAsked))))
    failures: list[dict[str, str]] = answer["batchItemFailures"]
    return failures


def asked(browser: Browser, sent: list[Message], address: str = ADDRESS) -> mailed_codes.Letter:
    """Ask and get a mail."""
    assert mailed_codes.ask(browser, HOME, address).location == f"{HOME}/code"
    assert work() == []
    return mailed_codes.letter(sent[-1])


def signed_in(browser: Browser, sent: list[Message]) -> Browser:
    letter = asked(browser, sent)
    assert browser.post(f"{HOME}/code", {"code": letter.code}).location == HOME
    return browser


def form_of(browser: Browser, member_id: str = "m1") -> dict[str, Any]:
    """The page's own form, as it would be sent."""
    page = browser.get(f"{HOME}/vermelding/{member_id}")
    assert page.status == 200, page.text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    version = re.search(r'name="version" value="(\d+)"', page.text)
    assert token is not None
    assert version is not None
    typed = {name: FORM[name] for name in ("name", "kind", "place", "themes", "email")}
    return {"csrf_token": token[1], "version": version[1], **typed}


def test_a_code_signs_in_and_the_entry_can_be_changed_at_once(
    visitor: Browser, repository: Repository, clock: FixedClock, sent: list[Message]
) -> None:
    published(repository, clock, latitude=52.09, longitude=5.12)
    letter = asked(visitor, sent, "TUIN@example.org")
    assert letter.to == ADDRESS
    assert letter.subject.startswith("Je code om in te loggen bij")
    answer = visitor.post(f"{HOME}/code", {"code": letter.code})
    [session, spent] = answer.headers["Set-Cookie"]
    assert session.startswith("__Secure-mijn=")
    assert session.endswith("Path=/leden; Max-Age=28800; HttpOnly; Secure; SameSite=Lax")
    assert spent.startswith("__Secure-vraag=;")
    assert visitor.get(HOME).location == f"{HOME}/vermelding/m1"
    answer = visitor.post(f"{HOME}/vermelding/m1", {**form_of(visitor), "place": "Delft"})
    assert answer.status == 303
    page = visitor.get("/leden/de-voedseltuin")
    assert "Delft" in page.text
    changed = repository.find("m1")
    assert changed is not None
    assert changed.profile.latitude == 52.09, "only organisers move the place on the map"
    assert len(told(MemberChanged)) == 1
    [note] = AuditItem.scan(AuditItem.pk.startswith("AUDIT#"))
    assert (note.organiser_id, note.action, note.item) == ("member/m1", "member.changed", "m1")


def test_the_link_signs_in_another_browser_and_scanners_consume_nothing(
    browsers: Callable[[], Browser],
    repository: Repository,
    clock: FixedClock,
    sent: list[Message],
) -> None:
    published(repository, clock)
    letter = asked(browsers(), sent)
    other = browsers()
    mailed_codes.check_scanners_consume_nothing(other, HOME, letter.link)
    assert other.get(HOME).location == f"{HOME}/vermelding/m1"
    again = browsers().post(f"{HOME}/link", {"sleutel": mailed_codes.key_in(letter.link)})
    assert again.status == 410
    assert "werkt niet meer" in again.text
    assert 'action="/leden/mijn/inloggen"' in again.text, "and how to go on"


def test_known_and_unknown_addresses_get_the_same_bytes(
    browsers: Callable[[], Browser], repository: Repository, clock: FixedClock, sent: list[Message]
) -> None:
    published(repository, clock)
    mailed_codes.check_equal_answers(browsers, HOME, ADDRESS)
    assert work() == []
    assert [one["To"] for one in sent] == [ADDRESS]


@pytest.mark.parametrize(
    "address", ["niemand@example.org", "tuin+x@example.org", "wacht@example.org", "weg@example.org"]
)
def test_only_the_address_of_a_published_entry_is_mailed(
    address: str, visitor: Browser, repository: Repository, clock: FixedClock, sent: list[Message]
) -> None:
    published(repository, clock)
    drafted(repository, clock, "m2", name="Wacht", email="wacht@example.org")
    gone = published(repository, clock, "m3", name="Weg", email="weg@example.org")
    usecases.withdraw(repository, clock, gone.id, gone.version)
    assert mailed_codes.ask(visitor, HOME, address).status == 303
    assert work() == []
    assert sent == []


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("", "Vul je e-mailadres in."),
        ("tuin", "Dit is geen e-mailadres."),
        ("tuin@example.org\r\nBcc: x@example.org", "Dit is geen e-mailadres."),
        ("é@example.org", "Dit is geen e-mailadres."),
        ("a" * 243 + "@example.org", "Dit is geen e-mailadres."),
    ],
)
def test_what_is_no_address_is_kept_and_explained(
    address: str, words: str, visitor: Browser
) -> None:
    answer = mailed_codes.ask(visitor, HOME, address)
    assert answer.status == 422
    assert words in answer.text
    if address and "\r" not in address:
        assert f'value="{address}"' in answer.text
    assert told(MemberSignInAsked) == []


@pytest.mark.parametrize(
    "address", ["tuin+gids@example.org", "tuin@bücher.example", f"{'a' * 64}@{'b' * 63}.example"]
)
def test_unusual_addresses_work(
    address: str, visitor: Browser, repository: Repository, clock: FixedClock, sent: list[Message]
) -> None:
    kept = address.replace("bücher", "xn--bcher-kva")
    published(repository, clock, email=kept)
    assert asked(visitor, sent, address).to == kept


def test_a_code_typed_in_another_browser_is_explained(
    browsers: Callable[[], Browser], repository: Repository, clock: FixedClock, sent: list[Message]
) -> None:
    published(repository, clock)
    letter = asked(browsers(), sent)
    other = browsers()
    assert other.get(f"{HOME}/code").location == f"{HOME}/inloggen"
    answer = other.post(f"{HOME}/code", {"code": letter.code})
    assert answer.status == 422
    assert "alleen in de browser waarin" in answer.text


def test_a_wrong_code_is_kept_and_counted(
    visitor: Browser, repository: Repository, clock: FixedClock, sent: list[Message]
) -> None:
    published(repository, clock)
    letter = asked(visitor, sent)
    wrong = "000 000" if letter.code != "000 000" else "111 111"
    answers = [visitor.post(f"{HOME}/code", {"code": wrong}) for _ in range(5)]
    assert [one.status for one in answers] == [422, 422, 422, 422, 410]
    assert f'value="{wrong}"' in answers[0].text
    assert "Je kunt het nog 4 keer proberen." in answers[0].text
    assert "Je kunt het nog 1 keer proberen." in answers[3].text
    assert visitor.post(f"{HOME}/code", {"code": letter.code}).status == 410


def test_an_old_code_is_worthless(
    visitor: Browser, repository: Repository, clock: FixedClock, sent: list[Message]
) -> None:
    published(repository, clock)
    letter = asked(visitor, sent)
    clock.advance(timedelta(minutes=10))
    assert visitor.post(f"{HOME}/code", {"code": letter.code}).status == 410
    assert work() == [], "the event comes again, too late"
    assert len(sent) == 1


def test_one_mail_per_request_and_a_new_code_after_a_crash(
    visitor: Browser,
    repository: Repository,
    clock: FixedClock,
    sent: list[Message],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    published(repository, clock)
    mailed_codes.ask(visitor, HOME, ADDRESS)
    take = aws.client("sesv2").send_email

    def crash(**request: Any) -> None:
        take(**request)
        raise ClientError({"ResponseMetadata": {"HTTPStatusCode": 500}}, "SendEmail")  # type: ignore[typeddict-item]

    with monkeypatch.context() as patch:
        patch.setattr(aws.client("sesv2"), "send_email", crash)
        assert len(work()) == 1
    assert len(work()) == 1, "another worker may be sending it"
    clock.advance(LEASE + timedelta(seconds=1))
    assert work() == []
    assert work() == []
    assert len(sent) == 2
    first, second = (mailed_codes.letter(one) for one in sent)
    stale = Browser(visitor.client).post(
        f"{HOME}/link", {"sleutel": mailed_codes.key_in(first.link)}
    )
    assert stale.status == 410
    assert visitor.post(f"{HOME}/code", {"code": second.code}).status == 303


def test_who_has_several_entries_chooses_and_never_sees_another_members(
    visitor: Browser, repository: Repository, clock: FixedClock, sent: list[Message]
) -> None:
    published(repository, clock)
    published(repository, clock, "m2", name="De Evenaar")
    published(repository, clock, "m3", name="Een ander", email="ander@example.org")
    browser = signed_in(visitor, sent)
    page = browser.get(HOME)
    assert "De Evenaar" in page.text
    assert "Een ander" not in page.text
    for path in (f"{HOME}/vermelding/m3", f"{HOME}/vermelding/m3/intrekken"):
        assert browser.get(path).status == 404
        token = form_of(browser)["csrf_token"]
        assert browser.post(path, {"csrf_token": token, "version": "2"}).status == 404
    found = repository.find("m3")
    assert found is not None
    assert found.state is State.PUBLISHED


def test_withdrawing_takes_the_entry_away_and_the_session_with_it(
    visitor: Browser, repository: Repository, clock: FixedClock, sent: list[Message]
) -> None:
    published(repository, clock)
    browser = signed_in(visitor, sent)
    form = form_of(browser)
    assert "uit de ledengids halen?" in browser.get(f"{HOME}/vermelding/m1/intrekken").text
    answer = browser.post(f"{HOME}/vermelding/m1/intrekken", form)
    assert answer.location == "/leden"
    assert visitor.get("/leden/de-voedseltuin").status == 404
    assert len(told(MemberWithdrawn)) == 1
    assert browser.get(HOME).location == f"{HOME}/inloggen"


def test_who_is_withdrawn_or_gets_another_address_has_no_session(
    visitor: Browser, repository: Repository, clock: FixedClock, sent: list[Message]
) -> None:
    entry = published(repository, clock)
    browser = signed_in(visitor, sent)
    form = form_of(browser)
    usecases.edit(
        repository, clock, "m1", entry.version, entry.profile, Contact(email="nieuw@example.org")
    )
    for path in (HOME, f"{HOME}/vermelding/m1"):
        assert browser.get(path).location == f"{HOME}/inloggen"
    assert browser.post(f"{HOME}/vermelding/m1", form).location == f"{HOME}/inloggen"


def test_a_member_who_changes_their_own_address_stays_signed_in(
    visitor: Browser, repository: Repository, clock: FixedClock, sent: list[Message]
) -> None:
    published(repository, clock)
    browser = signed_in(visitor, sent)
    form = {**form_of(browser), "email": "nieuw@example.org"}
    assert browser.post(f"{HOME}/vermelding/m1", form).status == 303
    assert browser.get(f"{HOME}/vermelding/m1").status == 200


def test_a_change_that_comes_second_keeps_what_was_typed(
    visitor: Browser, repository: Repository, clock: FixedClock, sent: list[Message]
) -> None:
    entry = published(repository, clock)
    browser = signed_in(visitor, sent)
    form = {**form_of(browser), "about": "Mijn woorden."}
    usecases.edit(
        repository, clock, "m1", entry.version, entry.profile, Contact(ADDRESS, phone="030 1234567")
    )
    answer = browser.post(f"{HOME}/vermelding/m1", form)
    assert answer.status == 409
    assert "Mijn woorden." in answer.text
    assert "030 1234567" in answer.text
    answer = browser.post(f"{HOME}/vermelding/m1/intrekken", form)
    assert answer.status == 409


def test_a_wrong_field_is_explained_and_the_rest_kept(
    visitor: Browser, repository: Repository, clock: FixedClock, sent: list[Message]
) -> None:
    published(repository, clock)
    browser = signed_in(visitor, sent)
    answer = browser.post(
        f"{HOME}/vermelding/m1", {**form_of(browser), "email": "", "place": "Ede"}
    )
    assert answer.status == 422
    assert "Vul je e-mailadres in." in answer.text
    assert 'value="Ede"' in answer.text


def test_a_form_needs_its_token_and_its_own_page(
    visitor: Browser, repository: Repository, clock: FixedClock, sent: list[Message]
) -> None:
    published(repository, clock)
    browser = signed_in(visitor, sent)
    form = form_of(browser)
    assert browser.post(f"{HOME}/vermelding/m1", {**form, "csrf_token": "x"}).status == 403
    foreign = browser.post(f"{HOME}/vermelding/m1", form, Origin="https://elders.example.org")
    assert foreign.status == 403
    planted = visitor.post(
        f"{HOME}/inloggen", {"email": ADDRESS}, Origin="https://elders.example.org"
    )
    assert planted.status == 403


def test_signing_out_ends_the_session_on_the_server(
    visitor: Browser, repository: Repository, clock: FixedClock, sent: list[Message]
) -> None:
    published(repository, clock)
    browser = signed_in(visitor, sent)
    form, stolen = form_of(browser), dict(browser.cookies)
    answer = browser.post(f"{HOME}/uitloggen", form)
    assert answer.location == f"{HOME}/inloggen"
    assert "Je bent uitgelogd." in browser.follow(answer).text
    browser.cookies.update(stolen)
    assert browser.get(f"{HOME}/vermelding/m1").location == f"{HOME}/inloggen"


def test_a_robot_asks_for_nothing(visitor: Browser) -> None:
    assert mailed_codes.ask(visitor, HOME, ADDRESS, website="x").location == f"{HOME}/code"
    assert told(MemberSignInAsked) == []


def test_too_many_requests_keep_the_address(visitor: Browser) -> None:
    answers = [mailed_codes.ask(visitor, HOME, ADDRESS) for _ in range(9)]
    assert [one.status for one in answers] == [303] * 8 + [429]
    assert f'value="{ADDRESS}"' in answers[-1].text


def test_the_members_page_and_mail_lead_there(
    visitor: Browser, repository: Repository, clock: FixedClock
) -> None:
    published(repository, clock)
    assert f'href="{HOME}"' in visitor.get("/leden/de-voedseltuin").text
