"""Registrations, the guards around them and the answers that retries get."""

import contextlib
import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from chalicelib.registration.domain import Answers, Line, Receipt, Registration
from chalicelib.registration.models import (
    AnswersItem,
    AttemptItem,
    Outbox,
    PersonItem,
    Proof,
    RegistrationItem,
)
from chalicelib.registration.repository.arrivals import add_departure
from chalicelib.registration.repository.numbers import (
    add_death,
    add_number,
    add_seating,
    add_unborn,
    part,
)
from chalicelib.registration.repository.records import (
    answers_item,
    failed_address_item,
    find,
    hold_item,
    registration_item,
    to_registration,
)
from chalicelib.registration.seats import Taken
from shared import keys, outbox
from shared.clock import Clock
from shared.events import Event
from shared.inbox import Once
from shared.proof import join
from shared.transactions import Join, Refused, Transaction

ATTEMPT_KEPT = timedelta(days=1)


class Attempt(Struct, frozen=True):
    """A request that its sender may repeat: its idempotency key and what it asked for."""

    key: str
    fingerprint: str
    receipt: Receipt
    expires_at: datetime


class Enrolment(Struct, frozen=True, kw_only=True):
    """A new registration and what is written with it, for a congress that ends at `ends_at`."""

    registration: Registration
    passed: Sequence[Taken]  # numbers that they got and do not need
    answers: Answers
    ends_at: datetime
    attempt: Attempt | None
    proof: str | None  # the id of a puzzle that was solved for it
    note: Join | None  # an organiser's, for the audit log


