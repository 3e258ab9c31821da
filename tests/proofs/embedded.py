"""Some services of the embedded AWS, alone: moto is not atomic under threads (DESIGN §5)."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local.emulator import PYTHON
from infra.paths import ROOT
from shared import aws
from tests.running import free_port

LAUNCHER = ROOT / "infra" / "local" / "embedded_aws.py"
START_LIMIT = 30  # seconds


@contextmanager
def embedded_aws(folder: Path, *services: str) -> Iterator[str]:
    """Run these services, empty, and point this process's clients at them; yields the address.

    Mails lie in the folder `mail`, as flow tests know them (`tests.flows.tools.Mailbox`).
    """
    endpoint = f"http://127.0.0.1:{free_port()}"
    (folder / "mail").mkdir()
    process = subprocess.Popen(
        [str(PYTHON), "-P", str(LAUNCHER)],
        cwd=folder,
        env=_environment(folder, endpoint, services),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    before = os.environ.get("AWS_ENDPOINT_URL")
    os.environ["AWS_ENDPOINT_URL"] = endpoint
    aws.forget()
    try:
        _await_listening(endpoint)
        yield endpoint
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(START_LIMIT)
        assert process.stdin is not None
        process.stdin.close()
        del os.environ["AWS_ENDPOINT_URL"]
        if before:
            os.environ["AWS_ENDPOINT_URL"] = before
        aws.forget()


def _environment(folder: Path, endpoint: str, services: tuple[str, ...]) -> dict[str, str]:
    return {
        "PATH": os.defpath,
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "PLEKKEN_MAIL_FOLDER": str(folder / "mail"),
        "GATEWAY_PORT": endpoint.rpartition(":")[2],
        "BIND_HOST": "127.0.0.1",
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "SERVICES": ",".join(services),
        "MINISTACK_REGION": aws.region(),
        "LOG_LEVEL": "ERROR",
    }


def _await_listening(endpoint: str) -> None:
    deadline = time.monotonic() + START_LIMIT
    port = int(endpoint.rpartition(":")[2])
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the embedded AWS does not start")
