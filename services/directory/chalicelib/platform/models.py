"""What the platform keeps besides `shared.access`: all of it in the access table."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UTCDateTimeAttribute

from shared.access import AccessMeta
from shared.inbox import SeenItem
from shared.ledger import LedgerItem
from shared.table import Record


class LeaverItem(Record):
    """An organiser who was removed, and whose account may still be there: key LEAVERS / id."""

    class Meta(AccessMeta):
        """Bound to the access table."""

    left_at = UTCDateTimeAttribute()


class ChallengeItem(Record):
    """Somebody halfway signing in: key CHALLENGE#hash of their browser's secret / CHALLENGE."""

    class Meta(AccessMeta):
        """Bound to the access table."""

    step = UnicodeAttribute()
    next_path = UnicodeAttribute()
    began_at = UTCDateTimeAttribute()  # when the password was asked: what a session counts from
    tries = NumberAttribute(default=0)
    session = UnicodeAttribute(null=True)  # Cognito's own
    username = UnicodeAttribute(null=True)
    access_token = UnicodeAttribute(null=True)  # worth nothing after five minutes
    organiser_id = UnicodeAttribute(null=True)


class SpentItem(Record):
    """A code of an app that did its work: key SPENT#hash of whose and which / SPENT."""

    class Meta(AccessMeta):
        """Bound to the access table."""


class NoticeItem(Record):
    """Something that a recipient is to hear: key NOTICE#recipient / group # event id."""

    class Meta(AccessMeta):
        """Bound to the access table."""

    item = UnicodeAttribute()
    at = UTCDateTimeAttribute()


class BundleItem(Record):
    """The notices that are being sent to a recipient: key BUNDLE#recipient / BUNDLE."""

    class Meta(AccessMeta):
        """Bound to the access table."""

    version = NumberAttribute()
    bundle = UnicodeAttribute(null=True)


class PreferencesItem(Record):
    """What a recipient chose to hear: key NOTICES / recipient."""

    class Meta(AccessMeta):
        """Bound to the access table."""

    preferences = UnicodeAttribute()
    version = NumberAttribute()


class TroubleItem(Record):
    """A queue with messages that keep failing, or when we looked last: key FAILURES / queue."""

    class Meta(AccessMeta):
        """Bound to the access table."""

    at = UTCDateTimeAttribute()


class Seen(SeenItem):
    """Marks of handled events."""

    class Meta(AccessMeta):
        """Bound to the access table."""


class Ledger(LedgerItem):
    """Marks of sent mails."""

    class Meta(AccessMeta):
        """Bound to the access table."""
