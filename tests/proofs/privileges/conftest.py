"""The fixtures of the flow tests."""

from tests.flows.conftest import (  # noqa: F401 - pytest finds them by name
    backstage,
    load_congress,
    mailbox,
    office,
    staff,
)
