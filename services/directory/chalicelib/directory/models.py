"""The items of the directory table, declared only; `repository` alone reads and writes them."""

import os

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from shared.inbox import SeenItem
from shared.ledger import LedgerItem
from shared.limits import LimitItem
from shared.outbox import OutboxItem
from shared.proof import ProofItem
from shared.table import Record, TableMeta


class _Table(TableMeta):
    table_name = os.environ.get("DIRECTORY_TABLE", "directory")


class Listing(GlobalSecondaryIndex["MemberItem"]):  # type: ignore[no-untyped-call]
    """Every member for the organiser's list, in the order in which they came."""

    class Meta(TableMeta):
        """The table's one index."""

        index_name = "listing"
        projection = AllProjection()

    listing = UnicodeAttribute(hash_key=True)
    listing_key = UnicodeAttribute(range_key=True)


class MemberItem(Record):
    """`MEMBER#{id}`: one entry with everything that we know of it."""

    class Meta(_Table):
        """Bound to the directory table."""

    listing = UnicodeAttribute(null=True)
    listing_key = UnicodeAttribute(null=True)
    listing_index = Listing()
    state = UnicodeAttribute()
    version = NumberAttribute()
    member = JSONAttribute()


class PublicItem(Record):
    """`PUBLIC` / slug: what visitors may read of a published member, and nothing else."""

    class Meta(_Table):
        """Bound to the directory table."""

    view = JSONAttribute()


class RevisionItem(Record):
    """`PUBLIC#REVISION`: rises with every change to what visitors see."""

    class Meta(_Table):
        """Bound to the directory table."""

    revision = NumberAttribute()


class SlugItem(Record):
    """`SLUG#{slug}`: whose address this is, for good, so that an old link never shows another."""

    class Meta(_Table):
        """Bound to the directory table."""

    member_id = UnicodeAttribute()


class AnswerItem(Record):
    """`IDEMPOTENCY#{key}`: which body this key came with, so that a repeat changes nothing."""

    class Meta(_Table):
        """Bound to the directory table."""

    fingerprint = UnicodeAttribute()
    member_id = UnicodeAttribute()


class ErasedItem(Record):
    """`ERASED#{registration id}`: nothing may be made from this registration any more."""

    class Meta(_Table):
        """Bound to the directory table."""


class Limit(LimitItem):
    """How often somebody did something in a window of time."""

    class Meta(_Table):
        """Bound to the directory table."""


class Proof(ProofItem):
    """`PROOF#{id}`: a proof of work that was used."""

    class Meta(_Table):
        """Bound to the directory table."""


class Outbox(OutboxItem):
    """Events that wait to be published."""

    class Meta(_Table):
        """Bound to the directory table."""


class Seen(SeenItem):
    """Marks of handled events."""

    class Meta(_Table):
        """Bound to the directory table."""


class Ledger(LedgerItem):
    """Marks of sent mails."""

    class Meta(_Table):
        """Bound to the directory table."""
