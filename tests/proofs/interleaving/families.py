"""Every family: which use cases may meet on the same items."""

from typing import Any

from tests.proofs.interleaving.congress import CONGRESS, REQUEST
from tests.proofs.interleaving.family import Family
from tests.proofs.interleaving.members import APPLICATION, MEMBER

FAMILIES: list[Family[Any]] = [CONGRESS, REQUEST, MEMBER, APPLICATION]
