"""What all tests share: an environment like a function's, and nothing that reaches a network."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from infra.local.world import Platform

STAGE = "test"
TOPICS = f"arn:aws:sns:eu-central-1:123456789012:plekken-{STAGE}"

# Before any import of ours: models read their table's name when they are declared.
os.environ.update(
    {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "STAGE": STAGE,
        "ORIGIN": "http://localhost:8000",
        "LINK_KEYS": "test:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        "MAIL_FROM": "plekken@example.org",
        "ACCESS_TABLE": f"plekken-{STAGE}-access",
        "REGISTRATION_TABLE": f"plekken-{STAGE}-registration",
        "DIRECTORY_TABLE": f"plekken-{STAGE}-directory",
        "DOCUMENTS_TABLE": f"plekken-{STAGE}-documents",
        "REGISTRATION_TOPIC_ARN": f"{TOPICS}-registration-events",
        "DIRECTORY_TOPIC_ARN": f"{TOPICS}-directory-events",
        "DOCUMENTS_TOPIC_ARN": f"{TOPICS}-documents-events",
        "ORGANISER_TOPIC_ARN": f"{TOPICS}-organiser-notifications",
        "WEB_BUCKET": f"plekken-{STAGE}-123456789012-web",
        "HANDOVER_BUCKET": f"plekken-{STAGE}-123456789012-handover",
        "ERASURES_BUCKET": f"plekken-{STAGE}-123456789012-erasures",
        "QUARANTINE_BUCKET": f"plekken-{STAGE}-123456789012-quarantine",
        "LIBRARY_BUCKET": f"plekken-{STAGE}-123456789012-library",
        "UPLOAD_ORIGIN": "https://s3.eu-central-1.amazonaws.com",
        "LIBRARY_ORIGIN": f"https://plekken-{STAGE}-123456789012-library.s3.eu-central-1.amazonaws.com",
        "USER_POOL_CLIENT_ID": "set-by-the-test",
    }
)


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Platform"]:
    """The deployed platform (`infra.local.world.Platform`), one for the whole run.

    `origin` is the front door's address, `cloud.client(…)` makes boto3 clients, `values` has every
    stack's outputs, `mailbox` every mail that was sent.
    """
    from tests.running import running_platform

    with running_platform(tmp_path_factory.mktemp("platform")) as running:
        yield running
