"""The items of the documents table. Only the repository reads and writes them."""

import os

from pynamodb.attributes import (
    BooleanAttribute,
    ListAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UTCDateTimeAttribute,
)
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from shared import inbox, ledger, outbox
from shared.table import Record, TableMeta


class _DocumentsMeta(TableMeta):
    table_name = os.environ.get("DOCUMENTS_TABLE", "documents")


class ByAddress(GlobalSecondaryIndex["PartnerItem"]):  # type: ignore[no-untyped-call]
    """Partners by the keyed hash of their address, in the table's one index. Sparse."""

    class Meta:
        """Shared with documents."""

        index_name = "listing"
        projection = AllProjection()

    listing = UnicodeAttribute(hash_key=True)
    listing_key = UnicodeAttribute(range_key=True)


class PartnerItem(Record):
    """A member who may upload: key PARTNER#member / PARTNER."""

    class Meta(_DocumentsMeta):
        """Bound to the documents table."""

    by_address = ByAddress()
    listing = UnicodeAttribute(null=True)
    listing_key = UnicodeAttribute(null=True)

    member_id = UnicodeAttribute()
    invitation_id = UnicodeAttribute()
    name = UnicodeAttribute()
    email = UnicodeAttribute()
    language = UnicodeAttribute()
    changed_at = UTCDateTimeAttribute()
    member_version = NumberAttribute(default=0)


class InvitationItem(Record):
    """The right to upload that a mailed link opens: key INVITATION#id / INVITATION."""

    class Meta(_DocumentsMeta):
        """Bound to the documents table."""

    id = UnicodeAttribute()
    member_id = UnicodeAttribute()
    version = NumberAttribute()
    active = BooleanAttribute()
    ends_at = UTCDateTimeAttribute()


class Listing(GlobalSecondaryIndex["DocumentItem"]):  # type: ignore[no-untyped-call]
    """Documents by what they wait for (`listing`), in time (`listing_key`). Sparse."""

    class Meta:
        """All attributes, so that a list is one query."""

        index_name = "listing"
        projection = AllProjection()

    listing = UnicodeAttribute(hash_key=True)
    listing_key = UnicodeAttribute(range_key=True)


class DocumentItem(Record):
    """A document: key DOCUMENT#id / DOCUMENT. The fields are those of `domain.Document`."""

    class Meta(_DocumentsMeta):
        """Bound to the documents table."""

    by_listing = Listing()
    listing = UnicodeAttribute(null=True)
    listing_key = UnicodeAttribute(null=True)

    id = UnicodeAttribute()
    member_id = UnicodeAttribute(default="")
    title = UnicodeAttribute()
    category = UnicodeAttribute()
    description = UnicodeAttribute()
    consent_version = UnicodeAttribute()
    consent_purpose = UnicodeAttribute()
    consent_at = UTCDateTimeAttribute()
    method = UnicodeAttribute()
    file_name = UnicodeAttribute()
    declared_type = UnicodeAttribute()
    declared_size = NumberAttribute(null=True)
    declared_sha256 = UnicodeAttribute(null=True)
    upload_id = UnicodeAttribute(null=True)
    state = UnicodeAttribute()
    announced_at = UTCDateTimeAttribute()
    received_at = UTCDateTimeAttribute(null=True)
    version_id = UnicodeAttribute(null=True)
    inspected_at = UTCDateTimeAttribute(null=True)
    verdict = UnicodeAttribute(null=True)
    findings: ListAttribute[str] = ListAttribute(default=list)
    kind = UnicodeAttribute(null=True)
    size = NumberAttribute(default=0)
    sha256 = UnicodeAttribute(default="")
    library_version = UnicodeAttribute(null=True)
    pages = NumberAttribute(null=True)
    width = NumberAttribute(null=True)
    height = NumberAttribute(null=True)
    decided_at = UTCDateTimeAttribute(null=True)
    decided_by = UnicodeAttribute(default="")
    reason = UnicodeAttribute(default="")
    shared_by = UnicodeAttribute(default="")
    keep_until = UTCDateTimeAttribute(null=True)


class PartnerDocumentItem(Record):
    """Which documents a partner sent: key PARTNER#member / DOCUMENT#id."""

    class Meta(_DocumentsMeta):
        """Bound to the documents table."""

    document_id = UnicodeAttribute()


class IdempotencyItem(Record):
    """A request made before: key IDEMPOTENCY#invitation#hash of its key / IDEMPOTENCY."""

    class Meta(_DocumentsMeta):
        """Bound to the documents table."""

    fingerprint = UnicodeAttribute()
    document_id = UnicodeAttribute()


class OutboxItem(outbox.OutboxItem):
    """An event that waits to be published."""

    class Meta(_DocumentsMeta):
        """Bound to the documents table."""


class SeenItem(inbox.SeenItem):
    """An event that was handled."""

    class Meta(_DocumentsMeta):
        """Bound to the documents table."""


class LedgerItem(ledger.LedgerItem):
    """A mail that was sent."""

    class Meta(_DocumentsMeta):
        """Bound to the documents table."""
