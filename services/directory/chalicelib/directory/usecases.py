"""What can be done with members: one verb per thing, with its collaborators as arguments."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec

from shared import keys
from shared.clock import Clock
from shared.consent import Consent
from shared.errors import Conflict, Invalid, NotFound
from shared.events import Data, Event, occurred
from shared.events.directory import (
    MemberChanged,
    MemberDeclined,
    MemberDrafted,
    MemberPublished,
    MemberWithdrawn,
)
from shared.ids import new_id
from shared.limits import Limit, Sending, address_hash
from shared.observability import log, metric
from shared.transactions import Refused

from . import domain, forms, slugs
from .domain import Contact, Member, Profile
from .repository import PART_KEY, PART_MEMBER, PART_PROOF, PART_SLUG, Repository
from .texts import CONSENT_PURPOSE, CONSENT_VERSION
from .texts import later as _

WITHOUT_PROOF = Limit("apply-visitor", most=30, per=timedelta(minutes=10))
"""Applications without a proof of work from one network address: a workshop shares one."""

PER_ADDRESS = Limit("apply-address", most=5, per=timedelta(hours=1))
"""Applications with one e-mail address, whatever they prove: an organiser reads each of them."""

MOST_SLUGS = 50

BY_FORM = "form"
BY_OPERATOR = "operator"

_IDS = uuid.UUID("3f0f3f0e-9d5b-5a43-8a2b-6f1f6b2f7c11")


class Overtaken(Conflict):
    """Another organiser changed the entry first; `current` is what it says now."""

    code = "overtaken"
    title = _("Iemand anders heeft dit lid intussen veranderd. Bekijk de nieuwste stand.")

    def __init__(self, current: Member | None) -> None:
        super().__init__()
        self.current = current


def stable_id(source: str, text: str) -> str:
    """The id of the member that comes from `text`: the same every time it is asked."""
    return uuid.uuid5(_IDS, f"{source}:{text}").hex


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
    use_up = repository.use_up(sending.proof, clock.now())
    try:
        repository.insert(
            member, _drafted(member, clock), join=use_up, key=scoped, fingerprint=fingerprint
        )
    except Refused as refused:
        earlier = repository.answer(scoped) if PART_KEY in refused.parts else None
        if earlier is None:
            raise
        if earlier.fingerprint != fingerprint:
            raise Invalid(
                "idempotency_key_reused",
                _("Dit formulier is al eens verstuurd met andere gegevens. Begin opnieuw."),
            ) from refused


def approve(repository: Repository, clock: Clock, member_id: str, version: int) -> Member:
    """Publish a draft under a free slug. Raises NotFound, or Overtaken when it has changed."""
    before = _current(repository, clock, member_id, version)
    for attempt in range(MOST_SLUGS):
        slug = slugs.slug_choice(before.profile.name, attempt)
        try:
            after = domain.publish(before, slug, clock.now())
        except domain.WrongState as error:
            raise Overtaken(before) from error
        event = _event(MemberPublished(member_id=after.id), after, clock)
        try:
            repository.replace(before, after, event)
        except Refused as refused:
            _raise_overtaken(refused, repository, clock, member_id)
            if PART_SLUG not in refused.parts:
                raise
        else:
            return after
    raise Conflict("no_free_slug")


def decline(repository: Repository, clock: Clock, member_id: str, version: int) -> Member:
    """Say no to a draft. Raises NotFound, or Overtaken when it has changed."""
    before = _current(repository, clock, member_id, version)
    try:
        after = domain.decline(before, clock.now())
    except domain.WrongState as error:
        raise Overtaken(before) from error
    return _replace(repository, clock, before, after, MemberDeclined(member_id=member_id))


def withdraw(repository: Repository, clock: Clock, member_id: str, version: int) -> Member:
    """Take an entry out of the guide and out of every other output, at once and for good."""
    before = _current(repository, clock, member_id, version)
    try:
        after = domain.withdraw(before, clock.now())
    except domain.WrongState as error:
        raise Overtaken(before) from error
    return _replace(repository, clock, before, after, MemberWithdrawn(member_id=member_id))


def edit(
    repository: Repository,
    clock: Clock,
    member_id: str,
    version: int,
    profile: Profile,
    contact: Contact,
) -> Member:
    """Change what an entry says. Raises NotFound, or Overtaken when somebody else was first."""
    before = _current(repository, clock, member_id, version)
    try:
        after = domain.edit(before, profile, contact, clock.now())
    except domain.WrongState as error:
        raise Overtaken(before) from error
    if not domain.changes(before, after):
        return before
    return _replace(repository, clock, before, after, MemberChanged(member_id=member_id))


def load_members(
    repository: Repository, clock: Clock, *, members: Sequence[Mapping[str, Any]]
) -> int:
    """Publish an operator's list of members; answers how many were new.

    An entry that was loaded before is left alone, whatever happened to it since: an organiser's
    edit or a withdrawn consent must survive loading the same file again. Raises Invalid with the
    number of the first entry that is wrong, before anything is written, or whose slug is another
    member's, after those before it.
    """
    ready = [_loaded(clock, number, entry) for number, entry in enumerate(members, 1)]
    added = 0
    for number, member in enumerate(ready, 1):
        event = _event(MemberPublished(member_id=member.id), member, clock)
        try:
            repository.insert(member, event)
            added += 1
        except Refused as refused:
            if PART_MEMBER in refused.parts:
                continue
            if PART_SLUG not in refused.parts:
                raise
            taken = {f"member {number}: slug": _("Dit adres is al van een ander lid.")}
            raise Invalid("slug_taken", fields=taken) from refused
    return added


def remove_expired(repository: Repository, clock: Clock) -> int:
    """Delete entries whose retention has ended; DynamoDB's own TTL may be days late."""
    now = clock.now()
    expired = [member for member in repository.every() if domain.is_expired(member, now)]
    metric("ExpiredYetPresent", len(expired), "Count", service="directory")
    for member in expired:
        try:
            repository.remove(member)
        except Refused:
            log("retention.changed_meanwhile", member_id=member.id)
    return len(expired)


