"""How far a proof goes: whole by default, bounded where CI's minutes count."""

import os
from typing import TypeVar

BOUNDED = os.environ.get("PROOFS", "whole") == "bounded"
SEED = int(os.environ.get("PROOF_SEED", "7"))

T = TypeVar("T")


def extent(*, whole: T, bounded: T) -> T:
    """`whole` under `make proofs`, `bounded` under `make proofs PROOFS=bounded`."""
    return bounded if BOUNDED else whole


def seeds(*, whole: int, bounded: int) -> range:
    """The seeds to run with; PROOF_SEED moves them."""
    return range(SEED, SEED + extent(whole=whole, bounded=bounded))
