"""Zips and templates in a bucket, named by their content: the same bytes are uploaded once."""

import hashlib
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infra import template as templates
from infra.cloud import Cloud


class Artefacts:
    """The stage's artefact bucket."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._s3 = cloud.client("s3")
        self.bucket = f"plekken-{cloud.stage.name}-{cloud.account}-artefacts"
        self._make_bucket()

    def _make_bucket(self) -> None:
        try:
            self._s3.head_bucket(Bucket=self.bucket)
        except ClientError as error:
            if error.response["Error"]["Code"] not in {"404", "NoSuchBucket"}:
                raise
            place = {"LocationConstraint": self._cloud.stage.region}
            self._s3.create_bucket(Bucket=self.bucket, CreateBucketConfiguration=place)
            private = {
                "BlockPublicAcls": True,
                "BlockPublicPolicy": True,
                "IgnorePublicAcls": True,
                "RestrictPublicBuckets": True,
            }
            self._s3.put_public_access_block(
                Bucket=self.bucket, PublicAccessBlockConfiguration=private
            )
            rule = {"ID": "forget", "Status": "Enabled", "Filter": {}, "Expiration": {"Days": 365}}
            self._s3.put_bucket_lifecycle_configuration(
                Bucket=self.bucket, LifecycleConfiguration={"Rules": [rule]}
            )

    def put(self, content: bytes, ending: str) -> str:
        """Upload the content unless it is there; return its key."""
        key = hashlib.sha256(content).hexdigest()[:32] + ending
        try:
            self._s3.head_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] not in {"404", "NoSuchKey"}:
                raise
            self._s3.put_object(Bucket=self.bucket, Key=key, Body=content)
        return key

    def put_template(self, template: dict[str, Any], folder: Path | None = None) -> str:
        """Upload a template and the zips it names in its folder; return the template's key."""
        for resource in template["Resources"].values():
            properties = resource.get("Properties", {})
            for name in ("CodeUri", "ContentUri"):
                if folder and str(properties.get(name, "")).startswith("./"):
                    content = (folder / properties[name]).read_bytes()
                    properties[name] = f"s3://{self.bucket}/{self.put(content, '.zip')}"
        return self.put(templates.dump(template), ".json")

    def address(self, key: str) -> str:
        """Where CloudFormation finds an artefact."""
        return f"{self._s3.meta.endpoint_url}/{self.bucket}/{key}"
