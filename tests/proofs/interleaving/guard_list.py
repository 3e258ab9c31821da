"""The guards of the product, each with the pair of use cases that needs it."""

from collections.abc import Callable
from importlib import import_module
from typing import Any
from unittest.mock import ANY

import pytest

from chalicelib.directory.usecases import decide as directory_decide
from chalicelib.documents.domain import Invitation
from chalicelib.documents.repository import Repository as Documents
from chalicelib.documents.usecases import invite, upload
from chalicelib.registration import seats
from chalicelib.registration.domain import Registration
from chalicelib.registration.usecases import define
from shared import fragments, relay, sweeper
from shared.inbox import Once
from tests.proofs.interleaving.codes import CODE
from tests.proofs.interleaving.congress import CONGRESS, REQUEST
from tests.proofs.interleaving.door import DOOR
from tests.proofs.interleaving.family import Family
from tests.proofs.interleaving.guards import Guard, Mutant, replaced, without
from tests.proofs.interleaving.holds import HOLDS
from tests.proofs.interleaving.kept_seats import KEPT_SEATS
from tests.proofs.interleaving.library import DOCUMENT, PARTNER, UPLOAD
from tests.proofs.interleaving.mailings import MAILINGS
from tests.proofs.interleaving.members import APPLICATION, MEMBER
from tests.proofs.interleaving.messages import MESSAGES
from tests.proofs.interleaving.notices import NOTICES
from tests.proofs.interleaving.people import PEOPLE
from tests.proofs.interleaving.person import PERSON
from tests.proofs.interleaving.plumbing import FRAGMENT, LIMIT, MAIL, OUTBOX
from tests.proofs.interleaving.sign_in import SIGN_IN
from tests.proofs.interleaving.wording import SETTINGS, WORDS

# The packages hand out functions of the same names.
directory_apply = import_module("chalicelib.directory.usecases.apply")
change = import_module("chalicelib.registration.usecases.change")
register = import_module("chalicelib.registration.usecases.register")
write_note = import_module("chalicelib.registration.usecases.write_note")

REPOSITORY = "registration.repository"
POOLS = f"{REPOSITORY}.pools"
MAILS = "shared.mail"
NOTICE_ITEMS = "platform.repository.notices"
ORGANISERS = "platform.repository.people"
CODES = "shared.auth.codes"


def _guard(
    name: str, where: str, family: Family[Any], state: str, first: str, second: str, only: str = ""
) -> Guard:
    """A condition; `only` one of the attributes that it is about."""
    return Guard(name, (where,), without(where, only), family, state, first, second)


def _code(
    name: str, mutant: Mutant, family: Family[Any], state: str, first: str, second: str
) -> Guard:
    """A guard that is no condition of DynamoDB."""
    return Guard(name, (), mutant, family, state, first, second)


def _forget_before_publishing(patch: pytest.MonkeyPatch) -> None:
    """The outbox item goes first, and its event is published then."""
    publish, mark = relay.publish, relay._mark

    def wrong_way_round(waiting: Any, model: Any, topic: str) -> Any:
        mark(waiting, model)
        return publish(waiting, model, topic)

    patch.setattr(sweeper, "publish", wrong_way_round)


def _any_version(repository: Any, clock: Any, member_id: str, version: int) -> Any:
    return repository.get(member_id, clock.now())


def _first_answer(repository: Any, event: str, asked: Any) -> Any:
    first = repository.registrations.attempt(event, asked.key) if asked.key else None
    return first and first[1]


def _nothing(*_: Any, **__: Any) -> None:
    return None


def _never(*_: Any) -> bool:
    return False


def _living_only(dead: Any, capacity: int) -> int:
    return capacity + len(dead) + 1


def _without_version(self: Invitation, version: int, now: Any) -> bool:
    return self.active and now < self.ends_at


_same: Callable[..., Any] = lambda *_, **__: {}  # noqa: E731

