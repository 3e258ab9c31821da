"""Every family: which use cases may meet on the same items."""

from typing import Any

from tests.proofs.interleaving.codes import CODE
from tests.proofs.interleaving.congress import CONGRESS, REQUEST
from tests.proofs.interleaving.door import DOOR
from tests.proofs.interleaving.family import Family
from tests.proofs.interleaving.holds import HOLDS
from tests.proofs.interleaving.kept_seats import KEPT_SEATS
from tests.proofs.interleaving.library import DOCUMENT, PARTNER, UPLOAD
from tests.proofs.interleaving.mailings import MAILINGS
from tests.proofs.interleaving.members import APPLICATION, MEMBER
from tests.proofs.interleaving.messages import MESSAGES
from tests.proofs.interleaving.notices import NOTICES
from tests.proofs.interleaving.people import PEOPLE
from tests.proofs.interleaving.person import PERSON
from tests.proofs.interleaving.plumbing import FRAGMENT, LIMIT, MAIL, OUTBOX, SESSION
from tests.proofs.interleaving.sign_in import SIGN_IN
from tests.proofs.interleaving.wording import SETTINGS, WORDS

FAMILIES: list[Family[Any]] = [
    CONGRESS,
    REQUEST,
    KEPT_SEATS,
    HOLDS,
    DOOR,
    MAILINGS,
    MESSAGES,
    PEOPLE,
    PERSON,
    MEMBER,
    APPLICATION,
    PARTNER,
    UPLOAD,
    DOCUMENT,
    MAIL,
    SESSION,
    SIGN_IN,
    LIMIT,
    FRAGMENT,
    OUTBOX,
    CODE,
    NOTICES,
    SETTINGS,
    WORDS,
]
