"""The access table on a DynamoDB whose transactions are atomic."""

import os
from collections.abc import Iterator

import pytest

from tests.proofs.embedded import embedded_aws
from tests.service.conftest import create_table


@pytest.fixture(scope="module")
def embedded_dynamodb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An empty access table on the embedded AWS."""
    with embedded_aws(tmp_path_factory.mktemp("dynamodb"), "dynamodb"):
        create_table(os.environ["ACCESS_TABLE"])
        yield
