"""Models bound to a table, as a service binds them."""

import os

import pytest

from shared.inbox import SeenItem
from shared.ledger import LedgerItem
from shared.outbox import OutboxItem
from shared.table import TableMeta


class Meta(TableMeta):
    """The registration table serves as any service's table."""

    table_name = os.environ["REGISTRATION_TABLE"]


class Outbox(OutboxItem):
    """Bound outbox."""

    class Meta(Meta):
        """See above."""


class Seen(SeenItem):
    """Bound inbox marks."""

    class Meta(Meta):
        """See above."""


class Ledger(LedgerItem):
    """Bound mail ledger."""

    class Meta(Meta):
        """See above."""


@pytest.fixture
def outbox(mocked_aws: None) -> type[Outbox]:
    return Outbox


@pytest.fixture
def seen(mocked_aws: None) -> type[Seen]:
    return Seen


@pytest.fixture
def ledger(mocked_aws: None) -> type[Ledger]:
    return Ledger
