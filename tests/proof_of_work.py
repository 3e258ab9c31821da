"""Puzzles that a test solves at once."""

import time
from types import SimpleNamespace
from typing import Any

import altcha
import msgspec
import pytest

from shared import proof
from shared.clock import Clock


def make_easy(patch: pytest.MonkeyPatch) -> None:
    """One try of a few rounds; and no time passes for altcha, which asks the machine's clock."""
    patch.setattr(proof, "COST", 10)
    patch.setattr(proof, "MOST_TRIES", 1)
    patch.setattr("altcha.v2.time", SimpleNamespace(time=lambda: 0.0, monotonic=time.monotonic))


def solve(challenge: dict[str, Any]) -> str:
    """The form's text for a challenge, as proof.js makes it."""
    read = altcha.Challenge.from_dict(challenge)
    found = altcha.solve_challenge(read)
    assert found is not None
    return altcha.Payload(read, found).to_base64()


def solution(clock: Clock) -> str:
    """A fresh puzzle, solved."""
    return solve(msgspec.to_builtins(proof.challenge(clock)))
