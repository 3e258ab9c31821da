"""Hand the words that somebody wrote for the directory over to it."""

from chalicelib.registration.repository import Repository
from shared import handover
from shared.clock import Clock
from shared.events import occurred
from shared.events.registration import ProfileShared
from shared.handovers import ProfileHandover
from shared.inbox import Once


def hand_over_profile(
    repository: Repository,
    clock: Clock,
    *,
    registration_id: str,
    once: Once,
    on_confirming: bool = False,
) -> None:
    """Write the hand-over and tell the directory of it, once. Nothing happens without the wish or
    after cancelling, and where the address must be confirmed nothing before that: then that event
    (`on_confirming`) hands over, and the one of registering does not.

    The object comes first: a crash in between leaves one that expires, or that the retry
    overwrites.
    """
    registration = repository.registrations.get(registration_id)
    if registration is None or registration.state == "cancelled" or registration.profile is None:
        return
    if not registration.is_confirmed or bool(registration.confirmed_at) != on_confirming:
        return
    if once.happened():  # the directory may have taken and removed the object: leave no second one
        return
    profile = registration.profile
    key = handover.put(
        "registration",
        registration.id,
        ProfileHandover(
            registration_id=registration.id,
            name=profile.name,
            email=registration.email,
            consent=profile.consent,
            language=registration.language,
            phone=registration.phone or "",
            audience=registration.audience,
            place=profile.place,
            website=profile.website,
            about=profile.about,
        ),
    )
    shared = ProfileShared(registration_id=registration.id, handover_key=key)
    repository.registrations.tell(occurred(shared, clock), once)
