"""The kill matrix: each scene once for each point, each time with another process that dies."""

import random
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

from tests.proofs.kills.killing import Killing, Point, Recording
from tests.proofs.kills.promises import broken, mails
from tests.proofs.kills.scenes import FLOW, Scene, Story
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
    missed: list[str] = field(default_factory=list)  # points that a run did not come to
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
    scenes: tuple[str, ...] = tuple(scene.name for scene in FLOW)
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
    for scene in FLOW:
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
    made.runner, made.platform.manner = run_here, Manner()
    prepared = scene.prepare(made)
    moment = made.moment()
    for seed in share.seeds:
        made.put_back(moment)
        made.runner = recording = Recording()
        made.platform.draw = random.Random(seed)
        made.platform.manner = MANNERS[seed % len(MANNERS)]
        wrong, repeated = _play(made, scene, prepared)
        assert not wrong, f"{scene.name} fails undisturbed: {wrong}"
        assert not repeated, f"{scene.name} sends {repeated} mails too many undisturbed"
        if seed == share.seeds[0]:
            result.calls += sum(len(calls) for _, calls in recording.invocations)
        for point in _chosen(recording, share, seed):
            made.put_back(moment)
            made.platform.draw = random.Random(seed)
            made.runner = killing = Killing(point)
            wrong, repeated = _play(made, scene, prepared)
            window = recording.is_in_window(point)
            if repeated > window:
                wrong.append(f"{repeated} mails too many")
            result.points += 1
            result.in_window += window
            result.second_mails += repeated
            name = f"{scene.name}, seed {seed}: {recording.name(point)}"
            result.missed += [] if killing.reached else [name]
            result.violations += [f"{name}: {each}" for each in wrong]
            if len(result.violations) >= share.stop_at:
                return


def _chosen(recording: Recording, share: Share, seed: int) -> list[Point]:
    points = [point for point in recording.points() if share.named in recording.name(point)]
    if share.sample is not None and share.sample < len(points):
        chosen = set(random.Random(seed).sample(points, share.sample))
        points = [point for point in points if point in chosen]
    return points[share.number :: share.of]


def _play(made: World, scene: Scene, prepared: Story) -> tuple[list[str], int]:
    """Play it; answers what is wrong afterwards, and how many mails came a second time."""
    try:
        story = scene.played(made, prepared)
        wrong, repeated = mails(made, story)
        return wrong + broken(made, story), repeated
    except (AssertionError, LookupError) as error:
        return [f"it could not be played to its end: {str(error)[:300]}"], 0