def _loaded(clock: Clock, number: int, entry: Mapping[str, Any]) -> Member:
    texts = {name: str(entry.get(name, "")) for name in forms.LONGEST} | {
        "kind": str(entry.get("kind", ""))
    }
    ticked = {name for name in ("email_public", "phone_public") if entry.get(name) is True}
    typed = forms.Typed(texts, [str(name) for name in entry.get("themes", [])], frozenset(ticked))
    profile, contact = forms.read_profile(typed), forms.read_contact(typed)
    slug = str(entry.get("slug", "")) or slugs.slug_of(profile.name)
    if slug != slugs.slug_of(slug):
        typed.errors["slug"] = _("Gebruik alleen kleine letters, cijfers en streepjes.")
    if typed.errors:
        fields = {f"member {number}: {name}": text for name, text in typed.errors.items()}
        raise Invalid("invalid_member", fields=fields)
    now = clock.now()
    consent = Consent(CONSENT_VERSION, CONSENT_PURPOSE, now)
    member_id = stable_id(BY_OPERATOR, slug)
    draft = domain.draft(member_id, profile, contact, consent, now, source=BY_OPERATOR)
    return domain.publish(draft, slug, now)


def _current(repository: Repository, clock: Clock, member_id: str, version: int) -> Member:
    member = repository.get(member_id, clock.now())
    if member is None:
        raise NotFound
    if member.version != version:
        raise Overtaken(member)
    return member


def _replace(
    repository: Repository, clock: Clock, before: Member, after: Member, data: Data
) -> Member:
    try:
        repository.replace(before, after, _event(data, after, clock))
    except Refused as refused:
        _raise_overtaken(refused, repository, clock, before.id)
        raise
    return after


def _raise_overtaken(
    refused: Refused, repository: Repository, clock: Clock, member_id: str
) -> None:
    if PART_MEMBER in refused.parts:
        raise Overtaken(repository.get(member_id, clock.now())) from refused


def _event(data: Data, member: Member, clock: Clock) -> Event:
    return occurred(data, clock, version=member.version)


def _drafted(member: Member, clock: Clock) -> Event:
    return _event(MemberDrafted(member_id=member.id), member, clock)


def _canonical(profile: Profile, contact: Contact) -> str:
    return msgspec.json.encode([profile, contact], order="deterministic").decode()
