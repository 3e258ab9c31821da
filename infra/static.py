"""Put the static files in the web bucket under hashed names, so browsers may keep them."""

import mimetypes

from botocore.exceptions import ClientError

from infra.cloud import Cloud
from infra.packaging import assets

FOREVER = "public, max-age=31536000, immutable"


def upload(cloud: Cloud, bucket: str) -> None:
    """Upload what the bucket lacks; older versions stay for pages that are still open."""
    s3 = cloud.client("s3")
    files = assets.hashed_static()
    uploaded = 0
    for hashed, content in files.values():
        key = f"static/{hashed}"
        if _is_there(s3, bucket, key):
            continue
        kind = mimetypes.guess_type(hashed)[0] or "application/octet-stream"
        if kind.startswith("text/") or kind.endswith("javascript"):
            kind += "; charset=utf-8"
        s3.put_object(Bucket=bucket, Key=key, Body=content, ContentType=kind, CacheControl=FOREVER)
        uploaded += 1
    manifest = assets.manifest(files)
    s3.put_object(
        Bucket=bucket,
        Key=f"static/{assets.MANIFEST}",
        Body=manifest,
        ContentType="application/json",
        CacheControl="no-cache",
    )
    if uploaded:
        cloud.say(f"uploaded {uploaded} static files")


def _is_there(s3: object, bucket: str, key: str) -> bool:
    try:
        s3.head_object(Bucket=bucket, Key=key)  # type: ignore[attr-defined]
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchKey"}:
            return False
        raise
    return True
