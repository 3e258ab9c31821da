"""States and rules of a member entry: nothing here knows of storage or HTTP."""

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import asdict, replace

from shared.consent import Consent

RETENTION = timedelta(days=30)
"""How long an entry that never was, or no longer is, published stays (privacy statement)."""


class State(StrEnum):
    """Where an entry stands. Only PUBLISHED is ever shown to a visitor."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"


class Kind(StrEnum):
    """What sort of member this is; the labels stand in the catalogue."""

    RESIDENTS = "residents"
    ENTREPRENEUR = "entrepreneur"
    ORGANISATION = "organisation"
    COOPERATIVE = "cooperative"
    KNOWLEDGE = "knowledge"
    GOVERNMENT = "government"


class Theme(StrEnum):
    """What a member works on."""

    MEETING = "meeting"
    FOOD = "food"
    CARE = "care"
    PARENTING = "parenting"
    WORK = "work"
    HOUSING = "housing"
    ENERGY = "energy"
    CULTURE = "culture"
    SAFETY = "safety"
    DEMOCRACY = "democracy"


class WrongState(Exception):
    """The entry is not in a state in which this may happen."""

    def __init__(self, state: State) -> None:
        super().__init__(state.value)
        self.state = state


class Profile(Struct, frozen=True):
    """What a member tells about itself; all of it is meant for the guide."""

    name: str
    kind: Kind
    place: str
    district: str = ""
    website: str = ""
    about: str = ""
    themes: tuple[Theme, ...] = ()
    latitude: float | None = None
    longitude: float | None = None


class Contact(Struct, frozen=True):
    """How the network reaches a member, and which of it visitors may see."""

    email: str = ""
    phone: str = ""
    email_public: bool = False
    phone_public: bool = False


class Member(Struct, frozen=True):
    """One entry. `version` rises by one with every change: it is the event's aggregate version."""

    id: str
    state: State
    profile: Profile
    contact: Contact
    consent: Consent | None
    drafted_at: datetime
    source: str
    language: str = "nl"
    slug: str = ""
    version: int = 1
    published_at: datetime | None = None
    changed_at: datetime | None = None
    expires_at: datetime | None = None


class PublicMember(Struct, frozen=True):
    """All that leaves the service about a member: no other shape reaches a visitor."""

    slug: str
    name: str
    kind: Kind
    place: str
    district: str
    website: str
    about: str
    themes: tuple[Theme, ...]
    email: str
    phone: str
    latitude: float | None
    longitude: float | None
    published_at: datetime
    changed_at: datetime


class Change(Struct, frozen=True):
    """One field that differs between two versions of an entry."""

    name: str
    before: object
    after: object


def draft(
    member_id: str,
    profile: Profile,
    contact: Contact,
    consent: Consent,
    now: datetime,
    *,
    source: str,
    language: str = "nl",
) -> Member:
    """A new entry that waits for an organiser, and leaves by itself when nobody decides."""
    return Member(
        member_id,
        State.DRAFT,
        profile,
        contact,
        consent,
        now,
        source,
        language,
        changed_at=now,
        expires_at=now + RETENTION,
    )


def publish(member: Member, slug: str, now: datetime) -> Member:
    """Show the entry under `slug`. Raises WrongState unless it is a draft with consent."""
    if member.state is not State.DRAFT or member.consent is None:
        raise WrongState(member.state)
    return _next(member, now, state=State.PUBLISHED, slug=slug, published_at=now, expires_at=None)


def decline(member: Member, now: datetime) -> Member:
    """Say no to a draft; it is kept `RETENTION` for questions. Raises WrongState."""
    if member.state is not State.DRAFT:
        raise WrongState(member.state)
    return _next(member, now, state=State.DECLINED, expires_at=now + RETENTION)


def reopen(member: Member, now: datetime) -> Member:
    """Take a refusal back; it leaves when it would have left. Raises WrongState.

    Nobody was told of the refusal, so there is nothing else to take back.
    """
    if member.state is not State.DECLINED:
        raise WrongState(member.state)
    return _next(member, now, state=State.DRAFT)


def withdraw(member: Member, now: datetime) -> Member:
    """End the consent: contact details go at once, the rest after `RETENTION`."""
    if member.state is not State.PUBLISHED:
        raise WrongState(member.state)
    return _next(
        member,
        now,
        state=State.WITHDRAWN,
        consent=None,
        contact=Contact(),
        expires_at=now + RETENTION,
    )


def edit(member: Member, profile: Profile, contact: Contact, now: datetime) -> Member:
    """Change the words of a draft or published entry; its slug stays, so links keep working."""
    if member.state not in (State.DRAFT, State.PUBLISHED):
        raise WrongState(member.state)
    return _next(member, now, profile=profile, contact=contact)


def _next(member: Member, now: datetime, **changes: object) -> Member:
    return replace(member, version=member.version + 1, changed_at=now, **changes)


def public_view(member: Member) -> PublicMember | None:
    """What visitors may know, or None. Page, API, GeoJSON, JSON-LD and search all start here."""
    if member.state is not State.PUBLISHED or member.consent is None or not member.published_at:
        return None
    profile, contact = member.profile, member.contact
    return PublicMember(
        slug=member.slug,
        name=profile.name,
        kind=profile.kind,
        place=profile.place,
        district=profile.district,
        website=profile.website,
        about=profile.about,
        themes=profile.themes,
        email=contact.email if contact.email_public else "",
        phone=contact.phone if contact.phone_public else "",
        latitude=profile.latitude,
        longitude=profile.longitude,
        published_at=member.published_at,
        changed_at=member.changed_at or member.published_at,
    )


def without_place_on_map(profile: Profile) -> Profile:
    """The profile without coordinates, which only organisers set."""
    return replace(profile, latitude=None, longitude=None)


def is_expired(member: Member, now: datetime) -> bool:
    """True from the moment its retention ended, whether or not storage has removed it yet."""
    return member.expires_at is not None and member.expires_at <= now


def changes(before: Member, after: Member) -> list[Change]:
    """The fields in which two versions differ, for an organiser who was overtaken by another."""
    old = {**asdict(before.profile), **asdict(before.contact)}
    new = {**asdict(after.profile), **asdict(after.contact)}
    return [Change(name, old[name], new[name]) for name in old if old[name] != new[name]]
