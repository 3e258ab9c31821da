"""The registration table, item by item. Declarative only: `repository` reads and writes it."""

import os

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UTCDateTimeAttribute,
)
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from shared.inbox import SeenItem
from shared.ledger import LedgerItem
from shared.limits import LimitItem
from shared.outbox import OutboxItem
from shared.proof import ProofItem
from shared.table import Record, TableMeta


class _Table(TableMeta):
    table_name = os.environ.get("REGISTRATION_TABLE", "registration")


class Outbox(OutboxItem):
    """Key OUTBOX#shard / event id."""

    class Meta(_Table):
        """Bound to the registration table."""


class Seen(SeenItem):
    """Key SEEN#consumer#event id / SEEN."""

    class Meta(_Table):
        """Bound to the registration table."""


class Ledger(LedgerItem):
    """One mail per person and reason."""

    class Meta(_Table):
        """Bound to the registration table."""


class Limit(LimitItem):
    """How often somebody did something in a window of time."""

    class Meta(_Table):
        """Bound to the registration table."""


class Proof(ProofItem):
    """Key PROOF#id / PROOF: a proof of work that was used."""

    class Meta(_Table):
        """Bound to the registration table."""


class EventListing(GlobalSecondaryIndex["EventItem"]):  # type: ignore[no-untyped-call]
    """Congresses by the time they start."""

    class Meta(TableMeta):
        """The table's one index."""

        index_name = "listing"
        projection = AllProjection()

    listing = UnicodeAttribute(hash_key=True)
    listing_key = UnicodeAttribute(range_key=True)


class EventItem(Record):
    """A congress as its organisers defined it: key EVENT#slug / EVENT."""

    class Meta(_Table):
        """Bound to the registration table."""

    revision = NumberAttribute()
    definition = UnicodeAttribute()  # JSON of domain.Definition
    listing = UnicodeAttribute()  # EVENTS
    listing_key = UnicodeAttribute()  # start#slug
    by_start = EventListing()


class EventRevisionItem(Record):
    """A congress as it was: key REVISION#slug / the number in eight digits. Kept for a while, so
    that somebody who was editing sees what another changed.
    """

    class Meta(_Table):
        """Bound to the registration table."""

    definition = UnicodeAttribute()  # JSON of domain.Definition
    saved_at = UTCDateTimeAttribute()
    saved_by = UnicodeAttribute(default="")  # the organiser's id; empty for `make load`


class PoolItem(Record):
    """A line: key POOL#event#line / POOL. Written by single-item UpdateItem only, never in a
    transaction.

    A hot item inside transactions aborts instead of queueing; a plain UpdateItem queues. The
    times and the revision are copies of the congress's definition, so that taking a number checks
    them in the same call.
    """

    class Meta(_Table):
        """Bound to the registration table."""

    capacity = NumberAttribute()
    moved_out = NumberAttribute(default=0)  # kept seats that are for everybody since
    received = NumberAttribute(default=0)  # the same seats, where everybody's are
    issued = NumberAttribute()
    watermark = NumberAttribute()
    settled = NumberAttribute(default=0)
    checked = NumberAttribute(default=0)
    noted = NumberAttribute(default=0)
    noted_at = NumberAttribute(default=0)
    revision = NumberAttribute(default=0)
    published = BooleanAttribute(default=False)
    opens_at = NumberAttribute(default=0)  # epoch seconds
    closes_at = NumberAttribute(default=0)  # epoch seconds


class NumberItem(Record):
    """A number of a line: key NUMBER#event#line#block / the number in ten digits."""

    class Meta(_Table):
        """Bound to the registration table."""

    state = UnicodeAttribute()  # seated, waiting or dead
    registration_id = UnicodeAttribute(default="")


class DeadItem(Record):
    """A number that died: key DEAD#event#line / the number in ten digits. The set only grows."""

    class Meta(_Table):
        """Bound to the registration table."""


class RegistrationListing(GlobalSecondaryIndex["RegistrationItem"]):  # type: ignore[no-untyped-call]
    """Registrations of a congress in the order of their numbers, a bucket of numbers per key."""

    class Meta(TableMeta):
        """The table's one index."""

        index_name = "listing"
        projection = AllProjection()

    listing = UnicodeAttribute(hash_key=True)
    listing_key = UnicodeAttribute(range_key=True)


