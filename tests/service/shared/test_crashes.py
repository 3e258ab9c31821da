"""A crash that nobody foresaw is logged and raised without its message, which may name somebody."""

import importlib
import importlib.util
import json
import sys
import traceback
from types import ModuleType
from typing import Any

import pytest
from chalice.test import Client

from infra.paths import SERVICES, service_folder
from shared.http import PUBLIC, App, Html, Router
from shared.observability import Crashed

WORD = "kees@example.org"
RECORDS: dict[str, Any] = {"Records": []}
TICK = {
    "version": "0",
    "account": "",
    "region": "",
    "detail": {},
    "detail-type": "",
    "source": "",
    "time": "",
    "id": "",
    "resources": [],
}
TRIGGERS = {"relay": RECORDS, "inbox": RECORDS, "mail": RECORDS, "sweep": TICK, "nightly": TICK}


def printed(error: BaseException) -> str:
    """What a runtime that prints everything it is told would print."""
    return f"{error} {error!r} {''.join(traceback.format_exception(error))}"


def crash(*_: Any) -> None:
    raise ValueError(WORD)


@pytest.fixture(autouse=True)
def _triggers_only(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chalice can register a blueprint once per process, and other tests need those."""
    if "service" in request.fixturenames:
        monkeypatch.setattr(App, "register_blueprint", lambda *_: None)


def load(service: str) -> ModuleType:
    path = service_folder(service) / "app.py"
    spec = importlib.util.spec_from_file_location(f"app_of_{service}", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("trigger", TRIGGERS)
def test_no_trigger_raises_a_message(
    service: str, trigger: str, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    consumers = importlib.import_module(f"chalicelib.{service}.consumers")
    monkeypatch.setattr(consumers, trigger, crash)
    with pytest.raises(Crashed, match=r"^ValueError$") as caught:
        getattr(load(service), trigger)(TRIGGERS[trigger], None)
    assert WORD not in printed(caught.value)
    (line,) = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    assert (line["level"], line["error"]) == ("ERROR", "ValueError")
    assert line["happened"] == "function.crashed"
    assert "test_crashes.py" in line["at"]
    assert WORD not in json.dumps(line)


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    ("part", "happened"), [("routes", "import.failed"), ("consumers", "function.crashed")]
)
def test_an_import_that_fails_raises_no_message(
    service: str, part: str, happened: str, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    package = importlib.import_module(f"chalicelib.{service}")
    name = f"chalicelib.{service}.{part}"
    importlib.import_module(name)
    monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr(package, part)
    monkeypatch.setattr(sys, "meta_path", [_Failing(name), *sys.meta_path])
    with pytest.raises(Crashed, match=r"^ValueError$") as caught:
        # The workers' side is imported by the first event.
        load(service).relay(TRIGGERS["relay"], None)
    assert WORD not in printed(caught.value)
    assert f'"happened": "{happened}"' in capsys.readouterr().out


class _Failing:
    def __init__(self, name: str) -> None:
        self.name = name

    def find_spec(self, name: str, *_: Any) -> None:
        if name == self.name:
            raise ValueError(WORD)


@pytest.mark.parametrize("where", ["shared.http.from_chalice", "shared.http.to_chalice"])
def test_a_request_that_fails_outside_its_view_prints_no_message(
    where: str, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    router = Router("registration")
    router.page("/page", access=PUBLIC)(lambda request: Html("page"))
    app = App("registration")
    app.register_blueprint(router.blueprint)
    monkeypatch.setattr(where, lambda *_, **__: crash())
    with Client(app) as client:
        answer = client.http.get("/page")
    output = capfd.readouterr()
    assert answer.status_code == 500
    assert '"happened": "http.crashed"' in output.out
    assert WORD not in output.out + output.err + answer.body.decode()
