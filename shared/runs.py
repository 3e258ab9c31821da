"""When each scheduled job last ran and what it found, for the operations page.

One item a job in the access table: RUNS / service.job. A job that runs every minute writes when it
finds something else than the last time, and else every ten minutes: a write costs money.
"""

import contextlib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import msgspec
from pynamodb.attributes import JSONAttribute, UnicodeAttribute, UTCDateTimeAttribute

from shared.access import AccessMeta
from shared.clock import Clock
from shared.observability import log_error
from shared.settings import Settings, load
from shared.table import Record

RUNS = "RUNS"
OFTEN = timedelta(minutes=10)
"""How often a job that finds nothing new says so."""

# What this process wrote last; a new process writes at once.
_written: dict[str, "Run"] = {}


class Run(msgspec.Struct, frozen=True):
    """A job's last run. `failed` is the kind of error that ended it."""

    job: str
    at: datetime
    version: str
    what: Mapping[str, int]
    failed: str = ""


class RunItem(Record):
    """A job's last run: key RUNS / service.job."""

    class Meta(AccessMeta):
        """Bound to the access table."""

    at = UTCDateTimeAttribute()
    version = UnicodeAttribute()
    what = JSONAttribute()
    failed = UnicodeAttribute(null=True)


@contextlib.contextmanager
def noted(job: str, clock: Clock, *, often: bool = False) -> Iterator[dict[str, int]]:
    """Write down that the job ran, also when it failed; what it found goes into the dict.

    `often` is for a job that runs every minute. A failure is noted and raised on.
    """
    what: dict[str, int] = {}
    try:
        yield what
    except Exception as error:
        _note_failure(job, clock, what, error)
        raise
    run = _run(job, clock, what)
    if not (often and _is_known(run)):
        _write(run)


def last_runs() -> list[Run]:
    """The last run of every job that ever ran."""
    return [
        Run(item.sk, item.at, item.version, item.what, item.failed or "")
        for item in RunItem.query(RUNS)
    ]


def forget() -> None:
    """Write at the next run, whatever was written before; for tests."""
    _written.clear()


def _run(job: str, clock: Clock, what: Mapping[str, int], failed: str = "") -> Run:
    return Run(job, clock.now(), load(Settings).version, dict(what), failed)


def _is_known(run: Run) -> bool:
    last = _written.get(run.job)
    if last is None or run.at - last.at >= OFTEN:
        return False
    return (last.what, last.failed) == (run.what, run.failed)


def _note_failure(job: str, clock: Clock, what: Mapping[str, int], error: Exception) -> None:
    try:
        _write(_run(job, clock, what, type(error).__name__))
    except Exception as second:  # noqa: BLE001 - the first error is the one to raise
        log_error("runs.not_written", second, job=job)


def _write(run: Run) -> None:
    item = RunItem(RUNS, run.job, at=run.at, version=run.version, what=dict(run.what))
    item.failed = run.failed or None
    item.save()
    _written[run.job] = run
