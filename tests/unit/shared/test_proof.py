"""A proof of work counts once, for a while, and only when we made the puzzle."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from shared import proof, settings
from shared.clock import FixedClock
from tests.proof_of_work import make_easy, solution, solve

OTHER_KEY = "other:b3RoZXJvdGhlcm90aGVyb3RoZXJvdGhlcm90aGVyb3Q="
TEST_KEY = "test:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2027, 4, 14, 9, 30, tzinfo=UTC))


@pytest.fixture(autouse=True)
def _easy(monkeypatch: pytest.MonkeyPatch) -> None:
    make_easy(monkeypatch)


@pytest.fixture
def use_keys(monkeypatch: pytest.MonkeyPatch) -> Any:
    def use(text: str) -> None:
        monkeypatch.setenv("LINK_KEYS", text)
        settings.forget()

    yield use
    monkeypatch.undo()
    settings.forget()


def written_differently(payload: str, change: Callable[[dict[str, Any]], Any]) -> str:
    data = json.loads(base64.b64decode(payload))
    change(data)
    return base64.b64encode(json.dumps(data, indent=1).encode()).decode()


def test_a_solution_has_one_id_however_it_is_written(clock: FixedClock) -> None:
    payload = solution(clock)
    found = proof.solution_id(payload, clock)
    assert found

    def shout(data: dict[str, Any]) -> None:
        data["solution"]["derivedKey"] = data["solution"]["derivedKey"].upper()
        data["solution"]["counter"] = 99
        data["more"] = "words"

    assert proof.solution_id(written_differently(payload, shout), clock) == found
    assert proof.solution_id(solution(clock), clock) not in {None, found}


def test_a_solution_is_good_for_twenty_minutes(clock: FixedClock) -> None:
    payload = solution(clock)
    clock.advance(timedelta(minutes=20))
    assert proof.solution_id(payload, clock)
    clock.advance(timedelta(seconds=1))
    assert proof.solution_id(payload, clock) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data["challenge"]["parameters"].update(cost=1),
        lambda data: data["challenge"]["parameters"].update(expiresAt=99999999999),
        lambda data: data["challenge"]["parameters"].pop("expiresAt"),
        lambda data: data["challenge"]["parameters"].update(nonce="00" * 16),
        lambda data: data["challenge"]["parameters"].pop("keySignature"),
        lambda data: data["challenge"].pop("signature"),
        lambda data: data["challenge"].update(signature=["x"]),
        lambda data: data["solution"].update(derivedKey="00" * 32),
        lambda data: data["solution"].update(derivedKey=7),
    ],
)
def test_what_we_did_not_sign_proves_nothing(
    clock: FixedClock, change: Callable[[dict[str, Any]], Any]
) -> None:
    assert proof.solution_id(written_differently(solution(clock), change), clock) is None


def test_the_start_of_the_key_alone_is_no_solution(clock: FixedClock) -> None:
    challenge = msgspec.to_builtins(proof.challenge(clock))
    key = challenge["parameters"]["keyPrefix"].ljust(64, "0")
    guess = {"challenge": challenge, "solution": {"counter": 1, "derivedKey": key}}
    assert proof.solution_id(base64.b64encode(json.dumps(guess).encode()).decode(), clock) is None


def test_only_our_keys_make_puzzles_and_an_older_one_still_checks(
    clock: FixedClock, use_keys: Callable[[str], None]
) -> None:
    payload = solution(clock)
    use_keys(f"{OTHER_KEY},{TEST_KEY}")
    assert proof.solution_id(payload, clock)
    use_keys(OTHER_KEY)
    assert proof.solution_id(payload, clock) is None


HOSTILE = [
    "",
    " ",
    "x",
    "\x00",
    "é" * 50,
    "=" * 4000,
    *(
        base64.b64encode(text).decode()
        for text in (
            b"\xff\xfe",
            b"null",
            b"[]",
            b"7",
            b'"x"',
            b"{}",
            b"[" * 3000,
            b'{"challenge": "x", "solution": {}}',
            b'{"challenge": {"parameters": []}, "solution": {"counter": 1, "derivedKey": "00"}}',
            (
                b'{"challenge": {"parameters": {"algorithm": "PBKDF2/SHA-256", "nonce": "00",'
                b' "salt": "00", "cost": 1e999}, "signature": "x"},'
                b' "solution": {"counter": 1, "derivedKey": "00"}}'
            ),
            (
                b'{"challenge": {"parameters": {"algorithm": "SCRYPT", "nonce": null, "salt": 0,'
                b' "cost": 9999999999, "data": {"__proto__": 1}}, "signature": "x"},'
                b' "solution": {"counter": -1, "derivedKey": {}}}'
            ),
        )
    ),
]


@pytest.mark.parametrize("payload", HOSTILE)
def test_whatever_somebody_sends_is_read_without_an_error(clock: FixedClock, payload: str) -> None:
    assert proof.solution_id(payload, clock) is None


def test_a_long_payload_is_not_read(clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    payload = solution(clock)
    monkeypatch.setattr(proof, "LONGEST_PAYLOAD", len(payload))
    assert proof.solution_id(payload, clock)
    assert proof.solution_id(payload + " ", clock) is None


def test_a_challenge_asks_for_real_work(clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    parameters = proof.challenge(clock).parameters
    assert (parameters.algorithm, parameters.cost) == ("PBKDF2/SHA-256", 5000)
    assert len(parameters.key_prefix) == 32
    assert proof.MOST_TRIES >= 200


def test_solving_is_what_the_page_does(clock: FixedClock) -> None:
    challenge = msgspec.to_builtins(proof.challenge(clock))
    assert proof.solution_id(solve(challenge), clock) == challenge["parameters"]["nonce"]
