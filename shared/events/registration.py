"""What the registration service tells the world."""

from typing import ClassVar, Literal

from shared.events.envelope import Data


class _AboutRegistration(Data, frozen=True, kw_only=True):
    SUBJECT: ClassVar[str] = "registration_id"

    registration_id: str


class Registered(_AboutRegistration, frozen=True, kw_only=True):
    """Somebody registered for an event, with a seat or on the waiting list."""

    NAME: ClassVar[str] = "registration.registered.v1"

    event: str
    state: Literal["seated", "waiting"]


class Seated(_AboutRegistration, frozen=True, kw_only=True):
    """Somebody on a waiting list got a seat."""

    NAME: ClassVar[str] = "registration.seated.v1"

    event: str
    pool: str


class Changed(_AboutRegistration, frozen=True, kw_only=True):
    """A participant changed their own registration."""

    NAME: ClassVar[str] = "registration.changed.v1"

    event: str


class Confirmed(_AboutRegistration, frozen=True, kw_only=True):
    """Somebody showed that the address of their registration is theirs, so that it stays."""

    NAME: ClassVar[str] = "registration.confirmed.v1"

    event: str


class Cancelled(_AboutRegistration, frozen=True, kw_only=True):
    """A registration ended and its seats came free."""

    NAME: ClassVar[str] = "registration.cancelled.v1"

    event: str


class LinkRequested(_AboutRegistration, frozen=True, kw_only=True):
    """A participant asked for the manage link again."""

    NAME: ClassVar[str] = "registration.link_requested.v1"

    request_id: str


class AttemptedAgain(_AboutRegistration, frozen=True, kw_only=True):
    """Somebody registered with an address that already has an active registration."""

    NAME: ClassVar[str] = "registration.attempted_again.v1"

    request_id: str


class ProfileShared(_AboutRegistration, frozen=True, kw_only=True):
    """A participant asked to stand in the member guide; their words wait at `handover_key`."""

    NAME: ClassVar[str] = "registration.profile_shared.v1"

    handover_key: str


class Erased(_AboutRegistration, frozen=True, kw_only=True):
    """A registration's personal data is gone for good."""

    NAME: ClassVar[str] = "registration.erased.v1"


class AddressFailed(_AboutRegistration, frozen=True, kw_only=True):
    """Mail to a participant came back for good, or they called it unwanted."""

    NAME: ClassVar[str] = "registration.address_failed.v1"

    event: str
    cause: Literal["bounce", "complaint"]


class AddressCleared(_AboutRegistration, frozen=True, kw_only=True):
    """An organiser said that a participant's address is right again."""

    NAME: ClassVar[str] = "registration.address_cleared.v1"

    event: str


class AddressCorrected(_AboutRegistration, frozen=True, kw_only=True):
    """An organiser gave a participant another address."""

    NAME: ClassVar[str] = "registration.address_corrected.v1"

    event: str


class EventChanged(Data, frozen=True, kw_only=True):
    """An organiser published or changed an event's definition."""

    NAME: ClassVar[str] = "registration.event_changed.v1"
    SUBJECT: ClassVar[str] = "event"

    event: str
    revision: int


class DefinitionPartlySpread(Data, frozen=True, kw_only=True):
    """A changed definition was carried to a part of what follows from it; the rest is to do."""

    NAME: ClassVar[str] = "registration.definition_partly_spread.v1"
    SUBJECT: ClassVar[str] = "event"

    event: str
    revision: int
    reached: str  # where in the list of registrations the rest starts; empty: seats come first


class MailingAsked(_AboutRegistration, frozen=True, kw_only=True):
    """A mail that a congress sends to everybody is to go to this participant."""

    NAME: ClassVar[str] = "registration.mailing_asked.v1"

    event: str
    mailing: Literal["reminder", "reconfirm", "reconfirm_again", "thanks"]
    day: str  # of the congress, on the clock in Amsterdam; one that moves has a new mail


class MessageDue(Data, frozen=True, kw_only=True):
    """What an organiser wrote to participants is to be carried on from where it is."""

    NAME: ClassVar[str] = "registration.message_due.v1"
    SUBJECT: ClassVar[str] = "message_id"

    message_id: str
    event: str
    reached: str  # where in the list of registrations the rest starts; empty: at its beginning


class MessageAsked(_AboutRegistration, frozen=True, kw_only=True):
    """What an organiser wrote is to go to this participant."""

    NAME: ClassVar[str] = "registration.message_asked.v1"

    event: str
    message_id: str


class RegistrationTestMailAsked(Data, frozen=True, kw_only=True):
    """An organiser wants to see a mail in their own mailbox, with sample data."""

    NAME: ClassVar[str] = "registration.test_mail_asked.v1"
    SUBJECT: ClassVar[str] = "organiser_id"

    organiser_id: str
    kind: str
    language: str


EVENTS: tuple[type[Data], ...] = (
    Registered,
    Seated,
    Changed,
    Confirmed,
    Cancelled,
    LinkRequested,
    AttemptedAgain,
    ProfileShared,
    Erased,
    AddressFailed,
    AddressCleared,
    AddressCorrected,
    EventChanged,
    DefinitionPartlySpread,
    MailingAsked,
    MessageDue,
    MessageAsked,
    RegistrationTestMailAsked,
)
