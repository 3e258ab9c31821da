"""The sample congress: what an organiser could have written, and open for registration."""

from pathlib import Path

import yaml

from chalicelib.registration import usecases
from chalicelib.registration.repository import Repository
from infra.paths import ROOT
from shared.clock import FixedClock
from tests.registration_support import register_person

SAMPLE = Path(ROOT) / "infra" / "sample" / "congress.yaml"


def test_the_sample_congress(repository: Repository, clock: FixedClock) -> None:
    values = yaml.safe_load(SAMPLE.read_text())
    definition = usecases.define_event(repository, clock, definition=values)
    assert definition.id == "plekken-van-hoop-en-verandering"
    assert definition.state(clock.now()) == "open"
    assert definition.starts_at.isoweekday() < 6
    for texts in (definition.title, definition.summary, definition.description):
        assert texts["nl"]
        assert texts["en"] != texts["nl"]
    receipt = register_person(
        repository,
        clock,
        "ada",
        event=definition.id,
        sessions=["wijkacademies-opvoeden", "de-voedseltuin"],
    )
    assert [line.state for line in receipt.lines] == ["seated"] * 3
