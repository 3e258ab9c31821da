"""The access table: who may do what. The one table that services share (docs/adr: access table).

Only `shared.auth` and `shared.network` read and write it.
"""

import os

from pynamodb.attributes import JSONAttribute, UnicodeAttribute, UTCDateTimeAttribute

from shared.table import Record, TableMeta


class _AccessMeta(TableMeta):
    table_name = os.environ.get("ACCESS_TABLE", "access")


class OrganiserItem(Record):
    """An organiser: key ORGANISERS / subject of the user pool."""

    class Meta(_AccessMeta):
        """Bound to the access table."""

    email = UnicodeAttribute()
    name = UnicodeAttribute()
    roles = JSONAttribute()  # {"registration": "owner", …}


class SessionItem(Record):
    """A signed-in organiser: key SESSION#hash of the cookie / SESSION."""

    class Meta(_AccessMeta):
        """Bound to the access table."""

    organiser_id = UnicodeAttribute()
    started_at = UTCDateTimeAttribute()


class AuditItem(Record):
    """Who did what to which item when: key AUDIT#month / ULID. Never the content of fields."""

    class Meta(_AccessMeta):
        """Bound to the access table."""

    organiser_id = UnicodeAttribute()
    action = UnicodeAttribute()
    item = UnicodeAttribute()


class NetworkItem(Record):
    """The network's name and contact: key NETWORK / NETWORK."""

    class Meta(_AccessMeta):
        """Bound to the access table."""

    settings = JSONAttribute()
