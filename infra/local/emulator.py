"""Start and stop the embedded AWS, and make the operator that everything runs as."""

import json
import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.error import URLError
from urllib.request import urlopen

import boto3

from infra.cloud import OPERATOR_FILE
from infra.paths import REGION, ROOT
from infra.problems import Problem

PYTHON = ROOT / ".venv-aws" / "bin" / "python"
START_LIMIT = 60  # seconds
STOP_LIMIT = 60  # seconds; the state is written when it stops
SERVICES = (
    "acm,apigateway,cloudformation,cloudfront,cloudwatch,cognito-idp,dynamodb,events,iam,lambda,logs,"
    "s3,scheduler,ses,sns,sqs,ssm,sts"
)
# ministack takes this name for the account's root and does not check its secret.
ROOT_NAME = "test"


@dataclass
class EmbeddedAws:
    """A running embedded AWS."""

    process: subprocess.Popen[bytes]
    log: IO[bytes]
    endpoint: str
    folder: Path

    @property
    def mail_folder(self) -> Path:
        """Where every sent mail lies as an .eml file."""
        return self.folder / "mail"

    def is_running(self) -> bool:
        """Return whether the process still lives."""
        return self.process.poll() is None

    def stop(self) -> None:
        """Save the state and stop; returns when it has been written."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdin:
            self.process.stdin.close()
        self.log.close()


def start(folder: Path, port: int) -> EmbeddedAws:
    """Start it on loopback with its state in the folder. Raises Problem."""
    if not PYTHON.exists():
        raise Problem("The embedded AWS is not installed; `make run` installs it.")
    check_port(port, "AWS_PORT")
    for name in ("state", "s3", "tmp", "mail"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    log = (folder / "aws.log").open("ab")
    process = subprocess.Popen(
        [str(PYTHON), "-P", str(Path(__file__).with_name("embedded_aws.py"))],
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=subprocess.STDOUT,
        env=_environment(folder, port),
        cwd=folder,
        start_new_session=True,  # Ctrl-C is for us; we then stop it ourselves
    )
    running = EmbeddedAws(process, log, f"http://127.0.0.1:{port}", folder)
    try:
        _await_ready(running)
        _make_operator(running)
    except BaseException:
        running.stop()
        raise
    return running


def _environment(folder: Path, port: int) -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "AUTH": "true",
        "SERVICES": SERVICES,
        "PERSIST_STATE": "1",
        "STATE_DIR": str(folder / "state"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(folder / "s3"),
        "TMPDIR": str(folder / "tmp"),
        "PLEKKEN_MAIL_FOLDER": str(folder / "mail"),
        "MINISTACK_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "LOG_LEVEL": os.environ.get("EMBEDDED_AWS_LOG_LEVEL", "INFO"),
    }


def check_port(port: int, variable: str) -> None:
    """Raise Problem when something listens on the loopback port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Problem(
                f"Port {port} is in use; stop what uses it, or choose another with "
                f"`make run {variable}={port + 1}`."
            ) from error


def _await_ready(running: EmbeddedAws) -> None:
    deadline = time.monotonic() + START_LIMIT
    while time.monotonic() < deadline:
        if not running.is_running():
            break
        try:
            with urlopen(f"{running.endpoint}/_ministack/ready", timeout=2):  # noqa: S310 - our own
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise Problem(f"The embedded AWS does not start; see {running.folder / 'aws.log'}.")


def _make_operator(running: EmbeddedAws) -> None:
    """Make the IAM user that deploys and serves: root's rights would hide missing permissions."""
    path = running.folder / OPERATOR_FILE
    if path.exists():
        return
    iam = boto3.client(
        "iam",
        endpoint_url=running.endpoint,
        region_name=REGION,
        aws_access_key_id=ROOT_NAME,
        aws_secret_access_key=ROOT_NAME,
    )
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [everything]})
    iam.create_user(UserName="operator")
    iam.put_user_policy(UserName="operator", PolicyName="everything", PolicyDocument=document)
    key = iam.create_access_key(UserName="operator")["AccessKey"]
    operator = {
        "aws_access_key_id": key["AccessKeyId"],
        "aws_secret_access_key": key["SecretAccessKey"],
    }
    path.touch(mode=0o600)
    path.write_text(json.dumps(operator))
