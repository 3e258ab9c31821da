"""DynamoDB of the embedded AWS, alone: moto is not atomic under threads (DESIGN §5)."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.paths import ROOT
from shared import aws
from tests.service.conftest import create_table

PYTHON = ROOT / ".venv-aws" / "bin" / "python"
START_LIMIT = 30  # seconds


@pytest.fixture(scope="module")
def embedded_dynamodb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An empty registration table on a DynamoDB whose transactions are atomic."""
    folder = tmp_path_factory.mktemp("dynamodb")
    port = _free_port()
    environment = {
        "PATH": os.defpath,
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "SERVICES": "dynamodb",
        "LOG_LEVEL": "ERROR",
    }
    process = subprocess.Popen(
        [str(PYTHON), "-c", "from ministack.app import main; main()"],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    before = os.environ.get("AWS_ENDPOINT_URL")
    os.environ["AWS_ENDPOINT_URL"] = f"http://127.0.0.1:{port}"
    aws.forget()
    try:
        _await_listening(port)
        create_table(os.environ["REGISTRATION_TABLE"])
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(START_LIMIT)
        del os.environ["AWS_ENDPOINT_URL"]
        if before:
            os.environ["AWS_ENDPOINT_URL"] = before
        aws.forget()


def empty_table() -> None:
    """Start with an empty table: reading everything back then stays cheap."""
    name = os.environ["REGISTRATION_TABLE"]
    aws.client("dynamodb").delete_table(TableName=name)
    create_table(name)


def _free_port() -> int:
    for port in range(24100, 24200):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port below 32768")


def _await_listening(port: int) -> None:
    deadline = time.monotonic() + START_LIMIT
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the embedded DynamoDB does not start")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here is a proof."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.proof)
            item.add_marker(pytest.mark.embedded_aws)
