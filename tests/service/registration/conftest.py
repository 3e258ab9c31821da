"""A small congress, people who register for it, and a look into the table."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chalicelib.registration import usecases
from chalicelib.registration.domain import Receipt
from chalicelib.registration.repository import Repository
from shared.clock import FixedClock
from tests.registration_support import congress, register_person


@pytest.fixture
def repository(mocked_aws: None, clock: FixedClock) -> Iterator[Repository]:
    """The repository of an empty table."""
    return Repository(clock)


@pytest.fixture
def define(repository: Repository, clock: FixedClock) -> Callable[..., Any]:
    """Define the congress, with changes."""
    return lambda **changes: usecases.define_event(
        repository, clock, definition=congress(**changes)
    )


@pytest.fixture
def register(repository: Repository, clock: FixedClock) -> Callable[..., Receipt]:
    """Register somebody: `register("ada", sessions=["a1"])`."""
    return lambda name, **options: register_person(repository, clock, name, **options)
