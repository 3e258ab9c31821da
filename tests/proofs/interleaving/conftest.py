"""Every table and bucket on an embedded AWS of our own, whose transactions are atomic."""

import os
from collections.abc import Iterator

import pytest

from shared import aws, network
from tests.proofs.embedded import embedded_aws
from tests.service.conftest import create_bucket, create_table


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Empty tables, buckets (the library with versions), topics and a mail sender."""
    with embedded_aws(tmp_path_factory.mktemp("embedded"), "dynamodb", "s3", "sns", "ses"):
        network.forget()
        for service in ("ACCESS", "REGISTRATION", "DIRECTORY", "DOCUMENTS"):
            create_table(os.environ[f"{service}_TABLE"])
        for bucket in ("WEB", "HANDOVER", "ERASURES", "QUARANTINE", "LIBRARY"):
            create_bucket(os.environ[f"{bucket}_BUCKET"])
        aws.client("s3").put_bucket_versioning(
            Bucket=os.environ["LIBRARY_BUCKET"], VersioningConfiguration={"Status": "Enabled"}
        )
        aws.client("sesv2").create_email_identity(EmailIdentity=os.environ["MAIL_FROM"])
        yield
    network.forget()
