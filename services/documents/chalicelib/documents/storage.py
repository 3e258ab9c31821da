"""The only module that touches the buckets: quarantine (what arrives) and library (what stays)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from botocore.exceptions import ClientError
from msgspec import Struct

from chalicelib.documents.domain import (
    DOWNLOAD_MINUTES,
    LARGEST_FILE,
    UPLOAD_MINUTES,
    as_base64,
    part_count,
    part_length,
)
from shared import aws
from shared.upload_forms import Form, presigner, upload_form

# Without s3:ListBucket, S3 says "forbidden" of a key that is not there.
_MISSING = (
    "404",
    "403",
    "AccessDenied",
    "NoSuchKey",
    "NoSuchVersion",
    "NoSuchUpload",
    "NotFound",
)


class Missing(Exception):
    """There is no such object, version or multipart upload."""


class Incomplete(Exception):
    """Parts of a multipart upload have not arrived."""


class Stored(Struct, frozen=True):
    """An object in quarantine: its size in bytes and, where the bucket has them, its version."""

    size: int
    version_id: str | None


class Address(Struct, frozen=True):
    """Where and how to send bytes: exactly these headers, until the address expires."""

    url: str
    headers: Mapping[str, str]


class Storage:
    """Both buckets. `upload_origin` is how a browser reaches them to send files, `library_origin`
    how it gets them (see `settings`).
    """

    def __init__(
        self, quarantine: str, library: str, upload_origin: str = "", library_origin: str = ""
    ) -> None:
        self._quarantine = quarantine
        self._library = library
        self._upload_origin = upload_origin
        self._library_origin = library_origin

    # Towards quarantine: the sender's browser does the sending

    def address(self, key: str, size: int, content_type: str, sha256: str) -> Address:
        """One PUT of exactly these bytes, never over an object that is there."""
        headers = {
            "Content-Type": content_type,
            "If-None-Match": "*",
            "x-amz-checksum-sha256": as_base64(sha256),
        }
        url = self._presigner().generate_presigned_url(
            "put_object",
            Params={
                "Bucket": self._quarantine,
                "Key": key,
                "ContentLength": size,
                "ContentType": content_type,
                "IfNoneMatch": "*",
                "ChecksumSHA256": as_base64(sha256),
            },
            ExpiresIn=UPLOAD_MINUTES * 60,
        )
        return Address(url, headers)

    def form(self, key: str, back_to: str) -> Form:
        """A form post of any size we take, that returns the browser to `back_to`."""
        return upload_form(self._upload_origin, self._quarantine, key, back_to, LARGEST_FILE)

    def begin_parts(self, key: str, content_type: str) -> str:
        """Start a multipart upload; answers its id."""
        answer = _s3().create_multipart_upload(
            Bucket=self._quarantine, Key=key, ContentType=content_type
        )
        return str(answer["UploadId"])

    def part_address(self, key: str, upload_id: str, number: int, length: int) -> Address:
        """One PUT of part `number` with exactly `length` bytes."""
        url = self._presigner().generate_presigned_url(
            "upload_part",
            Params={
                "Bucket": self._quarantine,
                "Key": key,
                "UploadId": upload_id,
                "PartNumber": number,
                "ContentLength": length,
            },
            ExpiresIn=UPLOAD_MINUTES * 60,
        )
        return Address(url, {})

    def parts(self, key: str, upload_id: str) -> dict[int, tuple[str, int]]:
        """The parts that S3 has: number to (ETag, bytes). Raises Missing when finished or gone."""
        pages = _s3().get_paginator("list_parts")
        try:
            return {
                part["PartNumber"]: (part["ETag"], part["Size"])
                for page in pages.paginate(Bucket=self._quarantine, Key=key, UploadId=upload_id)
                for part in page.get("Parts", [])
            }
        except ClientError as error:
            raise _missing_or(error) from error

    def finish_parts(self, key: str, upload_id: str, size: int) -> None:
        """Join the parts. Raises Incomplete when one lacks, Missing when finished or gone."""
        there = self.parts(key, upload_id)
        for number in range(1, part_count(size) + 1):
            if number not in there or there[number][1] != part_length(size, number):
                raise Incomplete
        parts = [{"PartNumber": number, "ETag": there[number][0]} for number in sorted(there)]
        try:
            _s3().complete_multipart_upload(
                Bucket=self._quarantine,
                Key=key,
                UploadId=upload_id,
                MultipartUpload={"Parts": parts},
                IfNoneMatch="*",
            )
        except ClientError as error:
            raise _missing_or(error) from error

    # In quarantine

    def waiting(self, key: str, version_id: str | None = None) -> Stored | None:
        """What lies in quarantine under `key`, or None."""
        try:
            answer = _s3().head_object(**self._at(key, version_id))
        except ClientError as error:
            if isinstance(_missing_or(error), Missing):
                return None
            raise
        return Stored(answer["ContentLength"], answer.get("VersionId"))

    def fetch(self, key: str, version_id: str | None, target: Path) -> None:
        """Download from quarantine. Raises Missing."""
        try:
            answer = _s3().get_object(**self._at(key, version_id))
        except ClientError as error:
            raise _missing_or(error) from error
        with target.open("wb") as file:
            for chunk in answer["Body"].iter_chunks(1024 * 1024):
                file.write(chunk)

    def tags(self, key: str, version_id: str | None) -> dict[str, str]:
        """The tags of an object in quarantine; GuardDuty writes its answer there."""
        try:
            answer = _s3().get_object_tagging(**self._at(key, version_id))
        except ClientError as error:
            raise _missing_or(error) from error
        return {tag["Key"]: tag["Value"] for tag in answer["TagSet"]}

    def discard(self, key: str, version_id: str | None) -> None:
        """Remove an upload from quarantine; harmless when it is gone."""
        _s3().delete_object(**self._at(key, version_id))

    # The library

    def keep(self, key: str, source: Path, content_type: str) -> str | None:
        """Write a file once; the key names its content, so one that is there is the same one.

        Answers the version that the bucket gave it.
        """
        try:
            with source.open("rb") as body:
                answer = _s3().put_object(
                    Bucket=self._library,
                    Key=key,
                    Body=body,
                    ContentType=content_type,
                    IfNoneMatch="*",
                )
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("PreconditionFailed", "412"):
                raise
            answer = _s3().head_object(Bucket=self._library, Key=key)
        version: str | None = answer.get("VersionId")
        return version

    def remove(self, key: str, version_id: str | None) -> None:
        """Remove a file from the library for good: its only version, not just its name."""
        place = {"Bucket": self._library, "Key": key}
        _s3().delete_object(**place, **({"VersionId": version_id} if version_id else {}))

    def download(self, key: str, name: str, content_type: str, *, inline: bool) -> str:
        """A short-lived address for a visitor; only images may be shown in place.

        Signed for the bucket's own name, which is what the library's origin asks it under.
        """
        placing = "inline" if inline else "attachment"
        signed: str = self._presigner().generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._library,
                "Key": key,
                "ResponseContentDisposition": f"{placing}; filename*=UTF-8''{quote(name)}",
                "ResponseContentType": content_type,
            },
            ExpiresIn=DOWNLOAD_MINUTES * 60,
        )
        scheme, host, *_ = urlsplit(self._library_origin or signed)
        return urlsplit(signed)._replace(scheme=scheme, netloc=host).geturl()

    def _presigner(self) -> Any:
        return presigner(self._upload_origin)

    def _at(self, key: str, version_id: str | None) -> dict[str, str]:
        place = {"Bucket": self._quarantine, "Key": key}
        return place | {"VersionId": version_id} if version_id else place


def _s3() -> Any:
    return aws.client("s3")


def _missing_or(error: ClientError) -> Exception:
    return Missing() if error.response["Error"]["Code"] in _MISSING else error
