"""The zips: complete by themselves, the same bytes every time, and small."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from infra.packaging import assets, target
from infra.packaging import service as packaging
from infra.packaging.botocore_data import SERVICES as AWS_SERVICES
from infra.packaging.zips import compile_bytecode, write_zip
from infra.paths import ROOT, SERVICES, service_folder

LARGEST = 8_000_000  # bytes; a cold start reads it all
# What a function has in its environment when its code is imported.
FUNCTION = {"STAGE": "test", "ORIGIN": "https://example.org", "AWS_DEFAULT_REGION": "eu-central-1"}
# The last is what botocore reads at a client's first call.
CLIENTS = (
    "import app, shared.aws as a; "
    "[a.client(s).meta.service_model.client_context_parameters for s in {services!r}]"
)


@pytest.mark.parametrize("service", SERVICES)
def test_zip_imports_alone_and_can_make_its_clients(
    packages: dict[str, Path], service: str, tmp_path: Path
) -> None:
    with zipfile.ZipFile(packages[service] / packaging.CODE) as archive:
        archive.extractall(tmp_path)
    # -S leaves out every package of this machine; -I would leave out the zip's folder too.
    code = CLIENTS.format(services=sorted(AWS_SERVICES))
    command = [sys.executable, "-S", "-E", "-W", "error", "-c", code]
    environment = {**FUNCTION, "AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none"}
    result = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("service", SERVICES)
def test_zip_is_small_and_carries_what_runs(packages: dict[str, Path], service: str) -> None:
    path = packages[service] / packaging.CODE
    assert path.stat().st_size < LARGEST
    names = set(zipfile.ZipFile(path).namelist())
    tag = sys.implementation.cache_tag
    assert {
        "app.py",
        "chalice/app.py",
        "shared/http.py",
        f"shared/__pycache__/http.{tag}.pyc",
        f"botocore/__pycache__/client.{tag}.pyc",
        "shared/static_manifest.json",
    } <= names
    assert not [name for name in names if name.endswith(".po") or name.startswith("tests/")]
    catalogues = service_folder(service).rglob("messages.po")
    assert [name for name in names if name.endswith(".mo")] or not list(catalogues)


def test_packaging_again_gives_the_same_bytes(packages: dict[str, Path]) -> None:
    first = _digests(packages["directory"])
    shutil.rmtree(packages["directory"])
    again, built = packaging.package("directory", target.here())
    assert built
    assert again == packages["directory"]
    assert _digests(again) == first


def _digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_nothing_is_rebuilt_that_did_not_change(packages: dict[str, Path]) -> None:
    for service in SERVICES:
        assert packaging.package(service, target.here()) == (packages[service], False)


def test_zip_does_not_depend_on_times_or_order(tmp_path: Path) -> None:
    digests = []
    for number, names in enumerate((("b.py", "a.py"), ("a.py", "b.py"))):
        folder = tmp_path / str(number)
        folder.mkdir()
        for name in names:
            (folder / name).write_text("x = {'a', 'b'}\n")
        compile_bytecode(folder, target.here())
        write_zip(tmp_path / f"{number}.zip", folder)
        digests.append(hashlib.sha256((tmp_path / f"{number}.zip").read_bytes()).hexdigest())
    assert digests[0] == digests[1]


def test_every_client_that_the_code_asks_for_is_shipped() -> None:
    asked = set()
    for path in [*ROOT.glob("shared/**/*.py"), *ROOT.glob("services/*/chalicelib/**/*.py")]:
        asked |= set(re.findall(r"client\(\s*\"([a-z0-9-]+)\"", path.read_text()))
    assert asked
    assert asked <= AWS_SERVICES


def test_static_names_follow_what_a_file_loads(tmp_path: Path) -> None:
    (tmp_path / "street.svg").write_text("<svg/>")
    (tmp_path / "site.css").write_text("a{background:url(street.svg)}")
    before = assets.hashed_static(tmp_path)
    (tmp_path / "street.svg").write_text("<svg><g/></svg>")
    after = assets.hashed_static(tmp_path)
    assert before["site.css"][0] != after["site.css"][0]
    assert f"url({after['street.svg'][0]})".encode() in after["site.css"][1]
    names = json.loads(assets.manifest(after))
    assert re.fullmatch(r"street\.[0-9a-f]{12}\.svg", names["street.svg"])


def test_what_other_sites_load_keeps_its_name_and_is_small() -> None:
    (content,) = assets.stable_static().values()
    assert set(assets.stable_static()) == {"insluiten.js"}
    assert len(content) <= 4000
    assert not re.search(rb"\bimport\s*[({\"']", content), "it is one file"
    assert "embed.js" not in assets.hashed_static()


def test_requirements_name_no_registry() -> None:
    files = [*ROOT.glob("requirements/*.txt"), *ROOT.glob("services/**/requirements.txt")]
    pins = [path for path in files if "vendor" not in path.parts]
    assert len(pins) >= 6
    for path in pins:
        text = path.read_text()
        assert "://" not in text, path
        assert "index-url" not in text, path
        for line in text.splitlines():
            assert re.match(r"\s+--hash=sha256:|[a-z0-9]|#|$", line), (path, line)


def test_the_operators_commands_import_no_model_before_they_know_the_stage() -> None:
    look = "import sys, infra.local.run, infra.recovery.restore; print(*sys.modules)"
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    result = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, check=True, env=environment
    )
    assert not {name for name in result.stdout.split() if name.startswith(("shared", "chalicelib"))}
