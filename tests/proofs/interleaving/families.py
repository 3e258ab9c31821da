"""Every family: which use cases may meet on the same items."""

from typing import Any

from tests.proofs.interleaving.congress import CONGRESS, REQUEST
from tests.proofs.interleaving.family import Family
from tests.proofs.interleaving.library import DOCUMENT, PARTNER, UPLOAD
from tests.proofs.interleaving.members import APPLICATION, MEMBER
from tests.proofs.interleaving.person import PERSON
from tests.proofs.interleaving.plumbing import FRAGMENT, LIMIT, MAIL, OUTBOX, SESSION

FAMILIES: list[Family[Any]] = [
    CONGRESS,
    REQUEST,
    PERSON,
    MEMBER,
    APPLICATION,
    PARTNER,
    UPLOAD,
    DOCUMENT,
    MAIL,
    SESSION,
    LIMIT,
    FRAGMENT,
    OUTBOX,
]
