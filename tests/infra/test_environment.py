"""What a function is given in its environment, something in it reads."""

import importlib
import re
from typing import Any

import msgspec
import pytest

from infra import template
from infra.paths import ROOT, SERVICES, service_folder

NAMES_IT = {"STAGE"}  # for people who look at a function in the console


@pytest.mark.parametrize("service", SERVICES)
def test_every_variable_is_read(service: str) -> None:
    resources = template.load(service_folder(service) / "resources.yaml")["Resources"]
    given = {
        variable
        for resource in resources.values()
        for variable in _variables(resource.get("Properties", {}))
    }
    assert given - read(service) <= NAMES_IT


def _variables(properties: dict[str, Any]) -> set[str]:
    return set(properties.get("Environment", {}).get("Variables", {}))


def read(service: str) -> set[str]:
    """The fields of its settings that something uses, and what is looked up by name."""
    code = "".join(
        path.read_text()
        for folder in (ROOT / "shared", service_folder(service) / "chalicelib")
        for path in folder.rglob("*.py")
    )
    settings = importlib.import_module(f"chalicelib.{service}.settings").Settings
    fields = [field.name for field in msgspec.structs.fields(settings)]
    used = {name.upper() for name in fields if re.search(rf"\.{name}\b", code)}
    return used | set(re.findall(r'environ(?:\.get\(|\[)"([A-Z_]+)"', code))
