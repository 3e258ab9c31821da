"""How the platform is doing: its queues, what is stuck, and when each scheduled job last ran."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from shared.auth import SERVICES
from shared.dead_letters import Cause
from shared.runs import OFTEN, Run

SWEEP, NIGHT, NOTIFY = "sweep", "nightly", "notify"
MINUTE_IS_LATE = 3 * OFTEN  # of a job that runs every minute, and says so every ten
NIGHT_IS_LATE = timedelta(hours=26)


class Letter(msgspec.Struct, frozen=True):
    """A message that is stuck: what may be shown of it. `event` is "" for no event of ours."""

    id: str
    event: str
    event_id: str
    sent: datetime
    tries: int
    cause: Cause | None = None  # nobody asked
    said: str = ""


class QueueState(msgspec.Struct, frozen=True):
    """A queue and its dead-letter queue. `letters` are the oldest of what is stuck."""

    name: str
    waiting: int
    busy: int
    stuck: int
    letters: Sequence[Letter] = ()

    @property
    def oldest(self) -> datetime | None:
        """When the oldest of the letters was sent."""
        return min((letter.sent for letter in self.letters), default=None)


class Platform(msgspec.Struct, frozen=True):
    """All that the operations page shows."""

    queues: Sequence[QueueState]
    runs: Sequence[Run]

    def run(self, job: str) -> Run | None:
        """The last run of this job, or None when it never ran."""
        return next((run for run in self.runs if run.job == job), None)

    def known_jobs(self) -> list[str]:
        """Every job that should run or ever did."""
        return sorted({*jobs(), *(run.job for run in self.runs)})

    def stuck(self) -> int:
        """How many messages wait in dead-letter queues."""
        return sum(queue.stuck for queue in self.queues)

    def total(self, figure: str) -> int:
        """The sum of what the sweeps found under this name: "behind", "missing"."""
        return sum(run.what.get(figure, 0) for run in self.runs if run.job.endswith(SWEEP))

    def failed(self) -> list[str]:
        """The jobs whose last run failed."""
        return [run.job for run in self.runs if run.failed]

    def late(self, now: datetime) -> list[str]:
        """The jobs that should have run since they did."""
        return [job for job in jobs() if _is_late(job, self.run(job), now)]

    def is_well(self, now: datetime) -> bool:
        """Whether nothing needs a person."""
        figures = self.stuck() + self.total("behind") + self.total("missing")
        return not (figures or self.failed() or self.late(now))


def jobs() -> list[str]:
    """The scheduled jobs: two of every service, and the one that sends the notices."""
    found = [f"{service}.{kind}" for service in SERVICES for kind in (SWEEP, NIGHT)]
    return [*found, f"directory.{NOTIFY}"]


def _is_late(job: str, run: Run | None, now: datetime) -> bool:
    is_nights = job.endswith(f".{NIGHT}")
    if run is None:
        return not is_nights  # the first night may be still to come
    return now - run.at > (NIGHT_IS_LATE if is_nights else MINUTE_IS_LATE)
