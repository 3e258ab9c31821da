"""The same starting points as the flow tests."""

from tests.flows.conftest import (  # noqa: F401 - fixtures
    backstage,
    load_congress,
    mailbox,
    staff,
)
