"""Ask for a place in the guide."""

from datetime import timedelta

import msgspec
from msgspec.structs import replace

from chalicelib.directory import domain
from chalicelib.directory.domain import Contact, Member, Profile
from chalicelib.directory.repository import PART_KEY, PART_PROOF, Repository
from chalicelib.directory.texts import CONSENT_PURPOSE, CONSENT_VERSION
from chalicelib.directory.usecases.current import BY_FORM, event_about
from shared import keys
from shared.clock import Clock
from shared.consent import Consent
from shared.errors import Invalid
from shared.events.directory import MemberDrafted
from shared.ids import new_id
from shared.limits import Limit, Sending, address_hash
from shared.texts import later as _
from shared.transactions import Refused

WITHOUT_PROOF = Limit("apply-visitor", most=30, per=timedelta(minutes=10))
"""Applications without a proof of work from one network address: a workshop shares one."""

PER_ADDRESS = Limit("apply-address", most=5, per=timedelta(hours=1))
"""Applications with one e-mail address, whatever they prove: an organiser reads each of them."""


def apply(
    repository: Repository,
    clock: Clock,
    profile: Profile,
    contact: Contact,
    *,
    language: str,
    sending: Sending,
) -> None:
    """Put an application on the organiser's list. A repeat with the same key changes nothing.

    Raises TooManyRequests, and Invalid when the key came earlier with other words.
    """
    now = clock.now()
    repository.spend(PER_ADDRESS, address_hash(contact.email), clock)
    if sending.proof is None:
        repository.spend(WITHOUT_PROOF, sending.visitor, clock)
    consent = Consent(CONSENT_VERSION, CONSENT_PURPOSE, now)
    member = domain.draft(
        new_id(clock), profile, contact, consent, now, source=BY_FORM, language=language
    )
    try:
        _insert(repository, clock, member, sending)
    except Refused as refused:
        if PART_PROOF not in refused.parts:
            raise
        # Somebody used the proof before: then the request is like one without.
        repository.spend(WITHOUT_PROOF, sending.visitor, clock)
        _insert(repository, clock, member, replace(sending, proof=None))


def _insert(repository: Repository, clock: Clock, member: Member, sending: Sending) -> None:
    """Add the draft, unless the same request did. Raises Refused, Invalid."""
    fingerprint = keys.fingerprint("application", _canonical(member.profile, member.contact))
    scoped = keys.fingerprint("idempotency", sending.key) if sending.key else ""
    drafted = event_about(MemberDrafted(member_id=member.id), member, clock)
    use_up = repository.use_up(sending.proof, clock.now())
    try:
        repository.insert(member, drafted, join=use_up, key=scoped, fingerprint=fingerprint)
    except Refused as refused:
        earlier = repository.answer(scoped) if PART_KEY in refused.parts else None
        if earlier is None:
            raise
        if earlier.fingerprint != fingerprint:
            raise Invalid(
                "idempotency_mismatch",
                _("Dit formulier is al eens verstuurd met andere gegevens. Begin opnieuw."),
            ) from refused


def _canonical(profile: Profile, contact: Contact) -> str:
    return msgspec.json.encode([profile, contact], order="deterministic").decode()
