"""The record of which mail a person got; `shared.mail` reads and writes it.

It stands apart because every function declares its table's items, and only one sends mail: the
standard library's mail code costs 30 million instructions to import.
"""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from shared.table import Record


class LedgerItem(Record):
    """Which mail a person got: key MAIL#person / reason. A service binds it with a `Meta`."""

    state = UnicodeAttribute()
    claim = UnicodeAttribute()
    lease_until = NumberAttribute()  # epoch seconds
