"""Ten thousand people in a minute, in virtual time, at DynamoDB's limits as a model has them.

What is modelled, with which figures, and what only real AWS can show: docs/performance.md.
"""

import os
from collections.abc import Iterator

import pytest

from shared import aws
from tests.proofs.capacity.dynamodb import NEW_TABLE
from tests.proofs.capacity.mutants import counter_in_the_transaction, one_partition_for_the_list
from tests.proofs.capacity.scene import WARMED, WELL_WARMED, Profile, Scene
from tests.proofs.capacity.verdict import Verdict
from tests.proofs.conftest import Figures
from tests.proofs.embedded import embedded_aws
from tests.proofs.extent import SEED, extent
from tests.service.conftest import create_table

pytestmark = pytest.mark.timeout(1800)

PEOPLE = extent(whole=10_000, bounded=200)
SECONDS = PEOPLE / 10_000 * 60
MAILS = extent(whole=500, bounded=60)
LONGEST_ANSWER = 10  # seconds, from the first press
FULL = 0.9  # of what a partition gives, in the busiest second of one key

STEADY = Profile("steady", PEOPLE, SECONDS)
# Half of everybody comes in the first sixth of the minute, which is all that this one has.
STEEP = Profile("steep", PEOPLE // 2, SECONDS / 6)


@pytest.fixture(scope="module")
def dynamodb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with embedded_aws(tmp_path_factory.mktemp("capacity"), "dynamodb"):
        yield


@pytest.fixture
def empty_tables(dynamodb: None) -> Iterator[None]:
    names = [os.environ["REGISTRATION_TABLE"], os.environ["ACCESS_TABLE"]]
    for name in names:
        create_table(name)
    yield
    for name in names:
        aws.client("dynamodb").delete_table(TableName=name)


def play(scene: Scene, profile: Profile) -> Verdict:
    with scene.set_up():
        scene.run(profile, SEED)
        scene.rest()
    return Verdict(scene)


@pytest.mark.usefixtures("empty_tables")
@pytest.mark.parametrize(
    ("profile", "partitions"), [(STEADY, NEW_TABLE), (STEEP, WELL_WARMED)], ids=["steady", "steep"]
)
def test_everybody_is_answered(figures: Figures, profile: Profile, partitions: int) -> None:
    verdict = play(Scene(SEED, profile.name, partitions=partitions), profile)
    figures(f"capacity, {profile.name}, {partitions} partitions", verdict.text())
    assert verdict.wrong == []
    assert verdict.slowest < LONGEST_ANSWER
    assert verdict.scene.limits.hottest(1)[0][1] < FULL


@pytest.mark.usefixtures("empty_tables")
def test_with_the_counter_in_the_transaction_people_wait(
    figures: Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model bites: what the design avoids is seen to fail in it, at a third of the rush."""
    counter_in_the_transaction(monkeypatch)
    verdict = play(Scene(SEED, "counter", partitions=WARMED), Profile("counter", 300, 1.8))
    figures("capacity, with the counter in the transaction", verdict.collapse())
    assert verdict.slowest >= LONGEST_ANSWER
    expected = ("never answered", "sweeps failed")
    assert [one for one in verdict.wrong if not one.endswith(expected)] == []


@pytest.mark.usefixtures("empty_tables")
def test_with_one_partition_for_list_and_numbers_it_is_full(
    figures: Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At 500 a second one key would take all that a partition gives; buckets take a part of it."""
    one_partition_for_the_list(monkeypatch)
    verdict = play(Scene(SEED, "list", partitions=WARMED), Profile("list", 700, 1.4))
    hottest = verdict.scene.limits.hottest(2)
    shown = ", ".join(f"{key} {part:.0%}" for key, part in hottest)
    figures("capacity, with one partition for list and numbers", f"hottest: {shown}")
    assert hottest[0][1] > FULL


@pytest.mark.usefixtures("empty_tables")
@pytest.mark.parametrize("rate", [14, 2], ids=lambda rate: f"{rate} a second")
def test_mails_go_at_the_pace_that_ses_takes(figures: Figures, rate: int) -> None:
    """14 a second is what a new production account may send; less shows that nothing is lost."""
    scene = Scene(SEED, f"mails {rate}", partitions=WARMED)
    scene.cloud.mail_rate = rate
    with scene.set_up():
        scene.run(Profile("mails", MAILS, 1.0), SEED, mails=True)
    figures(f"capacity, mails at {rate} a second", scene.mail_text())
    assert scene.mail.dead == []
    assert scene.mail.empty
