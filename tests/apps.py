"""The services' app.py, each loaded once: Chalice registers a blueprint once per process."""

import importlib.util
from functools import cache
from types import ModuleType

from infra.paths import service_folder


@cache
def app_module(service: str) -> ModuleType:
    """The module, with `app` and a function per trigger."""
    # The three modules have one name, so they can't be imported the usual way.
    path = service_folder(service) / "app.py"
    spec = importlib.util.spec_from_file_location(f"{service}_app", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
