"""Files that a browser sends straight to a bucket, past our functions."""

import os
from collections.abc import Mapping
from functools import cache
from typing import Any

from botocore.config import Config
from msgspec import Struct

from shared import aws

FORM_MINUTES = 60  # somebody without JavaScript still has to choose a file on that page
FORM_TYPE = "application/octet-stream"  # a plain form can't say which type the file has


class Form(Struct, frozen=True):
    """A form that a browser can post a file with: S3 checks the fields."""

    url: str
    fields: Mapping[str, str]


def upload_form(upload_origin: str, bucket: str, key: str, back_to: str, largest: int) -> Form:
    """A form for a file of up to `largest` bytes, that returns the browser to `back_to`."""
    fields = {"Content-Type": FORM_TYPE, "success_action_redirect": back_to}
    made = presigner(upload_origin).generate_presigned_post(
        bucket,
        key,
        Fields=fields,
        Conditions=[
            {"Content-Type": FORM_TYPE},
            {"success_action_redirect": back_to},
            ["content-length-range", 1, largest],
        ],
        ExpiresIn=FORM_MINUTES * 60,
    )
    return Form(made["url"], made["fields"])


def presigner(upload_origin: str) -> Any:
    """What signs addresses that browsers use; `upload_origin` is how they reach the buckets.

    A signature covers the host name, and an embedded AWS may go by another name for browsers than
    for functions. In AWS the ordinary client has the right one.
    """
    if os.environ.get("AWS_ENDPOINT_URL") and upload_origin:
        return _client_at(upload_origin)
    return aws.client("s3")


@cache
def _client_at(endpoint: str) -> Any:
    return aws.session().create_client(
        "s3",
        region_name=aws.region(),
        endpoint_url=endpoint,
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )
