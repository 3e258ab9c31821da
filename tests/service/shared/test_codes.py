"""Signing in by mail: what a code and a link are good for, and when they are not."""

import re
from datetime import timedelta
from typing import Any

import pytest

from shared.access import AskItem, MemberSessionItem
from shared.auth import AskEnded, WrongCode, codes
from shared.clock import FixedClock
from shared.errors import SignInNeeded, TooManyRequests
from shared.transactions import Transaction

ADDRESS = "tuin@example.org"


@pytest.fixture(autouse=True)
def _account(mocked_aws: None) -> None:
    """An empty account."""


def ask(clock: FixedClock, service: str = "directory", **changes: str) -> str:
    typed = {"address": ADDRESS, "language": "nl", "visitor": "v", **changes}
    return codes.ask(codes.Asking(service, **typed), clock, lambda _: lambda _transaction: None)


def request_of(secret: str) -> str:
    return codes.hash_of(secret)


def mint(secret: str, clock: FixedClock, *members: str) -> codes.Minted:
    return codes.mint(request_of(secret), members or ("m1",), ADDRESS, clock)


def sessions() -> list[MemberSessionItem]:
    return list(MemberSessionItem.scan(MemberSessionItem.pk.startswith("MEMBER_SESSION#")))


def test_the_code_is_good_for_one_session(clock: FixedClock) -> None:
    secret = ask(clock)
    minted = mint(secret, clock)
    token = codes.use_code("directory", secret, minted.code, clock)
    session = codes.member_session("directory", token, clock)
    assert session is not None
    assert session.members == ("m1",)
    assert session.chosen == "m1"
    assert session.mark == codes.mark_of("TUIN@example.org")
    for again in (
        lambda: codes.use_code("directory", secret, minted.code, clock),
        lambda: codes.use_link("directory", minted.link, clock),
    ):
        with pytest.raises(AskEnded):
            again()
    assert len(sessions()) == 1


def test_the_link_is_good_for_one_session_in_any_browser(clock: FixedClock) -> None:
    secret = ask(clock)
    minted = mint(secret, clock, "m1", "m2")
    token = codes.use_link("directory", minted.link, clock)
    session = codes.member_session("directory", token, clock)
    assert session is not None
    assert session.members == ("m1", "m2")
    assert session.chosen == "", "with two there is something to choose"
    with pytest.raises(AskEnded):
        codes.use_link("directory", minted.link, clock)
    with pytest.raises(AskEnded):
        codes.use_code("directory", secret, minted.code, clock)


def test_a_code_may_be_typed_with_spaces(clock: FixedClock) -> None:
    secret = ask(clock)
    code = mint(secret, clock).code
    assert re.fullmatch(r"[0-9]{6}", code)
    assert codes.use_code("directory", secret, f" {code[:3]} {code[3:]}\n", clock)


def test_after_five_wrong_codes_the_right_one_is_worthless_too(clock: FixedClock) -> None:
    secret = ask(clock)
    minted = mint(secret, clock)
    wrong = f"{(int(minted.code) + 1) % 10**6:06d}"
    left = []
    for _ in range(codes.MOST_TRIES):
        with pytest.raises(WrongCode) as refused:
            codes.use_code("directory", secret, wrong, clock)
        left.append(refused.value.left)
    assert left == [4, 3, 2, 1, 0]
    with pytest.raises(AskEnded):
        codes.use_code("directory", secret, minted.code, clock)
    item = AskItem.get(f"ASK#{request_of(secret)}", "ASK")
    assert item.tries == codes.MOST_TRIES


def test_an_address_of_nobody_is_answered_as_one_of_somebody(clock: FixedClock) -> None:
    answers = []
    for secret in (known := ask(clock), ask(clock)):
        if secret == known:
            mint(secret, clock)
        for _ in range(codes.MOST_TRIES + 1):
            with pytest.raises((WrongCode, AskEnded)) as refused:
                codes.use_code("directory", secret, "", clock)
            answers.append((refused.value.code, refused.value.figures))
    half = len(answers) // 2
    assert answers[:half] == answers[half:]


def test_after_ten_minutes_nothing_works(clock: FixedClock) -> None:
    secret = ask(clock)
    minted = mint(secret, clock)
    clock.advance(codes.ASK_LIFE)
    assert codes.asked("directory", request_of(secret), clock) is None
    for late in (
        lambda: codes.use_code("directory", secret, minted.code, clock),
        lambda: codes.use_link("directory", minted.link, clock),
        lambda: mint(secret, clock),
    ):
        with pytest.raises(AskEnded):
            late()
    assert sessions() == []


