"""Fifty uses of one code or link at once give one session; fifty guesses at once are five tries."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from shared.access import AskItem, MemberSessionItem
from shared.auth import codes
from shared.clock import FixedClock
from shared.errors import PlekkenError
from tests.proofs.conftest import Figures
from tests.proofs.extent import extent

AT_ONCE = 50
ROUNDS = extent(whole=10, bounded=3)
CLOCK = FixedClock(datetime(2027, 4, 14, 9, 30, tzinfo=UTC))

pytestmark = pytest.mark.usefixtures("embedded_dynamodb")


def asked(number: str) -> tuple[str, codes.Minted]:
    """A request of somebody who never asked before, and its mail."""
    asking = codes.Asking("directory", f"{number}@example.org", "nl", number)
    secret = codes.ask(asking, CLOCK, lambda _: lambda _transaction: None)
    return secret, codes.mint(codes.hash_of(secret), ["m1"], asking.address, CLOCK)


def at_once(attempt: Callable[[int], str]) -> Counter[str]:
    """Let `AT_ONCE` threads try together; answers how often each thing came of it."""
    ready, found = threading.Barrier(AT_ONCE), Counter[str]()

    def run(number: int) -> None:
        ready.wait()
        try:
            attempt(number)
            found["session"] += 1
        except PlekkenError as refusal:
            found[refusal.code] += 1

    threads = [threading.Thread(target=run, args=(number,)) for number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def sessions() -> int:
    return sum(1 for _ in MemberSessionItem.scan(MemberSessionItem.pk.startswith("MEMBER_SESSION")))


def tries(secret: str) -> int:
    return int(AskItem.get(f"ASK#{codes.hash_of(secret)}", "ASK", consistent_read=True).tries)


@pytest.mark.timeout(120)
def test_fifty_uses_of_one_code_or_link_give_one_session(figures: Figures) -> None:
    made = guessed = 0
    for round_ in range(ROUNDS):
        secret, minted = asked(f"link-{round_}")
        before = sessions()
        found = at_once(lambda _, link=minted.link: codes.use_link("directory", link, CLOCK))
        assert found == {"session": 1, "ask_ended": AT_ONCE - 1}
        assert sessions() == before + 1

        secret, minted = asked(f"code-{round_}")
        found = at_once(lambda _, s=secret, c=minted.code: codes.use_code("directory", s, c, CLOCK))
        assert found == {"session": 1, "ask_ended": AT_ONCE - 1}
        assert tries(secret) <= codes.MOST_TRIES
        assert sessions() == before + 2

        secret, minted = asked(f"both-{round_}")
        uses = (
            lambda s=secret, c=minted.code: codes.use_code("directory", s, c, CLOCK),
            lambda link=minted.link: codes.use_link("directory", link, CLOCK),
        )
        assert at_once(lambda number, u=uses: u[number % 2]())["session"] == 1
        made += 3

        secret, minted = asked(f"guess-{round_}")
        first = (int(minted.code) + 1) % 10**6
        found = at_once(
            lambda number, s=secret, f=first: codes.use_code(
                "directory", s, f"{(f + number) % 10**6:06d}", CLOCK
            )
        )
        assert found == {"wrong_code": codes.MOST_TRIES, "ask_ended": AT_ONCE - codes.MOST_TRIES}
        assert tries(secret) == codes.MOST_TRIES
        guessed += AT_ONCE
    figures(
        "mailed codes",
        f"{made} codes and links used {AT_ONCE} times at once: {made} sessions; "
        f"{guessed} guesses at {ROUNDS} codes, {AT_ONCE} at once: {codes.MOST_TRIES} tries each",
    )
