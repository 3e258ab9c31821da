"""What every browser test starts from: Chromium, the running platform with its sample, pages."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from infra.local import world
from infra.paths import ROOT
from tests.flows import steps

CONGRESS = "/congres/plekken-van-hoop-en-verandering"
PATIENCE = 90_000  # milliseconds; a function that starts cold on a busy machine takes its time
NAMES = ("chromium", "chromium-browser", "google-chrome")

OpenPage = Callable[..., Page]

expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker("browser")
            item.add_marker("embedded_aws")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One Chromium per file: Playwright's event loop may not outlive it into other tests."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("!!! NO BROWSER TEST RAN: install Chromium (apt-get install chromium) !!!")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(platform: world.Platform) -> str:
    """The front door's address, with the sample data behind it."""
    world.load_once(platform, sorted((ROOT / "infra/sample").glob("*.yaml")))
    return platform.origin


@dataclass(frozen=True)
class Organiser:
    """Somebody who may do everything at the desk."""

    email: str
    password: str


@pytest.fixture(scope="session")
def organiser(platform: world.Platform) -> Organiser:
    """An organiser, made as `make organiser` makes one."""
    email = f"organisator-{uuid4().hex[:8]}@example.org"
    found = re.search(r"First password: (\S+)", steps.run_infra(platform, "infra.organiser", email))
    assert found
    return Organiser(email, found[1])


@pytest.fixture
def open_page(chromium: Browser, site: str) -> Iterator[OpenPage]:
    """Open a new window at a path; afterwards no page may have complained in its console."""
    windows, complaints = [], []

    def complain(message: Any) -> None:
        if (
            message.type == "error"
            and "the server responded with a status of 4" not in message.text
        ):
            complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def open_(path: str, *, width: int = 1280, scripts: bool = True) -> Page:
        window = chromium.new_context(
            base_url=site,
            viewport={"width": width, "height": 800},
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        window.set_default_timeout(PATIENCE)
        windows.append(window)
        page = window.new_page()
        page.on("console", complain)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield open_
    for window in windows:
        window.close()
    assert complaints == []