GUARDS: list[Guard] = [
    # What notices need
    _guard(
        "a mail is made of notices that nobody sent since they were read",
        f"{NOTICE_ITEMS}.freeze",
        NOTICES,
        "two wait",
        "deliver",
        "deliver",
    ),
    _guard(
        "a mail that is under way is not forgotten",
        f"{NOTICE_ITEMS}.finish",
        NOTICES,
        "sent, and more waits",
        "deliver",
        "deliver",
    ),
    _guard(
        "each part of many recipients is told once",
        f"{NOTICE_ITEMS}._add_shelf:SEEN",
        NOTICES,
        "many recipients",
        "hear",
        "deliver",
    ),
    _guard(
        "a choice follows the one that was seen",
        f"{NOTICE_ITEMS}.save:PART_CHOICE",
        NOTICES,
        "something happened",
        "choose",
        "choose",
    ),
    _guard(
        "a failing queue is told once",
        f"{NOTICE_ITEMS}.begin_trouble:PART_TROUBLE",
        NOTICES,
        "something happened",
        "watch",
        "watch",
    ),
    # What signing in needs
    _guard(
        "a code opens one session",
        "platform.repository.challenges._spend:code",
        SIGN_IN,
        "a code is asked",
        "the same code elsewhere",
        "the same code elsewhere",
    ),
    _guard(
        "a step is taken once",
        "platform.repository.challenges._end:challenge",
        SIGN_IN,
        "a code is asked",
        "the same step",
        "the same step",
    ),
    _guard(
        "five codes per step",
        "platform.repository.challenges.attempt",
        SIGN_IN,
        "one try left",
        "guess",
        "guess",
        "tries",
    ),
    _guard(
        "who was removed does not come back by a new name",
        "platform.usecases.account.rename:organiser",
        SIGN_IN,
        "a code is asked",
        "rename",
        "remove",
    ),
    # What a congress needs
    _guard(
        "a number is written once, and dies once",
        f"{REPOSITORY}.numbers.add_number:part(line, number)",
        CONGRESS,
        "full",
        "register",
        "sweep",
    ),
    _guard(
        "a registration changes from the version that was read",
        f"{REPOSITORY}.registrations.save:registration",
        CONGRESS,
        "full",
        "cancel bob",
        "rename",
    ),
    _guard(
        "one active registration per person",
        f"{REPOSITORY}.registrations.enrol:person",
        CONGRESS,
        "full",
        "register the same",
        "register the same",
    ),
    _guard(
        "the watermark only rises",
        f"{POOLS}.raise_watermark",
        CONGRESS,
        "two seats, two wait",
        "cancel the first",
        "cancel bob",
        "watermark",
    ),
    _guard(
        "the watermark rises under the capacity that was read",
        f"{POOLS}.raise_watermark",
        CONGRESS,
        "one leaves four seats",
        "settle",
        "shrink to three",
        "capacity",
    ),
    _guard(
        "shrinking looks at the numbers issued by then",
        f"{POOLS}.shrink",
        CONGRESS,
        "one seat taken",
        "shrink",
        "register",
    ),
    _guard(
        "growing starts from the capacity that was read",
        f"{POOLS}.grow",
        CONGRESS,
        "two seats, four wait",
        "grow",
        "grow to six",
    ),
    _guard(
        "growing counts the kept seats that were handed over",
        f"{POOLS}.grow",
        KEPT_SEATS,
        "over, a kept seat free",
        "keep more",
        "hand over and copy",
        "moved_out",
    ),
    _guard(
        "shrinking counts the kept seats that were handed over",
        f"{POOLS}.shrink",
        KEPT_SEATS,
        "over, all kept seats free",
        "keep fewer",
        "settle the kept",
        "moved_out",
    ),
    _guard(
        "a kept seat is handed over while nobody takes it",
        f"{POOLS}.give_away",
        KEPT_SEATS,
        "over, a kept seat free",
        "settle the kept",
        "register too slowly",
        "issued",
    ),
    _guard(
        "a kept seat is handed over once",
        f"{POOLS}.give_away",
        KEPT_SEATS,
        "over, a kept seat free",
        "settle the kept",
        "sweep",
        "capacity",
    ),
    _guard(
        "a seat that is handed over is added once",
        f"{POOLS}.receive",
        KEPT_SEATS,
        "over, a kept seat free",
        "settle the kept",
        "sweep",
    ),
    _guard("a line is made once", f"{POOLS}.create", CONGRESS, "full", "grow", "register"),
    _guard(
        "a line keeps the newest definition",
        f"{POOLS}.copy_definition",
        CONGRESS,
        "one seat free",
        "spread",
        "unpublish",
    ),
    _guard(
        "a session in use stays",
        f"{POOLS}.close",
        CONGRESS,
        "a2 is empty",
        "join a2",
        "remove a session",
    ),
    _guard(
        "no number by an outdated definition",
        f"{POOLS}.take",
        CONGRESS,
        "one seat free",
        "register",
        "invite others",
        "revision",
    ),
    _guard(
        "no seat in a session that is gone",
        f"{POOLS}.take_for_promoted",
        CONGRESS,
        "a2 is empty",
        "swap to a2",
        "remove a session",
    ),
    _guard(
        "a definition follows the one that was read",
        f"{REPOSITORY}.definitions.save:event",
        CONGRESS,
        "one seat free",
        "grow",
        "grow to six",
    ),
    _guard(
        "a draft is deleted as it was read",
        f"{REPOSITORY}.definitions.remove:event",
        CONGRESS,
        "a draft",
        "delete",
        "grow",
    ),
    _code(
        "who defines second puts the lines back",
        replaced(define, "_put_back", _nothing),
        CONGRESS,
        "one seat free",
        "grow",
        "grow to six",
    ),
    _code(
        "an unwritten number counts as live",
        replaced(seats, "watermark", _living_only),
        CONGRESS,
        "full",
        "register",
        "cancel the first",
    ),
    # What organisers do for a participant
    _guard(
        "a corrected address has one registration",
        f"{REPOSITORY}.registrations.save:person",
        PERSON,
        "registered",
        "correct the address",
        "register the new address",
    ),
    _code(
        "a note replaces what its writer saw",
        replaced(write_note, "note_mark", lambda _note: "00000000"),  # of no note
        PERSON,
        "registered",
        "write a note",
        "write a note",
    ),
    _code(
        "a change replaces what its tab showed",
        replaced(change, "seen_mark", lambda *_: ANY),
        PERSON,
        "registered",
        "rename as shown",
        "rename as shown",
    ),
    _code(
        "only what is overdue is given up",
        replaced(Registration, "has_lapsed", lambda *_: True),
        HOLDS,
        "overdue",
        "confirm",
        "give up",
    ),
    # What a participant needs
    _guard(
        "one answer per idempotency key",
        f"{REPOSITORY}.registrations._add_attempt:attempt",
        REQUEST,
        "open",
        "ask",
        "ask in other words",
    ),
    _code(
        "a key is bound to what was asked",
        replaced(register, "first_answer", _first_answer),
        REQUEST,
        "open",
        "ask",
        "ask in other words",
    ),
    _guard(
        "a proof of work is used once",
        "shared.proof.join:PART",
        REQUEST,
        "open",
        "use the proof",
        "use the proof",
    ),
    _guard(
        "answers that were removed stay away",
        f"{REPOSITORY}.answers._write",
        PERSON,
        "registered",
        "move the congress",
        "cancel",
    ),
    _guard(
        "an answer is not put back to what was read before it",
        f"{REPOSITORY}.answers._write",
        PERSON,
        "registered",
        "move the congress",
        "answer anew",
    ),
    _guard(
        "a check-in is of the registration that was read",
        f"{REPOSITORY}.arrivals.save:registration",
        DOOR,
        "outside",
        "check in",
        "cancel",
    ),
    _guard(
        "the first check-in counts",
        f"{REPOSITORY}.arrivals.save:arrival",
        DOOR,
        "outside",
        "check in",
        "check in",
    ),
    _guard(
        "a slice of mails is asked for once",
        f"{REPOSITORY}.mailings.advance:mailing",
        MAILINGS,
        "due",
        "send",
        "send",
    ),
    _guard(
        "a mail to some is sent off once",
        f"{REPOSITORY}.messages.send_off:message",
        MESSAGES,
        "written",
        "send",
        "send",
    ),
    _guard(
        "a slice of a mail to some is asked for once",
        "shared.inbox.join:SEEN",
        MESSAGES,
        "due",
        "carry",
        "carry",
    ),
    _guard(
        "erased only as it was read",
        f"{REPOSITORY}.registrations.erase:registration",
        PERSON,
        "over",
        "erase",
        "move the congress",
    ),
    _guard(
        "SEEN: an event has its effect once",
        "shared.inbox.join:SEEN",
        PERSON,
        "registered",
        "registration arrives",
        "registration arrives",
    ),
    _code(
        "SEEN is asked before a second hand-over",
        replaced(Once, "happened", _never),
        PERSON,
        "handed over",
        "registration arrives",
        "ask for the link",
    ),
    # What the guide needs
    _guard(
        "a list that was loaded before is left alone",
        "directory.repository.insert:PART_MEMBER",
        MEMBER,
        "draft",
        "load",
        "load",
    ),
    _guard(
        "nothing is made of an erased registration",
        "directory.repository.insert:PART_ERASED",
        MEMBER,
        "draft",
        "profile arrives",
        "erasure arrives",
    ),
    _guard(
        "an erasure sees what was made meanwhile",
        "directory.repository.forget:PART_MEMBER",
        MEMBER,
        "draft",
        "erasure arrives",
        "profile arrives",
    ),
    _guard(
        "an erasure spares what was published meanwhile",
        "directory.repository.forget:PART_MEMBER",
        MEMBER,
        "arrived",
        "erasure arrives",
        "approve what arrived",
    ),
    _guard(
        "one entry per idempotency key",
        "directory.repository.insert:PART_KEY",
        APPLICATION,
        "empty",
        "apply",
        "apply",
    ),
    _code(
        "a key is bound to what was applied for",
        replaced(directory_apply, "_canonical", _same),
        APPLICATION,
        "empty",
        "apply",
        "apply in other words",
    ),
    _guard(
        "an address belongs to one entry",
        "directory.repository._publish_view:PART_SLUG",
        MEMBER,
        "draft",
        "approve",
        "approve the other",
    ),
    _guard(
        "an entry changes from the version that was read",
        "directory.repository.replace:PART_MEMBER",
        MEMBER,
        "draft",
        "approve",
        "decline",
    ),
    _code(
        "an organiser changes what they saw",
        replaced(directory_decide, "current", _any_version),
        MEMBER,
        "draft",
        "edit",
        "approve",
    ),
    _guard(
        "nothing is shared of who withdrew",
        "directory.repository.tell:PART_MEMBER",
        MEMBER,
        "published",
        "publication arrives",
        "withdraw",
    ),
    _guard(
        "only an entry as it was read is removed",
        "directory.repository.remove:PART_MEMBER",
        MEMBER,
        "near its end",
        "approve",
        "remove expired",
    ),
    # What the library needs
    _guard(
        "a document goes one way",
        "documents.repository._move:document",
        DOCUMENT,
        "inspected",
        "publish",
        "decline",
    ),
    _guard(
        "no name of who left",
        "documents.repository._move:partner",
        PARTNER,
        "partner with a document",
        "publish",
        "withdrawal arrives",
    ),
    _guard(
        "a document is written once",
        "documents.repository.announce:document",
        DOCUMENT,
        "announced",
        "load",
        "load",
    ),
    _guard(
        "one document per idempotency key",
        "documents.repository.announce:idempotency",
        UPLOAD,
        "partner",
        "announce",
        "announce",
    ),
    _code(
        "a key is bound to what was announced",
        replaced(upload, "asdict", _same),
        UPLOAD,
        "partner",
        "announce",
        "announce in other words",
    ),
    _guard(
        "a removed document stays away",
        "documents.repository.forget_name",
        DOCUMENT,
        "withdrawn, near its end",
        "withdrawal arrives",
        "remove expired",
    ),
    _code(
        "what the night removes is closed first",
        replaced(Documents, "condemn", _nothing),
        DOCUMENT,
        "near its end",
        "publish",
        "remove expired",
    ),
    _guard(
        "a partner changes from what was read",
        "documents.repository.save_partner:partner",
        PARTNER,
        "partner",
        "correction arrives",
        "withdrawal arrives",
    ),
    _code(
        "an older event changes no partner",
        replaced(invite, "_is_overtaken", _never),
        PARTNER,
        "partner",
        "withdrawal arrives",
        "correction arrives",
    ),
    _code(
        "an old link stays shut",
        replaced(Invitation, "admits", _without_version),
        PARTNER,
        "partner",
        "correction arrives",
        "open the old link",
    ),
    # What all of them need
    _guard("ledger: a mail is claimed once", f"{MAILS}._claim", MAIL, "to be sent", "send", "send"),
    _guard(
        "ledger: what was sent is not claimed again",
        f"{MAILS}._claim",
        MAIL,
        "to be sent",
        "send",
        "send after the lease",
        "state",
    ),
    _guard(
        "ledger: a claim holds for its lease",
        f"{MAILS}._claim",
        MAIL,
        "to be sent",
        "send",
        "send",
        "lease_until",
    ),
    _guard(
        "ledger: a refusal frees its own claim",
        f"{MAILS}._release",
        MAIL,
        "to be sent",
        "send, refused",
        "send after the lease",
    ),
    _guard(
        "ledger: a mark outlives a refusal",
        f"{MAILS}._release",
        MAIL,
        "to be sent",
        "send",
        "send after the lease, refused",
        "state",
    ),
    _guard("a limit counts everybody", "shared.limits.spend", LIMIT, "one left", "spend", "spend"),
    _code(
        "who publishes looks again",
        replaced(fragments, "MOST_TRIES", 1),
        FRAGMENT,
        "shown",
        "change",
        "change",
    ),
    _code(
        "an event leaves the outbox once it is published",
        _forget_before_publishing,
        OUTBOX,
        "three wait",
        "sweep",
        "sweep",
    ),
    # What signing in by mail needs
    _guard(
        "one session per code and link",
        f"{CODES}._consume:request",
        CODE,
        "mailed",
        "use the code",
        "use the link",
        "used_at",
    ),
    _guard(
        "an older mail's code is worthless",
        f"{CODES}._consume:request",
        CODE,
        "mailed",
        "use the code",
        "mail again",
        "code_hash",
    ),
    _guard(
        "nothing is minted for a request that was used",
        f"{CODES}.mint",
        CODE,
        "mailed",
        "mail again",
        "use the link",
    ),
    _guard(
        "five tries and no more",
        f"{CODES}._count",
        CODE,
        "one try left",
        "guess",
        "guess",
        "tries",
    ),
    _guard(
        "choosing does not bring an ended session back",
        f"{CODES}.choose",
        CODE,
        "signed in",
        "choose",
        "sign out",
    ),
    _guard(
        "a new address does not bring an ended session back",
        f"{CODES}._move:session",
        CODE,
        "signed in",
        "change the address",
        "sign out",
    ),
    # What the network's settings and the words of mails need
    _guard(
        "settings are not written over a change that was not seen",
        "shared.network.change:PART",
        SETTINGS,
        "looked at",
        "change",
        "change",
    ),
    _guard(
        "words are not written over words that were not seen",
        "shared.mail_texts.change_words:_PART",
        WORDS,
        "looked at",
        "change",
        "back to standard",
    ),
    # What two owners who manage organisers need
    _guard(
        "an address that two owners invite is one organiser",
        f"{ORGANISERS}.insert:PART_ORGANISER",
        PEOPLE,
        "two owners",
        "invite",
        "invite",
    ),
    _guard(
        "nobody's roles are written over a change that was not seen",
        f"{ORGANISERS}.change:PART_ORGANISER",
        PEOPLE,
        "two owners",
        "change",
        "change",
    ),
    _guard(
        "who was removed does not come back as a stub when signed out",
        f"{ORGANISERS}.end_sessions:PART_ORGANISER",
        PEOPLE,
        "two owners",
        "end sessions",
        "remove",
    ),
    _guard(
        "nobody is removed on what they no longer are",
        f"{ORGANISERS}.remove:PART_ORGANISER",
        PEOPLE,
        "two owners",
        "remove",
        "change",
    ),
    _guard(
        "an owner goes when another one stays",
        f"{ORGANISERS}._check_owner:PART_OWNER",
        PEOPLE,
        "two owners",
        "lower the other",
        "lower the other",
    ),
]
