"""The three services' functions as their app.py has them, in this process."""

from types import SimpleNamespace
from typing import Any

import pytest
from chalice.test import Client

from chalicelib.documents import collaborators as documents
from chalicelib.platform.pages import front
from chalicelib.registration import collaborators as registration
from chalicelib.registration import consumers as registration_consumers
from chalicelib.registration import fragments as registration_fragments
from chalicelib.registration.repository import definitions
from infra.paths import SERVICES
from shared import mail_texts, network, runs
from shared.clock import FixedClock, SystemClock
from tests.apps import app_module
from tests.flows.tools import SCHEDULED

PATHS = {"congres": "registration", "documenten": "documents"}  # all others are directory's


class Functions:
    """Every function of the platform, warm, with one clock for all."""

    def __init__(self, clock: FixedClock, patch: pytest.MonkeyPatch) -> None:
        self._apps = {service: app_module(service) for service in SERVICES}
        self._http = {service: Client(module.app).http for service, module in self._apps.items()}
        patch.setattr(SystemClock, "now", lambda _self: clock.now())
        # What is remembered for a few seconds grows old by the same clock.
        seconds = SimpleNamespace(monotonic=lambda: clock.now().timestamp())
        for module in (network, mail_texts, front, definitions):
            patch.setattr(module, "time", seconds)
        # The machine's own scanner must not decide what a proof sees.
        patch.setattr("chalicelib.documents.inspection.malware.shutil.which", lambda _name: None)

    def start_cold(self) -> None:
        """Forget what warm functions remember."""
        network.forget()
        mail_texts.forget()
        runs._written.clear()
        registration_fragments._counted.clear()
        front._parts.clear()
        documents.catalogue.cache_clear()
        documents.storage.cache_clear()
        registration.repository.cache_clear()
        registration_consumers._repository.cache_clear()

    def batch_size(self, service: str, function: str) -> int:
        """How many messages or records the function takes at once."""
        [found] = [
            source for source in self._apps[service].app.event_sources if source.name == function
        ]
        return int(found.batch_size)

    def call(self, service: str, function: str, event: dict[str, Any]) -> Any:
        """Call a function that an event sets to work; answers what it answers."""
        return getattr(self._apps[service], function)(event, None)

    def run_scheduled(self, service: str, function: str) -> None:
        """Call a function that runs by the clock: "sweep" or "nightly"."""
        self.call(service, function, SCHEDULED)

    def request(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, Any], bytes]:
        """What the API of the path's service answers."""
        found = self._http[service_of(path)].request(method, path, headers=headers, body=body)
        return found.status_code, dict(found.headers), found.body


def service_of(path: str) -> str:
    """The service that the front door sends a path to."""
    return PATHS.get(path.split("/")[1].partition("?")[0], "directory")
