"""What travels in a consented hand-over: its sender and receiver share the struct.

The rule of events holds here too: within a version a field may be added with a default, no more.
"""

import msgspec

from shared.consent import Consent


class ProfileHandover(msgspec.Struct, frozen=True, kw_only=True):
    """registration to directory: a participant asks to stand in the member guide.

    Key `registration/{registration id}.json`, named by `ProfileShared`.
    """

    registration_id: str
    name: str  # of the initiative, as it will stand in the guide
    email: str
    consent: Consent
    language: str = "nl"
    phone: str = ""
    audience: str = ""  # resident, city_maker, policy, practice, higher_education, student
    place: str = ""
    website: str = ""
    about: str = ""


class ContactHandover(msgspec.Struct, frozen=True, kw_only=True):
    """directory to documents: a published member may share documents, and is reached like this.

    Key `directory/{member id}/{version}-{event id}.json`, named by `ContactShared`.
    """

    member_id: str
    slug: str
    name: str
    email: str
    language: str = "nl"
