"""Whatever is done to a congress, a plain model of it knows who sits and who waits."""

import os
from collections.abc import Iterator

import hypothesis
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.proofs.conftest import Figures
from tests.proofs.extent import SEED, extent
from tests.proofs.seats.machine import Seats
from tests.service.conftest import ACCOUNT as MOTO
from tests.service.conftest import create_table, empty_account

SETTINGS = settings(
    max_examples=extent(whole=60, bounded=8),
    stateful_step_count=40,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def moto() -> Iterator[None]:
    with MOTO:
        empty_account()
        create_table(os.environ["REGISTRATION_TABLE"])
        yield


@pytest.mark.usefixtures("moto")
@pytest.mark.timeout(1800)
def test_the_model_and_the_service_agree(figures: Figures) -> None:
    Seats.steps = 0
    run_state_machine_as_test(hypothesis.seed(SEED)(Seats), settings=SETTINGS)
    figures(
        "state machine",
        f"{SETTINGS.max_examples} examples, {Seats.steps} steps, 0 disagreements",
    )
