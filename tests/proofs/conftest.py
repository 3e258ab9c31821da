"""Proofs and measurements: slow, seeded, and each ends in one line of figures."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.proofs.extent import BOUNDED

Figures = Callable[[str, str], None]
_lines = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_lines] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.proof)


@pytest.fixture(scope="session")
def figures(request: pytest.FixtureRequest) -> Figures:
    """Call `figures(name, text)` once per proof: the run ends with all these lines."""
    lines = request.config.stash[_lines]
    return lambda name, text: lines.append(f"{name}: {text}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    output = getattr(session.config, "workeroutput", None)  # in one of `--numprocesses` processes
    if output is not None:
        output["figures"] = session.config.stash[_lines]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    node.config.stash[_lines] += getattr(node, "workeroutput", {}).get("figures", [])


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    lines = config.stash[_lines]
    if lines:
        terminalreporter.section("figures" + (" (bounded)" if BOUNDED else ""))
        for line in lines:
            terminalreporter.write_line(line)
