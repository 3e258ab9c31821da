"""What every page must meet: axe's rules, and what axe does not see."""

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NARROWEST = 320  # CSS pixels: 1280 at 400 % (WCAG 2.2, 1.4.10 Reflow)
LEAST_CONTRAST = 3.0  # WCAG 2.2, 1.4.11 Non-text Contrast


@cache
def _axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


@cache
def _measures() -> str:
    """The text of measure.js, without its opening comment."""
    text = Path(__file__).with_name("measure.js").read_text(encoding="utf-8")
    return text.partition("\n")[2].strip()


def _measure(page: Page, name: str) -> Any:
    return page.evaluate(f"{_measures()}.{name}()")


def axe_findings(page: Page, *rules: str) -> list[str]:
    """What axe has against the page, one line per finding; only by these rules, if any."""
    page.evaluate(_axe())
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS}
    result: dict[str, Any] = page.evaluate("only => axe.run(document, {runOnly: only})", only)
    return [
        f"{finding['id']}: {finding['help']} at {node['target']}"
        for finding in result["violations"]
        for node in finding["nodes"]
    ]


def sideways_pixels(page: Page) -> int:
    """How far the page scrolls sideways at the narrowest width."""
    height = (page.viewport_size or {"height": 800})["height"]
    page.set_viewport_size({"width": NARROWEST, "height": height})
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def faint_borders(page: Page) -> dict[str, float]:
    """Text fields whose border hardly shows, with the contrast."""
    return {
        name: round(ratio, 2) for name, ratio in _measure(page, "borders") if ratio < LEAST_CONTRAST
    }


def keyboard_walk(page: Page) -> list[str]:
    """Press Tab through the whole page; answers what is wrong with it."""
    expected: int = _measure(page, "stops")
    problems, visited = [], set()
    for _ in range(expected + 5):
        page.keyboard.press("Tab")
        stop = _measure(page, "focus")
        if stop is None or stop["stop"] in visited:
            break
        visited.add(stop["stop"])
        if not stop["outlined"]:
            problems.append(f"no visible focus on {stop['name']!r}")
        if not stop["seen"]:
            problems.append(f"focus outside the window on {stop['name']!r}")
    if len(visited) != expected:
        problems.append(f"Tab reaches {len(visited)} of {expected} parts of the page")
    return problems