def test_a_second_mail_makes_the_first_worthless(clock: FixedClock) -> None:
    secret = ask(clock)
    first, second = mint(secret, clock), mint(secret, clock)
    with pytest.raises(AskEnded):
        codes.use_link("directory", first.link, clock)
    if first.code != second.code:
        with pytest.raises(WrongCode):
            codes.use_code("directory", secret, first.code, clock)
    assert codes.use_link("directory", second.link, clock)


def test_a_code_opens_only_the_request_and_the_service_that_it_was_made_for(
    clock: FixedClock,
) -> None:
    secret, other = ask(clock), ask(clock)
    minted = mint(secret, clock)
    mint(other, clock)
    for service, browser in (("documents", secret), ("directory", "guessed")):
        with pytest.raises(AskEnded):
            codes.use_code(service, browser, minted.code, clock)
    with pytest.raises(AskEnded):
        codes.use_link("documents", minted.link, clock)
    token = minted.link.partition(".")[2]
    with pytest.raises(AskEnded):
        codes.use_link("directory", f"{request_of(other)}.{token}", clock)
    assert codes.asked("documents", request_of(secret), clock) is None
    token = codes.use_code("directory", secret, minted.code, clock)
    assert codes.member_session("documents", token, clock) is None


@pytest.mark.parametrize("link", ["", ".", "x", "x.y", "é.ü", "a" * 5000, f"{'a' * 5000}.b"])
def test_a_link_that_we_never_made_is_refused(link: str, clock: FixedClock) -> None:
    with pytest.raises(AskEnded):
        codes.use_link("directory", link, clock)


def test_the_table_never_holds_what_the_mail_and_the_cookies_hold(clock: FixedClock) -> None:
    secret = ask(clock)
    minted = mint(secret, clock)
    token = codes.use_code("directory", secret, minted.code, clock)
    kept = repr([item.to_dynamodb_dict() for item in (*AskItem.scan(), *MemberSessionItem.scan())])
    for hidden in (secret, minted.code, minted.link.partition(".")[2], token, ADDRESS):
        assert hidden not in kept


def test_a_session_lasts_eight_hours_or_until_signing_out(clock: FixedClock) -> None:
    def signed_in() -> str:
        secret = ask(clock)
        return codes.use_code("directory", secret, mint(secret, clock).code, clock)

    token, other = signed_in(), signed_in()
    session = codes.member_session("directory", token, clock)
    assert session is not None
    codes.end(session)
    assert codes.member_session("directory", token, clock) is None
    clock.advance(timedelta(hours=8))
    assert codes.member_session("directory", other, clock) is None


def test_a_session_that_has_ended_is_not_brought_back(clock: FixedClock) -> None:
    secret = ask(clock)
    token = codes.use_code("directory", secret, mint(secret, clock, "a", "b").code, clock)
    session = codes.member_session("directory", token, clock)
    assert session is not None
    codes.end(session)
    with pytest.raises(SignInNeeded):
        codes.choose(session, "a")
    assert sessions() == []


def test_choosing_and_moving_change_the_session(clock: FixedClock) -> None:
    secret = ask(clock)
    token = codes.use_code("directory", secret, mint(secret, clock, "a", "b").code, clock)
    session = codes.member_session("directory", token, clock)
    assert session is not None
    codes.choose(session, "b")
    transaction = Transaction()
    codes.moved(session, "nieuw@example.org")(transaction)
    transaction.commit()
    after: Any = codes.member_session("directory", token, clock)
    assert (after.chosen, after.mark) == ("b", codes.mark_of("nieuw@example.org"))


def test_one_address_may_ask_eight_times_an_hour_and_sixteen_a_day(clock: FixedClock) -> None:
    for _ in range(2):
        for _ in range(8):
            ask(clock, address="Tuin@example.org")
        with pytest.raises(TooManyRequests):
            ask(clock)
        clock.advance(timedelta(hours=1))
    with pytest.raises(TooManyRequests):
        ask(clock)
    assert ask(clock, address="ander@example.org")


def test_one_visitor_may_ask_sixty_times_in_ten_minutes(clock: FixedClock) -> None:
    for number in range(60):
        ask(clock, address=f"{number}@example.org")
    with pytest.raises(TooManyRequests):
        ask(clock, address="one-more@example.org")
    assert ask(clock, address="one-more@example.org", visitor="another")
