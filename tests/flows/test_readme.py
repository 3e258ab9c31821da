"""The README's tour with curl works as it stands there."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from infra.paths import ROOT
from tests.flows.steps import run_infra

pytestmark = pytest.mark.embedded_aws


def _block_after(heading: str) -> str:
    text = (ROOT / "README.md").read_text()
    found = re.search(r"```sh\n(.*?)```", text[text.index(heading) :], re.DOTALL)
    assert found
    return found.group(1)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_tour_with_curl_ends_with_the_same_file(
    platform: Any, staff: Any, tmp_path: Path
) -> None:
    run_infra(platform, "infra.load", str(ROOT / "infra" / "sample" / "congress.yaml"))
    tour = _block_after("## The same tour with curl")
    tour = tour.replace("infra/sample", f"{ROOT}/infra/sample")
    tour = tour.replace("organisator@example.org", staff.email)
    environment = {
        "PATH": os.environ["PATH"],
        "site": platform.origin,
        "password": staff.password,
    }
    result = subprocess.run(
        ["bash", "-c", tour],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.stdout.rstrip().endswith("the same file came back"), result.stdout + result.stderr


def test_every_file_that_the_readme_links_to_is_there() -> None:
    text = (ROOT / "README.md").read_text()
    links = re.findall(r"\]\((?!http)([^)#]+)\)", text)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
