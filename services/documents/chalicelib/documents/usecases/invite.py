"""Partners: members who got an invitation to share documents."""

from msgspec.structs import replace

from chalicelib.documents.domain import INVITATION_LASTS, Invitation, Partner
from chalicelib.documents.repository import Repository
from shared import handover
from shared.clock import Clock
from shared.errors import Gone
from shared.events import Event, occurred
from shared.events.directory import ContactShared, MemberWithdrawn
from shared.events.documents import InvitationCreated
from shared.handovers import ContactHandover
from shared.ids import new_id
from shared.inbox import SEEN, Once
from shared.transactions import Refused


def welcome_partner(
    repository: Repository, clock: Clock, event: Event, data: ContactShared, once: Once
) -> None:
    """Make the member a partner with an invitation, then discard the handed-over object.

    A corrected address replaces the old one and gets a link of its own; the old link ends. A
    redelivery finds the mark of the first time, whether or not the object was discarded by then.
    Raises HandoverGone when the object is lost and nothing newer is known: a person has to look.
    """
    if not once.happened():
        known = repository.partner(data.member_id)
        try:
            if _is_overtaken(known, event):
                repository.mark_seen(once)
            else:
                contact = handover.take(data.handover_key, ContactHandover)
                _save_contact(repository, clock, event, contact, known, once)
        except handover.HandoverGone:
            if once.happened():  # another delivery of this event was faster
                return
            raise
        except Refused as refused:
            if SEEN not in refused.parts:
                raise
    handover.discard(data.handover_key)


def _is_overtaken(known: Partner | None, event: Event) -> bool:
    """Whether we heard of this version of the member, or a later one. Times do not tell: an event
    about an older version may be made later.
    """
    return known is not None and known.member_version >= event.aggregateversion


def _save_contact(
    repository: Repository,
    clock: Clock,
    event: Event,
    contact: ContactHandover,
    known: Partner | None,
    once: Once,
) -> None:
    partner = Partner(
        member_id=contact.member_id,
        invitation_id=known.invitation_id if known else new_id(clock),
        name=contact.name,
        email=contact.email,
        language=contact.language,
        changed_at=event.time,
        member_version=event.aggregateversion,
    )
    invitation = _invitation_for(repository, clock, partner, known)
    created = InvitationCreated(invitation_id=partner.invitation_id)
    told = occurred(created, clock, version=invitation.version) if invitation else None
    repository.save_partner(partner, invitation, once, told, previous=known)


def _invitation_for(
    repository: Repository, clock: Clock, partner: Partner, known: Partner | None
) -> Invitation | None:
    """A new invitation, or its next version for a new address; None where the address stays: who
    let their link end is not invited anew because a word in the guide changed.
    """
    if known and known.email == partner.email:
        return None
    current = repository.invitation(partner.invitation_id) if known else None
    ends_at = clock.now() + INVITATION_LASTS
    return Invitation(
        id=partner.invitation_id,
        member_id=partner.member_id,
        version=current.version + 1 if current else 1,
        active=True,
        ends_at=ends_at,
    )


def part_with_member(
    repository: Repository, clock: Clock, event: Event, data: MemberWithdrawn, once: Once
) -> None:
    """Revoke the invitation of a member who left, and forget who they are.

    What they published stays, without their name; they gave consent for that apart.
    """
    if not once.happened():
        _revoke(repository, clock, event, data.member_id, once)
    # After the mark, and again at a redelivery: a crash in between must leave no name behind.
    partner = repository.partner(data.member_id)
    if partner and not partner.name:
        for document in repository.documents_of(data.member_id, clock.now()):
            if document.shared_by:
                repository.forget_name(document)


def _revoke(repository: Repository, clock: Clock, event: Event, member_id: str, once: Once) -> None:
    known = repository.partner(member_id)
    if _is_overtaken(known, event):
        repository.mark_seen(once)
        return
    # Also without a partner: the event that makes them one may still be under way.
    partner = Partner(
        member_id=member_id,
        invitation_id=known.invitation_id if known else new_id(clock),
        name="",
        email="",
        language=known.language if known else "nl",
        changed_at=event.time,
        member_version=event.aggregateversion,
    )
    current = repository.invitation(known.invitation_id) if known else None
    revoked = replace(current, active=False, version=current.version + 1) if current else None
    repository.save_partner(partner, revoked, once, None, previous=known)


def open_invitation(
    repository: Repository, clock: Clock, invitation_id: str, version: int
) -> Invitation:
    """The invitation that a link opens. Raises Gone when it ended or was revoked."""
    invitation = repository.invitation(invitation_id)
    if invitation is None or not invitation.admits(version, clock.now()):
        raise Gone("link_ended", "Deze link werkt niet meer. Vraag de organisatie om een nieuwe.")
    return invitation
