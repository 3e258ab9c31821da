"""What the guide does when it hears of an event: each effect once, together with its mark."""

from chalicelib.directory import domain, forms
from chalicelib.directory.domain import Contact, Kind, Member, Profile, State
from chalicelib.directory.repository import PART_ERASED, PART_MEMBER, Repository
from chalicelib.directory.usecases.current import BY_OPERATOR, BY_REGISTRATION, stable_id
from shared import handover
from shared.clock import Clock
from shared.events import Event, occurred
from shared.events.directory import ContactShared, MemberDrafted
from shared.handovers import ContactHandover, ProfileHandover
from shared.inbox import SEEN, Once
from shared.observability import log
from shared.transactions import Refused

_KINDS = {
    "resident": Kind.RESIDENTS,
    "higher_education": Kind.KNOWLEDGE,
    "student": Kind.KNOWLEDGE,
    "policy": Kind.GOVERNMENT,
}
"""What an organiser most likely chooses for each audience of a congress; they can change it."""


def draft_shared_profile(
    repository: Repository, clock: Clock, registration_id: str, handover_key: str, once: Once
) -> None:
    """Make a draft of what a participant handed over, then discard the object.

    Safe at every crash and at every redelivery: the draft, its mark and its event are one
    transaction, and the object goes only after it. Raises HandoverGone when the object is missing
    and the event was never handled: that message belongs in the dead-letter queue.
    """
    if once.happened():
        handover.discard(handover_key)
        return
    try:
        shared = handover.take(handover_key, ProfileHandover)
    except handover.HandoverGone:
        # A twin of this message may have drafted and discarded a moment ago.
        if once.happened():
            return
        raise
    member = _draft(shared, registration_id, clock)
    event = occurred(MemberDrafted(member_id=member.id), clock, version=member.version)
    try:
        repository.insert(member, event, join=once.join, registration_id=registration_id)
    except Refused as refused:
        if SEEN not in refused.parts:
            if not refused.parts & {PART_ERASED, PART_MEMBER}:
                raise
            # Erased meanwhile, or drafted under an earlier event: there is nothing left to make.
            log("profile.not_needed", registration_id=registration_id)
            repository.note(once.join)
    handover.discard(handover_key)


def share_contact(repository: Repository, clock: Clock, cause: Event, once: Once) -> None:
    """Hand a published member's address, new or corrected, to the library, which mails them.

    Members that an operator loaded are not invited: nobody asked them.
    """
    if once.happened():
        return
    member = repository.get(cause.subject, clock.now())
    if member is None or not _may_be_invited(member):
        repository.note(once.join)
        return
    contact = ContactHandover(
        member_id=member.id,
        slug=member.slug,
        name=member.profile.name,
        email=member.contact.email,
        language=member.language,
    )
    # By version: two deliveries of one event may see two, and what stands at a key may not change.
    # By event: the library removes the object of one while another is on its way.
    key = handover.put("directory", f"{member.id}/{member.version}-{cause.id}", contact)
    shared = ContactShared(member_id=member.id, handover_key=key)
    event = occurred(shared, clock, version=member.version)
    try:
        repository.tell(member, event, once.join)
    except Refused as refused:
        if SEEN in refused.parts or PART_MEMBER not in refused.parts:
            raise
        # Withdrawn a moment ago. Nobody hears of the object, which we may not remove: it expires.
        repository.note(once.join)


def forget_registration(
    repository: Repository, clock: Clock, registration_id: str, once: Once
) -> None:
    """Remove what was made from an erased registration, unless it was ever published.

    A draft holds nothing but what the registration handed over, so it goes with it. A published
    entry stands on a consent and an approval of its own and has its own way out; erasing a
    congress registration must not take an organisation out of the guide.
    """
    member_id = stable_id(BY_REGISTRATION, registration_id)
    found = repository.find(member_id)
    repository.forget(registration_id, member_id, found, once.join, clock.now())


def _may_be_invited(member: Member) -> bool:
    shown = member.state is State.PUBLISHED and member.consent is not None
    return shown and bool(member.contact.email) and member.source != BY_OPERATOR


def _draft(shared: ProfileHandover, registration_id: str, clock: Clock) -> Member:
    """A draft of what came over; a field that our rules refuse is left for the organiser."""
    typed = forms.Typed(
        {
            "name": shared.name,
            "kind": _KINDS.get(shared.audience, Kind.ORGANISATION).value,
            "place": shared.place,
            "website": shared.website,
            "about": shared.about,
            "email": shared.email,
            "phone": shared.phone,
        }
    )
    profile, contact = forms.read_profile(typed), forms.read_contact(typed)
    for field in typed.errors:
        log("profile.field_refused", field=field, registration_id=registration_id)
    return domain.draft(
        stable_id(BY_REGISTRATION, registration_id),
        _within_rules(profile, typed),
        Contact(contact.email, "" if "phone" in typed.errors else contact.phone),
        shared.consent,
        clock.now(),
        source=BY_REGISTRATION,
        language="en" if shared.language == "en" else "nl",
    )


def _within_rules(profile: Profile, typed: forms.Typed) -> Profile:
    def cut(name: str) -> str:
        text: str = getattr(profile, name)
        return text[: forms.LONGEST[name]]

    return Profile(
        name=cut("name") or "?",
        kind=profile.kind,
        place=cut("place"),
        website="" if "website" in typed.errors else profile.website,
        about=cut("about"),
    )
