"""The files in the library and in quarantine, with the version that items name them by."""

import base64
import hashlib
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from infra.cloud import Cloud
from infra.recovery.archive import CHUNK, Archive
from infra.recovery.tables import Item

INDEX = "objects.enc"
BUCKETS = {"library": "DocumentsLibraryBucket", "quarantine": "DocumentsQuarantineBucket"}
# The attribute of a document that names its file's version, by bucket.
VERSIONS = {"library": "library_version", "quarantine": "version_id"}


def save(cloud: Cloud, archive: Archive, values: dict[str, str]) -> int:
    """Write every version of every file into the archive; answers how many."""
    lines: list[dict[str, Any]] = []
    for bucket, output in BUCKETS.items():
        for key, version in _versions(cloud, values[output]):
            place = {"Bucket": values[output], "Key": key}
            if version != "null":
                place["VersionId"] = version
            try:
                found = cloud.client("s3").get_object(**place)
            except ClientError as error:  # inspected or removed a moment ago
                if error.response["Error"]["Code"] in {"NoSuchKey", "NoSuchVersion"}:
                    continue
                raise
            name, digest = f"objects/{len(lines):06d}.enc", hashlib.sha256()
            archive.write(name, _digested(found["Body"].iter_chunks(CHUNK), digest))
            lines.append(
                {
                    "bucket": bucket,
                    "key": key,
                    "version": version,
                    "type": found["ContentType"],
                    "metadata": found["Metadata"],
                    "sha256": digest.hexdigest(),
                    "file": name,
                }
            )
    archive.write_lines(INDEX, lines)
    return len(lines)


def _versions(cloud: Cloud, bucket: str) -> Iterator[tuple[str, str]]:
    """Key and version of everything in a bucket, the oldest version of a key first."""
    pages = cloud.client("s3").get_paginator("list_object_versions").paginate(Bucket=bucket)
    found = [one for page in pages for one in page.get("Versions", [])]
    for one in sorted(found, key=lambda one: (one["Key"], one["LastModified"])):
        yield one["Key"], one.get("VersionId") or "null"


def _digested(pieces: Iterator[bytes], digest: Any) -> Iterator[bytes]:
    for piece in pieces:
        digest.update(piece)
        yield piece


def put(cloud: Cloud, archive: Archive, line: dict[str, Any], bucket: str) -> str | None:
    """Put a file where it was, unless it is there; answers its version.

    Keys name their content or are given out once, so what is there is the same file.
    """
    s3, place = cloud.client("s3"), {"Bucket": bucket, "Key": line["key"]}
    try:
        return _version(s3.head_object(**place))
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"404", "NoSuchKey"}:
            raise
    answer = s3.put_object(
        **place,
        Body=b"".join(archive.read(line["file"])),
        ContentType=line["type"],
        Metadata=line["metadata"],
        ChecksumSHA256=base64.b64encode(bytes.fromhex(line["sha256"])).decode(),
    )
    return _version(answer)


def _version(answer: dict[str, Any]) -> str | None:
    version: str | None = answer.get("VersionId")
    return version


def remove(cloud: Cloud, bucket: str, key: str) -> None:
    """Remove every version of a file."""
    s3 = cloud.client("s3")
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=key)
    found = [one for page in pages for one in page.get("Versions", []) if one["Key"] == key]
    for one in found:
        s3.delete_object(Bucket=bucket, Key=key, VersionId=one["VersionId"])


def keys(cloud: Cloud, bucket: str) -> set[str]:
    """Every key in a bucket."""
    return {key for key, _ in _versions(cloud, bucket)}


def renamed(item: Item, versions: dict[tuple[str, str], str | None]) -> Item:
    """The document with the version that its file has now, where it had one.

    An upload that waits for its inspection loses the version: the event that putting it back makes
    brings the new one.
    """
    changed = dict(item)
    for bucket, attribute in VERSIONS.items():
        old = item.get(attribute, {}).get("S")
        if old is None:
            continue
        new = versions.get((bucket, old))
        if new:
            changed[attribute] = {"S": new}
        elif bucket == "quarantine" and item["state"]["S"] == "received":
            del changed[attribute]
    return changed
