"""A connection to the AWS account of a stage, real or embedded."""

import json
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import msgspec
from botocore.config import Config
from botocore.exceptions import ProfileNotFound

from infra.paths import ROOT
from infra.problems import Problem
from infra.stage import Stage

# The stages that live in the embedded AWS, and where it keeps what it knows.
EMBEDDED = frozenset({"local", "test"})
LOCAL = ROOT / ".local"
OPERATOR_FILE = "operator.json"
ADDRESSES_FILE = "addresses.json"


@dataclass(frozen=True)
class Cloud:
    """A stage and a session in its account; `endpoint` is set for the embedded AWS only."""

    stage: Stage
    session: Any
    endpoint: str | None = None

    def client(self, service: str) -> Any:
        """Return a client for the service in the stage's region."""
        config = Config(
            connect_timeout=5,
            retries={"mode": "standard", "total_max_attempts": 4},
            s3={"addressing_style": "path" if self.endpoint else "virtual"},
        )
        return self.session.client(service, endpoint_url=self.endpoint, config=config)

    @cached_property
    def account(self) -> str:
        """The account's number."""
        return str(self.client("sts").get_caller_identity()["Account"])

    def say(self, text: str) -> None:
        """Tell the operator what is going on."""
        print(f"  {text}", flush=True)


def connect(stage: Stage) -> Cloud:
    """Return the connection for a stage. Raises Problem."""
    if stage.name in EMBEDDED:
        return embedded(stage, Path(os.environ.get("PLEKKEN_LOCAL", LOCAL)))
    try:
        session = boto3.Session(profile_name=stage.profile, region_name=stage.region)
    except ProfileNotFound as error:
        raise Problem(
            f"There is no profile {stage.profile!r} in ~/.aws/config; see docs/operations.md."
        ) from error
    if session.get_credentials() is None:
        raise Problem("There are no AWS credentials; see docs/operations.md for how to get them.")
    return Cloud(stage, session)


def embedded(stage: Stage, folder: Path) -> Cloud:
    """Return the connection to the embedded AWS that keeps its state in the folder.

    Its addresses follow from the ports it was started with, not from the stage's file.
    """
    try:
        operator = json.loads((folder / OPERATOR_FILE).read_text())
        addresses = json.loads((folder / ADDRESSES_FILE).read_text())
    except FileNotFoundError as error:
        raise Problem("There is no local Plekken yet; start one with `make run`.") from error
    endpoint = addresses["endpoint"]
    here = msgspec.structs.replace(
        stage,
        origin=addresses["origin"],
        upload_origin=endpoint,
        library_origin=addresses["library_origin"],
    )
    return Cloud(here, boto3.Session(region_name=stage.region, **operator), endpoint)
