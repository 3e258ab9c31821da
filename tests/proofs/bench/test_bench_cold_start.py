"""What a cold start costs, in instructions of a fresh process, against the floor.

The floor is bare Python with one botocore DynamoDB client, whole and with bytecode. Counted are the
deployment zips, unpacked, with nothing else on the path: (a) `import app` and the DynamoDB client,
(b) that and the first page, (c) that and the first form that is sent.
"""

import json
import os
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from infra.package import package_all
from infra.packaging import service as packaging
from infra.packaging import target as targets
from infra.paths import SERVICES
from tests.proofs.bench import counting
from tests.proofs.bench.conftest import Row, Table
from tests.proofs.bench.counting import Run
from tests.proofs.bench.journey import Journey
from tests.proofs.conftest import Figures

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

BUDGET = 1.10  # times the floor, for a service's API function (DESIGN §9)
FIRST_REQUESTS = Path(__file__).with_name("first_requests.py")
API = "import app, shared.aws; shared.aws.client('dynamodb')"
WORKERS = "import app, shared.aws; app._consumers(); shared.aws.client('dynamodb')"
INSPECT = f"{WORKERS}; from chalicelib.documents.inspection import run"
# What people ask first of each service, and what they send then.
PAGES = {
    "registration": ("GET /congres/{event}", "POST /congres/{event}/aanmelden"),
    "directory": ("GET /leden/aanmelden", "POST /leden/aanmelden"),
    "documents": ("GET /documenten", "POST /documenten/uploaden"),
}


@pytest.fixture(scope="module")
def target() -> targets.Target:
    """The Python to count with; BENCH_PYTHON=3.13 names another one."""
    version = os.environ.get("BENCH_PYTHON")
    return targets.named(version) if version else targets.here()


@pytest.fixture(scope="module")
def packages(target: targets.Target) -> dict[str, Path]:
    return package_all(target)


def test_bench_cold_start(
    target: targets.Target,
    packages: dict[str, Path],
    journey: Journey,
    tmp_path: Path,
    table: Table,
    figures: Figures,
) -> None:
    runs = _runs(packages, journey, tmp_path)
    runs["floor"] = Run(["-c", counting.FLOOR], [counting.make_floor(tmp_path / "floor", target)])
    with ThreadPoolExecutor(2 if counting.VALGRIND else 1) as pool:
        results = pool.map(lambda run: counting.count(run, target), runs.values())
        counted = dict(zip(runs, results, strict=True))
    floor = counted.pop("floor")[0]
    for service in SERVICES:
        assert json.loads(counted[f"{service} + page"][1]) == [200]
        assert json.loads(counted[f"{service} + form"][1]) == [200, 303]
    unit = "M instructions" if counting.VALGRIND else "CPU ms (valgrind is not installed)"
    rows: list[Row] = [("the floor", "", "", "", f"{floor:.0f}", "1.00")]
    rows += [
        (name, *_sizes(name, packages), f"{cost:.0f}", f"{cost / floor:.2f}")
        for name, (cost, _) in counted.items()
    ]
    heads = ("function", "zip MB", "unpacked MB", "layer MB", unit, "x floor")
    table(f"cold start, python{target.version}", heads, rows)
    ratios = {service: counted[f"{service} api"][0] / floor for service in SERVICES}
    if counting.VALGRIND:
        assert max(ratios.values()) <= BUDGET
    told = ", ".join(f"{service} {ratio:.2f}" for service, ratio in ratios.items())
    figures(
        "cold start",
        f"{told} times the floor of {floor:.0f} {unit} on python{target.version}"
        f" (budget {BUDGET:.2f})",
    )


def _runs(packages: dict[str, Path], journey: Journey, folder: Path) -> dict[str, Run]:
    runs = {}
    for service, packaged in packages.items():
        tree = counting.unpack(packaged / packaging.CODE, folder / service)
        plan = folder / f"{service}.json"
        plan.write_text(json.dumps(_plan(journey, service), default=bytes.decode))
        runs[f"{service} api"] = Run(["-c", API], [tree])
        for number, name in enumerate(("page", "form"), 1):
            arguments = [str(FIRST_REQUESTS), str(plan), str(number)]
            runs[f"{service} + {name}"] = Run(arguments, [tree])
        runs[f"{service} workers"] = Run(["-c", WORKERS], [tree])
        for layer in packaged.glob("layer-*.zip"):
            unpacked = counting.unpack(layer, folder / layer.stem)
            runs[f"{service} inspect"] = Run(["-c", INSPECT], [tree, unpacked / "python"])
    return runs


def _plan(journey: Journey, service: str) -> dict[str, Any]:
    """The first of these requests, and what AWS answered to them."""
    seen = [journey.requests[service, operation][0] for operation in PAGES[service]]
    answers = defaultdict(list)
    for one in seen:
        for call in one.spent.answered:
            answers[f"{call.service}.{call.operation}"].append(
                (call.status, call.headers, call.body.decode())
            )
    return {"events": [one.event for one in seen], "answers": answers}


def _sizes(name: str, packages: dict[str, Path]) -> tuple[str, str, str]:
    service, _, function = name.partition(" ")
    layer = next(packages[service].glob("layer-*.zip"), None) if function == "inspect" else None
    if function not in ("api", "workers", "inspect"):
        return "", "", ""
    zipped = packages[service] / packaging.CODE
    return (
        f"{zipped.stat().st_size / 1e6:.2f}",
        f"{counting.unpacked_size(zipped) / 1e6:.1f}",
        f"{layer.stat().st_size / 1e6:.2f}" if layer else "none",
    )