class RegistrationItem(Record):
    """A registration: key REGISTRATION#id / REGISTRATION."""

    class Meta(_Table):
        """Bound to the registration table."""

    event = UnicodeAttribute()
    state = UnicodeAttribute()
    version = NumberAttribute()
    link_version = NumberAttribute()
    language = UnicodeAttribute()
    name = UnicodeAttribute()
    email = UnicodeAttribute()
    audience = UnicodeAttribute()
    organisation = UnicodeAttribute(null=True)
    phone = UnicodeAttribute(null=True)
    consent = JSONAttribute()
    profile = JSONAttribute(null=True)
    lines = JSONAttribute()
    wishes = JSONAttribute()
    registered_at = UTCDateTimeAttribute()
    changed_at = UTCDateTimeAttribute(null=True)
    address_failed_at = UTCDateTimeAttribute(null=True)
    address_failure = UnicodeAttribute(null=True)  # bounce or complaint
    address_checked_at = UTCDateTimeAttribute(null=True)
    note = UnicodeAttribute(null=True)  # of organisers, for each other
    assisted = BooleanAttribute(null=True)  # an organiser registered them
    coming = JSONAttribute(null=True)  # domain.Coming
    confirm_by = UTCDateTimeAttribute(null=True)
    confirmed_at = UTCDateTimeAttribute(null=True)
    lapsed = BooleanAttribute(null=True)
    keep_until = UTCDateTimeAttribute()
    person = (
        UnicodeAttribute()
    )  # keyed hash of the address: which PersonItem guards this registration
    listing = UnicodeAttribute()  # REGISTRATIONS#event#bucket of numbers, or CANCELLED#event#0…7
    listing_key = UnicodeAttribute()  # the number in ten digits, or the id when cancelled
    in_order = RegistrationListing()


class FailedAddressItem(Record):
    """A registration whose address fails, to count them: key FAILED#event / registration id."""

    class Meta(_Table):
        """Bound to the registration table."""


class HoldItem(Record):
    """A registration whose address must be confirmed: key HOLDS#event / until when#id."""

    class Meta(_Table):
        """Bound to the registration table."""


class AnswersItem(Record):
    """Sensitive answers and replies, apart so that they go first: key REGISTRATION#id / ANSWERS."""

    class Meta(_Table):
        """Bound to the registration table."""

    diet = UnicodeAttribute(default="")
    access_needs = UnicodeAttribute(default="")
    replies = JSONAttribute(null=True)  # domain.Reply, each
    ends_at = UTCDateTimeAttribute(null=True)  # of the congress; older ones have none
    keep_until = UTCDateTimeAttribute()  # when the first part of it must go
    written = UnicodeAttribute(null=True)  # another one each time that it is written


class PersonItem(Record):
    """Guards one active registration per person: key PERSON#event#keyed hash of the address /
    PERSON.
    """

    class Meta(_Table):
        """Bound to the registration table."""

    registration_id = UnicodeAttribute()


class AttemptItem(Record):
    """The first answer to an idempotency key: key ATTEMPT#event#hash of the key / ATTEMPT."""

    class Meta(_Table):
        """Bound to the registration table."""

    fingerprint = UnicodeAttribute()
    receipt = JSONAttribute()  # ids and numbers only


class ArrivalItem(Record):
    """Whether somebody is inside: key ARRIVAL#event / registration id. Without `fact` they were
    checked in by mistake.
    """

    class Meta(_Table):
        """Bound to the registration table."""

    version = NumberAttribute()
    fact = JSONAttribute(null=True)  # domain.check_in.Fact
    undone = JSONAttribute()  # ids of facts


class MessageItem(Record):
    """What an organiser wrote to participants: key MESSAGE#event / message id."""

    class Meta(_Table):
        """Bound to the registration table."""

    message = UnicodeAttribute()  # JSON of domain.Message
    asked = NumberAttribute(default=0)  # mails that were asked for
    is_done = BooleanAttribute(default=False)


class MailingItem(Record):
    """How far a mail to everybody has come: key MAILING#event / mailing#day of the congress."""

    class Meta(_Table):
        """Bound to the registration table."""

    version = NumberAttribute()
    began_at = UTCDateTimeAttribute()
    reached = UnicodeAttribute(default="")
    asked = NumberAttribute(default=0)
    done_at = UTCDateTimeAttribute(null=True)
