"""The access table: who may do what. The one table that services share (docs/adr: access table).

Only `shared` and the platform's own pages (chalicelib.platform) read and write it.
"""

import os

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UTCDateTimeAttribute,
)

from shared.limits import LimitItem
from shared.table import Record, TableMeta


class AccessMeta(TableMeta):
    """Binds a model to the access table."""

    table_name = os.environ.get("ACCESS_TABLE", "access")


class OrganiserItem(Record):
    """An organiser: key ORGANISERS / subject of the user pool."""

    class Meta(AccessMeta):
        """Bound to the access table."""

    email = UnicodeAttribute()
    name = UnicodeAttribute()
    roles = JSONAttribute()  # {"registration": "owner", "registration/plekken-2027": "helper", …}
    signed_out_at = UTCDateTimeAttribute(null=True)  # everywhere, at that moment
    version = NumberAttribute(null=True)  # of name and roles; none is 0


class SessionItem(Record):
    """A signed-in organiser: key SESSION#hash of the cookie / SESSION."""

    class Meta(AccessMeta):
        """Bound to the access table."""

    organiser_id = UnicodeAttribute()
    started_at = UTCDateTimeAttribute()
    totp = BooleanAttribute(null=True)  # whether an app guarded the account when it began


class AuditItem(Record):
    """Who did what to which item when: key AUDIT#month / ULID. Never the content of fields."""

    class Meta(AccessMeta):
        """Bound to the access table."""

    organiser_id = UnicodeAttribute()
    action = UnicodeAttribute()
    item = UnicodeAttribute()


class NetworkItem(Record):
    """The network's name, look and contact: key NETWORK / NETWORK."""

    class Meta(AccessMeta):
        """Bound to the access table."""

    settings = JSONAttribute()
    version = NumberAttribute(null=True)  # raised by each change at the desk


class MailTextItem(Record):
    """An organiser's words for a mail: key MAILTEXTS#service / kind.language.

    It stays, empty, when the standard words are back: versions must not start over.
    """

    class Meta(AccessMeta):
        """Bound to the access table."""

    subject = UnicodeAttribute(null=True)
    opening = UnicodeAttribute(null=True)
    version = NumberAttribute()


class AskItem(Record):
    """Somebody who asked to sign in by mail: key ASK#hash of their browser's secret / ASK."""

    class Meta(AccessMeta):
        """Bound to the access table."""

    service = UnicodeAttribute()
    language = UnicodeAttribute()
    address = UnicodeAttribute(null=True)  # as typed; gone once the code or link was used
    tries = NumberAttribute(default=0)
    code_hash = UnicodeAttribute(null=True)  # the mail worker mints
    link_hash = UnicodeAttribute(null=True)
    members = JSONAttribute(null=True)
    mark = UnicodeAttribute(null=True)  # the keyed hash of the address that was mailed
    used_at = UTCDateTimeAttribute(null=True)


class MemberSessionItem(Record):
    """A member or partner who signed in by mail: key MEMBER_SESSION#hash of the cookie."""

    class Meta(AccessMeta):
        """Bound to the access table."""

    service = UnicodeAttribute()
    members = JSONAttribute()
    mark = UnicodeAttribute()  # the keyed hash of their address
    chosen = UnicodeAttribute(null=True)  # for whom they act, where there are several


class AccessLimit(LimitItem):
    """How often a visitor or an address tried: LIMIT#…."""

    class Meta(AccessMeta):
        """Bound to the access table."""
