"""What the measurements share: one journey through the platform, and tables at the end."""

from collections.abc import Callable, Sequence

import pytest

from tests.proofs.bench.journey import Journey, travel

Row = Sequence[object]
Table = Callable[[str, Row, list[Row]], None]
_tables = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_tables] = []


@pytest.fixture(scope="session")
def table(request: pytest.FixtureRequest) -> Table:
    """`table(title, heads, rows)`: the run ends with all tables, before the lines of figures."""
    found = request.config.stash[_tables]
    return lambda title, heads, rows: found.append(_drawn(title, [heads, *rows]))


def _drawn(title: str, rows: list[Row]) -> str:
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in texts]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join([f"\n{title}\n", *lines])


@pytest.hookimpl(tryfirst=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    for text in config.stash[_tables]:
        terminalreporter.write_line(text)


@pytest.fixture(scope="session")
def journey(tmp_path_factory: pytest.TempPathFactory) -> Journey:
    """What the whole main flow takes, operation by operation."""
    return travel(tmp_path_factory.mktemp("journey"))