class Registrations:
    """Reads and writes the registrations of all congresses."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def person(self, event: str, email: str) -> str:
        """The keyed hash under which somebody is known to `event`; the same in any letter case."""
        return keys.fingerprint(f"registration {event}", email.lower())

    def get(self, registration_id: str) -> Registration | None:
        """The registration, unless its time to be forgotten has come."""
        item = find(RegistrationItem, f"REGISTRATION#{registration_id}", "REGISTRATION")
        if item is None or item.keep_until <= self._clock.now():
            return None
        return to_registration(item)

    def holder(self, event: str, email: str) -> str | None:
        """The id of the active registration of this address."""
        item = find(PersonItem, f"PERSON#{event}#{self.person(event, email)}", "PERSON")
        return item.registration_id if item else None

    def attempt(self, event: str, key: str) -> tuple[str, Receipt] | None:
        """The fingerprint and the answer of the first request with this idempotency key."""
        item = find(AttemptItem, _attempt_key(event, key), "ATTEMPT")
        if item is None:
            return None
        return item.fingerprint, msgspec.convert(item.receipt, Receipt)

    def enrol(self, this: Enrolment, message: Event) -> None:
        """Write a new registration with its numbers and guards, and use its proof of work up. The
        numbers that it passed over are buried.

        Raises Refused with the parts "attempt" (the request was answered before), "person" (the
        address has a registration), "proof" (it was used before) or that of a number that was
        buried because this came too late.
        """
        registration = this.registration
        transaction = Transaction()
        transaction.insert(registration_item(registration), name="registration")
        for line in registration.lines:
            _add_line(transaction, registration, line)
        for one in this.passed:
            for number in one.numbers:
                add_unborn(transaction, registration.event, one.line, number)
        transaction.insert(_guard(registration), name="person")
        if this.answers:
            item = answers_item(registration.id, this.answers, this.ends_at)
            transaction.insert(item, name="answers")
        if registration.confirm_by:
            hold = hold_item(registration, registration.confirm_by)
            transaction.put(hold, name="hold")
        _add_attempt(transaction, registration.event, this.attempt)
        join(transaction, Proof, this.proof, self._clock.now())
        transaction.insert(outbox.message(Outbox, message), name="outbox")
        if this.note:
            this.note(transaction)
        transaction.commit()

    def turn_away(
        self,
        event: str,
        taken: Sequence[Taken],
        attempt: Attempt | None,
        message: Event,
        proof: str | None,
    ) -> None:
        """Bury the numbers of somebody who has a registration already, and keep the answer they
        got.

        Raises Refused with the part "attempt" when the request was answered before, "proof" when
        its proof of work was used.
        """
        left = {
            part(one.line, number): (one.line, number) for one in taken for number in one.numbers
        }
        while True:
            transaction = Transaction()
            for line, number in left.values():
                add_unborn(transaction, event, line, number)
            _add_attempt(transaction, event, attempt)
            join(transaction, Proof, proof, self._clock.now())
            transaction.insert(outbox.message(Outbox, message), name="outbox")
            try:
                return transaction.commit()
            except Refused as refused:
                if not refused.parts <= left.keys():
                    raise
                for buried in refused.parts:  # by the sweeper, in the meantime
                    del left[buried]

    def save(
        self,
        before: Registration,
        after: Registration,
        message: Event | None,
        *,
        join: Join | None = None,
    ) -> None:
        """Change a registration; its numbers follow from the lines before and after, and the guard
        of its address from who it is about.

        Raises Refused when the registration changed since `before` was read, with "person" when
        the new address has a registration, or with the part of a new number that was buried
        because this came too late.
        """
        transaction = Transaction()
        transaction.put(
            registration_item(after),
            name="registration",
            condition=RegistrationItem.version == before.version,
        )
        _add_differences(transaction, before, after)
        _add_failing(transaction, before, after)
        if before.confirm_by and not after.confirm_by:
            transaction.delete(hold_item(before, before.confirm_by), name="hold")
        if after.person != before.person:
            transaction.delete(_guard(before), name="former")
            transaction.insert(_guard(after), name="person")
        if after.state == "cancelled":
            _add_release(transaction, before)
            # What somebody needs to take part has no purpose when they do not.
            transaction.delete(_answers_of(after), name="answers")
            add_departure(transaction, after)
        if message:
            transaction.insert(outbox.message(Outbox, message), name="outbox")
        if join:
            join(transaction)
        transaction.commit()

    def tell(self, message: Event, once: Once | None = None) -> None:
        """Send an event about which nothing else changes; Refused with "seen" the second time."""
        transaction = Transaction()
        transaction.insert(outbox.message(Outbox, message), name="outbox")
        if once:
            once.join(transaction)
        transaction.commit()

    def keep(self, registration: Registration, until: datetime) -> None:
        """Change until when a registration is kept.

        One that changes at the same moment is left for the next call.
        """
        after = replace(registration, version=registration.version + 1, keep_until=until)
        with contextlib.suppress(Refused):
            self.save(registration, after, None)

    def erase(self, registration: Registration, message: Event) -> None:
        """Remove everything about the person. Raises Refused when it changed in the meantime."""
        transaction = Transaction()
        transaction.delete(
            RegistrationItem(f"REGISTRATION#{registration.id}", "REGISTRATION"),
            name="registration",
            condition=RegistrationItem.version == registration.version,
        )
        transaction.delete(_answers_of(registration), name="answers")
        if registration.needs_address:
            transaction.delete(failed_address_item(registration), name="failing")
        if registration.confirm_by:
            transaction.delete(hold_item(registration, registration.confirm_by), name="hold")
        add_departure(transaction, registration)
        if registration.state != "cancelled":
            _add_release(transaction, registration)
        transaction.insert(outbox.message(Outbox, message), name="outbox")
        transaction.commit()


def _add_line(transaction: Transaction, registration: Registration, line: Line) -> None:
    event, id_ = registration.event, registration.id
    add_number(transaction, event, line.id, line.number, state=line.state, holder=id_)


def _add_differences(transaction: Transaction, before: Registration, after: Registration) -> None:
    old = {(line.id, line.number): line for line in before.lines}
    new = {(line.id, line.number): line for line in after.lines}
    for key, line in old.items():
        if key not in new:
            add_death(transaction, after.event, line.id, line.number)
        elif line.state == "waiting" and new[key].state == "seated":
            add_seating(transaction, after.event, line.id, line.number)
    for key, line in new.items():
        if key not in old:
            _add_line(transaction, after, line)


def _add_failing(transaction: Transaction, before: Registration, after: Registration) -> None:
    if after.needs_address:  # also when only its time changes
        transaction.put(failed_address_item(after), name="failing")
    elif before.needs_address:
        transaction.delete(failed_address_item(after), name="failing")


def _answers_of(registration: Registration) -> AnswersItem:
    return AnswersItem(f"REGISTRATION#{registration.id}", "ANSWERS")


def _guard(registration: Registration) -> PersonItem:
    key = f"PERSON#{registration.event}#{registration.person}"
    return PersonItem(key, "PERSON", registration_id=registration.id)


def _add_release(transaction: Transaction, registration: Registration) -> None:
    """Let the person register again. An active registration's guard is always its own."""
    transaction.delete(_guard(registration), name="person")


def _add_attempt(transaction: Transaction, event: str, attempt: Attempt | None) -> None:
    if attempt:
        item = AttemptItem(
            _attempt_key(event, attempt.key),
            "ATTEMPT",
            fingerprint=attempt.fingerprint,
            receipt=msgspec.to_builtins(attempt.receipt),
            expires_at=attempt.expires_at,
        )
        transaction.insert(item, name="attempt")


def _attempt_key(event: str, key: str) -> str:
    # Hashed, so that a key of any length or content fits.
    return f"ATTEMPT#{event}#{hashlib.sha256(key.encode()).hexdigest()}"
