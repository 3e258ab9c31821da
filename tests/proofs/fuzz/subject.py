"""What the fuzz knows of a service: its app, a little data, and how to reach what needs luck."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, Protocol

import pytest
from moto import mock_aws

from shared import aws, network, settings
from shared.access import OrganiserItem
from shared.clock import SystemClock
from shared.http import Router
from tests.service.conftest import create_bucket, create_table

MEMBERS_ADDRESS = "leden@example.org"
LIFE = 400  # requests; moto's transactions slow down as a table grows


@dataclass
class Known:
    """Values that lead somewhere: per path parameter, and per header for whoever may."""

    paths: dict[str, list[str]] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)
    owners: dict[str, str] = field(default_factory=dict)  # whose token opens which document
    cursors: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)  # all with MEMBERS_ADDRESS
    linked: set[tuple[str, str]] = field(default_factory=set)  # (operation, value) that links gave


class Subject(Protocol):
    """A service as the fuzz sees it."""

    name: str
    document: str
    routers: tuple[Router, ...]

    def fill(self) -> Known:
        """Put a little of everything in an empty account, forgetting what was remembered."""

    def complete(self, body: dict[str, Any], random: Random) -> None:
        """Give a body that its schema allows what only this account's data says."""

    def token_for(self, path: Mapping[str, str], known: Known, random: Random) -> str:
        """The bearer token for a path."""

    def typed(self, random: Random) -> dict[str, str | list[str]]:
        """What an honest visitor fills in, in all forms together."""

    def link(self, known: Known) -> tuple[str, str]:
        """A page that opens with a mailed link, and its token; empty where there is none."""

    def created(self, id_: str, token: str, known: Known) -> None:
        """Remember what was made with `token`."""


@contextmanager
def account(subject: Subject) -> Iterator[Known]:
    """A fresh AWS account with the service's tables, filled by `subject`."""
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        network.forget()
        patch.setenv("USER_POOL_CLIENT_ID", _user_pool())
        settings.forget()
        for table in ("ACCESS", subject.name.upper()):
            create_table(os.environ[f"{table}_TABLE"])
        for bucket in ("WEB", "HANDOVER", "QUARANTINE", "LIBRARY"):
            create_bucket(os.environ[f"{bucket}_BUCKET"])
        for role in ("reader", "organiser", "owner"):
            OrganiserItem(
                "ORGANISERS",
                role,
                email=f"{role}@example.org",
                name=role,
                roles={subject.name: role},
            ).save()
        yield subject.fill()
    network.forget()
    settings.forget()


def _user_pool() -> str:
    cognito = aws.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="organisers")["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="desk", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )
    return str(client["UserPoolClient"]["ClientId"])


CLOCK = SystemClock()


def put_object(key: str, data: bytes) -> None:
    """What a partner's browser does with a file."""
    aws.client("s3").put_object(Bucket=os.environ["QUARANTINE_BUCKET"], Key=key, Body=data)
