"""AWS clients: made once, when first needed, from one botocore session.

A client costs up to 40 % of a cold start (DESIGN §9), so nothing here runs at import, and PynamoDB
is given the same DynamoDB client instead of a session of its own (`shared.table`).
"""

import os
import threading
from functools import cache
from typing import Any

import botocore.session
from botocore.client import BaseClient
from botocore.config import Config

# What AWS says when more is asked than it gives just now: nothing was done.
THROTTLES = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
        "TransactionConflictException",
    }
)

# A function that we wait for has 10 seconds (resources.yaml), and its caller 15.
READ_TIMEOUTS = {"lambda": 12, "logs": 3, "s3": 10, "sesv2": 10}
# A mail that SES took is not taken back: only our ledger may decide to send it again. A function
# that is still busy must not be started beside itself. Searching a log is not worth a second wait.
ONCE = frozenset({"lambda", "logs", "sesv2"})

# Making a client is not thread-safe in botocore; using one is.
_making = threading.RLock()


@cache
def session() -> botocore.session.Session:
    """The one botocore session of this process."""
    return botocore.session.get_session()


def client(service: str) -> Any:
    """The client for `service` ("s3", "sns", …), made on first use."""
    with _making:
        return _client(service)


@cache
def _client(service: str) -> BaseClient:
    return session().create_client(service, region_name=region(), config=_config(service))


def region() -> str:
    """The region this process runs in."""
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "eu-central-1"


def _config(service: str) -> Config:
    # An emulator has one host name, so buckets stand in the path there.
    addressing = "path" if os.environ.get("AWS_ENDPOINT_URL") else "virtual"
    return Config(
        connect_timeout=2,
        read_timeout=READ_TIMEOUTS.get(service, 5),
        max_pool_connections=32,
        retries={"total_max_attempts": 1 if service in ONCE else 4, "mode": "standard"},
        parameter_validation=service != "dynamodb",
        s3={"addressing_style": addressing},
        signature_version="s3v4" if service == "s3" else None,
    )


def forget() -> None:
    """Make session and clients anew at the next use; for tests that change credentials."""
    with _making:
        _client.cache_clear()
        session.cache_clear()
