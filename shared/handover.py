"""A consented hand-over of personal data between services (docs/adr: hand-over).

Events carry no personal data, so the words travel as an S3 object that expires by itself. The
sender may only write under its own prefix; the receiver may only read and delete there.
"""

from typing import Any, TypeVar

import msgspec

from shared import aws
from shared.settings import Settings, load

T = TypeVar("T")


class HandoverGone(Exception):
    """The object was taken already, or has expired."""


def put(sender: str, identifier: str, payload: Any) -> str:
    """Write `payload` and answer its key; the same identifier gives the same key, so a retry
    overwrites instead of leaving a second copy behind. One identifier must mean one payload."""
    key = f"{sender}/{identifier}.json"
    aws.client("s3").put_object(
        Bucket=load(Settings).handover_bucket,
        Key=key,
        Body=msgspec.json.encode(payload),
        ContentType="application/json",
    )
    return key


def take(key: str, model: type[T]) -> T:
    """Read the object at `key`. Raises HandoverGone, or msgspec.ValidationError when malformed."""
    s3 = aws.client("s3")
    try:
        answer = s3.get_object(Bucket=load(Settings).handover_bucket, Key=key)
    except s3.exceptions.ClientError as error:
        # Without s3:ListBucket, S3 says AccessDenied for a key that is not there.
        if error.response["Error"]["Code"] in ("NoSuchKey", "AccessDenied", "404", "403"):
            raise HandoverGone(key) from error
        raise
    return msgspec.json.decode(answer["Body"].read(), type=model)


def discard(key: str) -> None:
    """Remove the object; harmless when it is gone already."""
    aws.client("s3").delete_object(Bucket=load(Settings).handover_bucket, Key=key)
