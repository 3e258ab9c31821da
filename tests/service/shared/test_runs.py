"""What a scheduled job leaves for the operations page: when it ran, and what it found."""

from datetime import timedelta

import pytest

from shared import runs
from shared.clock import FixedClock
from shared.runs import RunItem, last_runs, noted


class Broken(Exception):
    """What a job may meet."""


def sweep(clock: FixedClock, behind: int) -> None:
    with noted("directory.sweep", clock, often=True) as found:
        found["behind"] = behind


def test_a_run_says_when_which_version_and_what_it_found(
    mocked_aws: None, clock: FixedClock
) -> None:
    with noted("directory.nightly", clock) as found:
        found["removed"] = 3
    [run] = last_runs()
    assert (run.job, run.at, run.version) == ("directory.nightly", clock.now(), "development")
    assert (run.what, run.failed) == ({"removed": 3}, "")


def test_a_run_that_failed_is_written_down_and_fails_on(
    mocked_aws: None, clock: FixedClock
) -> None:
    with pytest.raises(Broken), noted("directory.nightly", clock):
        raise Broken("ada@example.org")
    [run] = last_runs()
    assert run.failed == "Broken"
    with noted("directory.nightly", clock):
        pass
    assert last_runs()[0].failed == "", "the next one is no failure"


def test_a_job_of_every_minute_writes_every_ten_and_at_once_when_it_finds_something_else(
    mocked_aws: None, clock: FixedClock
) -> None:
    sweep(clock, 0)
    began = clock.now()
    for _ in range(9):
        clock.advance(timedelta(minutes=1))
        sweep(clock, 0)
    assert last_runs()[0].at == began
    sweep(clock, 2)
    assert last_runs()[0].what == {"behind": 2}
    clock.advance(timedelta(minutes=1))
    sweep(clock, 0)
    assert last_runs()[0].what == {"behind": 0}, "that it is over shows as soon"
    clock.advance(timedelta(minutes=10))
    sweep(clock, 0)
    assert last_runs()[0].at == clock.now()


def test_a_note_that_can_not_be_written_hides_no_failure(
    mocked_aws: None, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(RunItem, "save", refuse)
    with pytest.raises(Broken), noted("directory.nightly", clock):
        raise Broken
    with pytest.raises(OSError), noted("directory.nightly", clock):  # noqa: PT011
        pass
    assert runs.last_runs() == []
