"""What each operation asks of AWS, in calls, units and CPU; and what each page weighs."""

import gzip
import re
import statistics
from collections import Counter

import pytest

from infra.packaging.assets import hashed_static
from infra.paths import SERVICES
from tests.proofs.bench.conftest import Table
from tests.proofs.bench.journey import Journey, Seen
from tests.proofs.conftest import Figures

pytestmark = [pytest.mark.bench, pytest.mark.timeout(240)]

PAGE_BUDGET = 20_000  # bytes on the wire without images (DESIGN §9)
LISTS = {
    ("registration", "GET /congres"),
    ("directory", "GET /leden"),
    ("directory", "GET /leden + search"),
    ("directory", "GET /leden/api/v1/members"),
    ("directory", "GET /leden/api/v1/members.geojson"),
    ("documents", "GET /documenten"),
    ("documents", "GET /documenten + search"),
    ("documents", "GET /documenten/api/v1/documents"),
}
REGISTER = "POST /congres/{event}/aanmelden"
LOADED = re.compile(rb'(?:href|src)="/static/([^"]+\.(?:css|js))"')
ASKED_LATER = re.compile(rb"import\(['\"]\./([\w.-]+)['\"]\)")


def test_bench_operations(journey: Journey, table: Table, figures: Figures) -> None:
    for service in SERVICES:
        rows = [
            (name, str(seen[-1].spent), *_units(seen[-1]), f"{_warm(seen):.1f}")
            for (owner, name), seen in sorted(journey.requests.items())
            if owner == service
        ]
        rows += [
            (name.removeprefix(f"{service}-"), _span(spent), *_most(spent), f"{cpu:.1f}")
            for name, all_ in sorted(journey.functions.items())
            if name.startswith(service)
            for spent, cpu in [(all_, 1000 * statistics.median(one.cpu for one in all_))]
        ]
        heads = ("operation", "AWS calls", "read units", "write units", "CPU ms")
        table(f"{service}: each operation, warm; workers per batch", heads, rows)

    by_proof = journey.last("registration", f"{REGISTER} + proof").spent.calls
    with_session = journey.last("registration", f"{REGISTER} + session").spent.calls
    transaction = {"dynamodb:TransactWriteItems": 1}
    assert by_proof == Counter({"dynamodb:UpdateItem": 1, **transaction}), "one line, proven"
    assert with_session == Counter({"dynamodb:UpdateItem": 3, **transaction}), "two lines, counted"
    for service, name in LISTS:
        calls = journey.last(service, name).spent.calls
        assert calls["dynamodb:Query"] <= 1, f"{name}: {calls}"
    everything = [seen.spent for all_ in journey.requests.values() for seen in all_]
    everything += [spent for all_ in journey.functions.values() for spent in all_]
    assert sum(spent.calls["dynamodb:Scan"] for spent in everything) == 0
    figures(
        "operations",
        f"{len(journey.requests)} kinds of request; registering with a proof asks"
        f" {by_proof.total()} calls of AWS, with a session and without a proof"
        f" {with_session.total()}; list pages at most 1 query; 0 scans",
    )


def _units(seen: Seen) -> tuple[str, str]:
    return f"{seen.spent.reads:g}", f"{seen.spent.writes:g}"


def _warm(seen: list[Seen]) -> float:
    return 1000 * statistics.median(one.spent.cpu for one in seen[len(seen) // 2 :])


def _span(all_: list) -> str:
    return str(max(all_, key=lambda spent: spent.calls.total()))


def _most(all_: list) -> tuple[str, str]:
    return f"{max(one.reads for one in all_):g}", f"{max(one.writes for one in all_):g}"


def test_bench_bytes_of_each_page(journey: Journey, table: Table, figures: Figures) -> None:
    static = dict(hashed_static().values())
    static |= {name: content for name, (_, content) in hashed_static().items()}
    rows, totals = [], {}
    for (_, name), seen in sorted(journey.requests.items()):
        last = seen[-1]
        if not last.content_type.startswith("text/html") or last.status != 200:
            continue
        page, loaded = (
            _wire(last.body),
            sum(_wire(static[one]) for one in _loads(last.body, static)),
        )
        totals[name] = page + loaded
        rows.append((name, len(last.body), page, loaded, page + loaded))
    heads = ("page", "bytes", "gzip", "its CSS and JS, gzip", "on the wire")
    table("pages, without images and without headers", heads, rows)
    heaviest = max(totals, key=lambda name: totals[name])
    assert totals[heaviest] <= PAGE_BUDGET
    figures(
        "pages",
        f"{len(rows)} pages; the heaviest is {heaviest} with {totals[heaviest]} bytes on the wire"
        f" (budget {PAGE_BUDGET})",
    )


def _wire(content: bytes) -> int:
    """Bytes as CloudFront sends them to every browser; many also take the smaller brotli."""
    return len(gzip.compress(content, 6, mtime=0))


def _loads(page: bytes, static: dict[str, bytes]) -> set[str]:
    found = {name.decode() for name in LOADED.findall(page)}
    assert found, "a page without a style sheet"
    later = {one.decode() for name in found for one in ASKED_LATER.findall(static[name])}
    return found | later
