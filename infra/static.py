"""Put the static files in the web bucket: ours under hashed names, so that browsers may keep them,
and those for other websites under one address that stays.
"""

import mimetypes

from botocore.exceptions import ClientError

from infra.cloud import Cloud
from infra.packaging import assets

FOREVER = "public, max-age=31536000, immutable"
A_WHILE = "public, max-age=600, stale-while-revalidate=86400"


def upload(cloud: Cloud, bucket: str) -> None:
    """Upload what the bucket lacks; older versions stay for pages that are still open."""
    s3 = cloud.client("s3")
    files = assets.hashed_static()
    uploaded = 0
    for hashed, content in files.values():
        key = f"static/{hashed}"
        if _is_there(s3, bucket, key):
            continue
        s3.put_object(
            Bucket=bucket, Key=key, Body=content, ContentType=_kind(key), CacheControl=FOREVER
        )
        uploaded += 1
    for key, content in assets.stable_static().items():
        s3.put_object(
            Bucket=bucket, Key=key, Body=content, ContentType=_kind(key), CacheControl=A_WHILE
        )
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


def _kind(name: str) -> str:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    is_text = kind.startswith("text/") or kind.endswith("javascript")
    return f"{kind}; charset=utf-8" if is_text else kind


def _is_there(s3: object, bucket: str, key: str) -> bool:
    try:
        s3.head_object(Bucket=bucket, Key=key)  # type: ignore[attr-defined]
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchKey"}:
            return False
        raise
    return True
