"""What the member guide tells the world."""

from typing import ClassVar

from shared.events.envelope import Data


class _AboutMember(Data, frozen=True, kw_only=True):
    SUBJECT: ClassVar[str] = "member_id"

    member_id: str


class MemberDrafted(_AboutMember, frozen=True, kw_only=True):
    """A new entry waits for an organiser."""

    NAME: ClassVar[str] = "directory.member_drafted.v1"


class MemberPublished(_AboutMember, frozen=True, kw_only=True):
    """An entry stands in the guide. Its address is made of a name, so that is not in here."""

    NAME: ClassVar[str] = "directory.member_published.v1"


class MemberDeclined(_AboutMember, frozen=True, kw_only=True):
    """An organiser declined an entry."""

    NAME: ClassVar[str] = "directory.member_declined.v1"


class MemberReopened(_AboutMember, frozen=True, kw_only=True):
    """An organiser took back that they declined an entry: it waits again."""

    NAME: ClassVar[str] = "directory.member_reopened.v1"


class MemberChanged(_AboutMember, frozen=True, kw_only=True):
    """A published entry says something else than before."""

    NAME: ClassVar[str] = "directory.member_changed.v1"


class MemberWithdrawn(_AboutMember, frozen=True, kw_only=True):
    """An entry left the guide."""

    NAME: ClassVar[str] = "directory.member_withdrawn.v1"


class ContactShared(_AboutMember, frozen=True, kw_only=True):
    """A published member may share documents; their address waits at `handover_key`."""

    NAME: ClassVar[str] = "directory.contact_shared.v1"

    handover_key: str


class MemberSignInAsked(Data, frozen=True, kw_only=True):
    """Somebody asked to sign in by mail; whether we know them is for the mail worker to find."""

    NAME: ClassVar[str] = "directory.sign_in_asked.v1"
    SUBJECT: ClassVar[str] = "request_id"

    request_id: str


class DirectoryTestMailAsked(Data, frozen=True, kw_only=True):
    """An organiser wants to see a mail in their own mailbox, with sample data."""

    NAME: ClassVar[str] = "directory.test_mail_asked.v1"
    SUBJECT: ClassVar[str] = "organiser_id"

    organiser_id: str
    kind: str
    language: str


EVENTS: tuple[type[Data], ...] = (
    MemberDrafted,
    MemberPublished,
    MemberDeclined,
    MemberReopened,
    MemberChanged,
    MemberWithdrawn,
    ContactShared,
    MemberSignInAsked,
    DirectoryTestMailAsked,
)
