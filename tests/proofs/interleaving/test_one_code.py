"""Fifty browsers with one code of one app at the same moment: one gets in."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from chalicelib.platform.repository import challenges
from chalicelib.platform.repository.challenges import Challenge
from chalicelib.platform.usecases import sign_in
from shared import auth
from shared.access import SessionItem
from shared.auth import passwords
from shared.auth.passwords import Asked
from shared.clock import FixedClock
from shared.errors import PlekkenError
from tests.proofs.interleaving.sign_in import OLGA, SIGN_IN

BROWSERS = 50


@pytest.mark.usefixtures("embedded")
@pytest.mark.parametrize("shared_step", [False, True], ids=["own steps", "one copied step"])
def test_fifty_uses_of_one_code_open_one_session(
    monkeypatch: pytest.MonkeyPatch, *, shared_step: bool
) -> None:
    clock = FixedClock(datetime(2027, 4, 14, 9, 30, tzinfo=UTC))
    SIGN_IN.account.restore(type(SIGN_IN.account.read())())
    auth.save_organiser(auth.Organiser("olga", "olga@example.org", "Olga", {}))
    # A user pool that takes the code every time, as if it kept no sessions and no codes.
    monkeypatch.setattr(passwords, "enter_code", lambda *_: "token")
    monkeypatch.setattr(passwords, "account", lambda _: OLGA)
    monkeypatch.setattr(sign_in, "count_code", lambda *_: None)
    step = Challenge("code", clock.now(), "/beheer", Asked("code", "session", "olga"))
    steps = [challenges.begin(step, clock) for _ in range(1 if shared_step else BROWSERS)]

    def enter(number: int) -> bool:
        try:
            sign_in.enter_code(steps[number % len(steps)], "123456", clock)
        except PlekkenError:
            return False
        return True

    with ThreadPoolExecutor(BROWSERS) as pool:
        opened = list(pool.map(enter, range(BROWSERS)))
    assert opened.count(True) == 1
    sessions = list(SessionItem.scan(SessionItem.pk.startswith("SESSION#")))
    assert len(sessions) == 1
