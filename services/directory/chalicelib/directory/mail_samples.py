"""Each mail with made-up data, for who writes its words."""

from datetime import UTC, datetime

from chalicelib.directory import mails
from chalicelib.directory.domain import Contact, Kind, Member, Profile, State
from shared.mail import Mail

_COMPOSE = {"member_published": mails.published}


def sample(kind: str, language: str, to: str) -> Mail:
    """The mail of this kind, as a made-up member would get it; the address is `to`."""
    member = Member(
        id="voorbeeld",
        state=State.PUBLISHED,
        profile=Profile(name="Buurtmoestuin Het Groene Hart", kind=Kind.RESIDENTS, place="Utrecht"),
        contact=Contact(email=to),
        consent=None,
        drafted_at=datetime(2027, 4, 14, tzinfo=UTC),
        source="voorbeeld",
        language=language,
        slug="voorbeeld",
    )
    return _COMPOSE[kind](member)
