"""The kill matrix: each scene once for each point, each time with another process that dies."""

import random
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

from tests.proofs.kills.killing import Killing, Point, Recording
from tests.proofs.kills.scenes import SCENES, Scene, left_over, mails
from tests.proofs.world.deliveries import Manner
from tests.proofs.world.world import World, run_here, world

# What AWS leaves open: a batch may come twice, and a stream may give up so that the sweeper must.
MANNERS = (
    Manner(),
    Manner(duplicates=0.2, stream_retries=0),
    Manner(duplicates=0.2),
    Manner(stream_retries=0),
)


@dataclass
class Result:
    """What the matrix found."""

    calls: int = 0  # of the flow as the first seed has it
    points: int = 0
    second_mails: int = 0  # each in the window between SES and the ledger
    in_window: int = 0
    missed: int = 0  # points that a run did not come to
    violations: list[str] = field(default_factory=list)

    def add(self, other: "Result") -> None:
        """Count another share in; the calls are those of the whole flow in every share."""
        self.calls = max(self.calls, other.calls)
        self.points += other.points
        self.second_mails += other.second_mails
        self.in_window += other.in_window
        self.missed += other.missed
        self.violations += other.violations


@dataclass(frozen=True)
class Share:
    """A part of the matrix that one process runs: every `of`-th point, `sample` of them at most."""

    folder: Path
    seeds: tuple[int, ...]
    number: int = 0
    of: int = 1
    sample: int | None = None  # of each scene and seed
    stop_at: int = 1_000  # violations
    scenes: tuple[str, ...] = ("seats", "guide", "library")
    named: str = ""  # only points with these words


def run_matrix(share: Share) -> Result:
    """Run a share on a world of its own."""
    result = Result()
    share.folder.mkdir(exist_ok=True)
    with world(share.folder) as made:
        run_scenes(made, share, result)
    return result


def run_scenes(made: World, share: Share, result: Result) -> None:
    """Run the share's scenes on this empty world."""
    nothing = made.moment()
    for scene in SCENES:
        if scene.name in share.scenes:
            made.put_back(nothing)
            _run_scene(made, scene, share, result)


def run_in_processes(shares: list[Share]) -> Result:
    """Run each share in a process of its own, with an embedded AWS of its own."""
    result = Result()
    with ProcessPoolExecutor(len(shares), mp_context=get_context("spawn")) as pool:
        for part in pool.map(run_matrix, shares):
            result.add(part)
    return result


def _run_scene(made: World, scene: Scene, share: Share, result: Result) -> None:
    made.runner = run_here
    prepared = scene.prepare(made)
    moment = made.moment()
    for seed in share.seeds:
        made.put_back(moment)
        made.runner = recording = Recording()
        made.platform.draw = random.Random(seed)
        made.platform.manner = MANNERS[seed % len(MANNERS)]
        story = scene.play(made, prepared)
        clean = _violations(made, scene, story, may_repeat=False)[0]
        assert not clean, f"{scene.name} fails undisturbed: {clean}"
        if seed == share.seeds[0]:
            result.calls += sum(len(calls) for _, calls in recording.invocations)
        for point in _chosen(recording, share, seed):
            made.put_back(moment)
            made.platform.draw = random.Random(seed)
            made.runner = killing = Killing(point)
            _judge(made, scene, recording, killing, result, prepared, seed)
            if len(result.violations) >= share.stop_at:
                return


def _chosen(recording: Recording, share: Share, seed: int) -> Iterator[Point]:
    points = [point for point in recording.points() if share.named in recording.name(point)]
    if share.sample is not None and share.sample < len(points):
        chosen = set(random.Random(seed).sample(points, share.sample))
        points = [point for point in points if point in chosen]
    yield from points[share.number :: share.of]


def _judge(
    made: World,
    scene: Scene,
    recording: Recording,
    killing: Killing,
    result: Result,
    prepared: object,
    seed: int,
) -> None:
    point, name = killing.point, f"{scene.name}, seed {seed}: {recording.name(killing.point)}"
    window = recording.is_in_window(point)
    result.points += 1
    result.in_window += window
    try:
        story = scene.play(made, prepared)  # type: ignore[arg-type]
        wrong, repeated = _violations(made, scene, story, may_repeat=window)
    except (AssertionError, LookupError, ValueError) as error:
        wrong, repeated = [f"the scene could not be played: {str(error)[:300]}"], 0
    result.second_mails += repeated
    result.missed += not killing.reached
    result.violations += [f"{name}: {each}" for each in wrong]


def _violations(
    made: World, scene: Scene, story: object, *, may_repeat: bool
) -> tuple[list[str], int]:
    wrong, repeated = mails(made, scene, story)  # type: ignore[arg-type]
    wrong += scene.wrong(made, story) + left_over(made)  # type: ignore[arg-type]
    if repeated > may_repeat:
        wrong.append(f"{repeated} mails too many")
    return wrong, repeated
