"""One service: stage its folder, let Chalice package it, then make the zips final."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import yaml

from infra.packaging import assets, dependencies, templates
from infra.packaging.target import Target
from infra.packaging.zips import compile_bytecode, files_under, fingerprint, write_zip
from infra.paths import BUILD, PACKAGES, ROOT, service_folder
from infra.problems import Problem

CODE = "code.zip"
TEMPLATE = "template.yaml"
KEPT = 4  # packages of a service: somebody may be deploying the one before this one
# Chalice imports the app to find its triggers; nothing is called, but settings must be present.
IMPORT_ENVIRONMENT = {
    "STAGE": "package",
    "ORIGIN": "https://example.org",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
}
NOT_IN_ZIP = shutil.ignore_patterns("__pycache__", "*.pyc", "*.mo", "deployments", "static")


def package(service: str, target: Target) -> tuple[Path, bool]:
    """Return the folder with the service's template and zips, and whether it was built anew.

    Raises Problem when a tool fails.
    """
    key = _key(service, target)
    folder = PACKAGES / f"{service}-{target.version}-{key[:16]}"
    if folder.exists():
        return folder, False
    unfinished = folder.with_suffix(".unfinished")
    stage = BUILD / "stage" / f"{service}-{target.version}"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    try:
        _stage(service, stage)
        packaged = _run_chalice(service, stage)
        _write_code(service, packaged / "deployment.zip", unfinished, target)
        _write_layers(service, unfinished, target)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    template = finish_template(yaml.safe_load((packaged / "sam.yaml").read_text()), target)
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            # What /api/health and the operations page say.
            resource["Properties"]["Environment"]["Variables"]["VERSION"] = key[:12]
    text = yaml.safe_dump(template, allow_unicode=True)
    (unfinished / TEMPLATE).write_text(assets.with_hashed_names(text))
    shutil.rmtree(packaged)
    unfinished.rename(folder)
    _forget_old(f"{service}-{target.version}-*")
    return folder, True


def _forget_old(pattern: str) -> None:
    newest_first = sorted(PACKAGES.glob(pattern), key=lambda path: -path.stat().st_mtime)
    for folder in newest_first[KEPT:]:
        shutil.rmtree(folder)


def _key(service: str, target: Target) -> str:
    sources = files_under(service_folder(service)) + files_under(ROOT / "infra" / "packaging")
    pins = ROOT / "requirements" / "dev.txt"  # holds Chalice's and Babel's versions
    return fingerprint([*sources, pins], target.version)


def _stage(service: str, stage: Path) -> None:
    """Copy the service as Chalice wants it; its packages are added later, so pip has no work."""
    shutil.rmtree(stage, ignore_errors=True)
    source = service_folder(service)
    shutil.copytree(source / ".chalice", stage / ".chalice", ignore=NOT_IN_ZIP)
    shutil.copytree(source / "chalicelib", stage / "chalicelib", ignore=NOT_IN_ZIP)
    shutil.copytree(source / "vendor", stage / "vendor", ignore=NOT_IN_ZIP)
    shutil.copy(source / "app.py", stage)
    shutil.copy(source / "resources.yaml", stage)
    (stage / "requirements.txt").touch()
    assets.compile_catalogues(stage)
    packages = sorted(path.parent for path in stage.glob("chalicelib/*/templates"))
    templates.compile_templates(packages, stage / "vendor" / "shared")
    manifest = assets.manifest(assets.hashed_static())
    (stage / "vendor" / "shared" / "static_manifest.json").write_bytes(manifest)


def _run_chalice(service: str, stage: Path) -> Path:
    packaged = BUILD / "chalice" / stage.name
    shutil.rmtree(packaged, ignore_errors=True)
    command = [str(Path(sys.executable).with_name("chalice")), "--project-dir", str(stage)]
    command += ["package", "--stage", "package", "--merge-template", "resources.yaml"]
    environment = {**os.environ, **IMPORT_ENVIRONMENT}
    result = subprocess.run(
        [*command, str(packaged)], capture_output=True, text=True, check=False, env=environment
    )
    if result.returncode != 0:
        log = BUILD / f"chalice-{service}.log"
        log.write_text(result.stdout + result.stderr)
        last_line = (result.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Problem(f"Chalice could not package {service}: {last_line} (see {log})")
    return packaged


def _write_code(service: str, chalice_zip: Path, folder: Path, target: Target) -> None:
    unpacked = folder / "unpacked"
    with zipfile.ZipFile(chalice_zip) as archive:
        archive.extractall(unpacked)
    compile_bytecode(unpacked, target)
    packages = dependencies.install(service_folder(service) / "requirements.txt", target)
    write_zip(folder / CODE, unpacked, packages)
    shutil.rmtree(unpacked)


def _write_layers(service: str, folder: Path, target: Target) -> None:
    for requirements in sorted(service_folder(service).glob("layers/*/requirements.txt")):
        packages = dependencies.install(requirements, target)
        write_zip(folder / f"layer-{requirements.parent.name}.zip", packages, prefix="python/")


def finish_template(template: dict[str, Any], target: Target) -> dict[str, Any]:
    """Point every function and layer at the final zips and at the target's runtime."""
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Serverless::Function":
            properties["CodeUri"] = f"./{CODE}"
            properties["Runtime"] = target.runtime
        elif resource["Type"] == "AWS::Serverless::LayerVersion":
            properties["CompatibleRuntimes"] = [target.runtime]
    return template
