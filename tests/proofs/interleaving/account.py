"""What tables and buckets hold: read it, and put it back. Far quicker than making it anew."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from shared import aws

Item = dict[str, Any]  # as DynamoDB's own JSON
BATCH = 25  # BatchWriteItem's limit


@dataclass
class Contents:
    """Items by (table, pk, sk), and the versions (id, ETag) of objects by (bucket, key)."""

    items: dict[tuple[str, str, str], Item] = field(default_factory=dict)
    objects: dict[tuple[str, str], tuple[tuple[str, str], ...]] = field(default_factory=dict)

    def of(self, prefix: str) -> list[Item]:
        """The items whose pk starts with `prefix`."""
        return [item for (_, pk, _), item in self.items.items() if pk.startswith(prefix)]

    def item(self, pk: str) -> Item | None:
        """The item that is alone under `pk`."""
        return next((item for (_, key, _), item in self.items.items() if key == pk), None)

    def told(self) -> list[dict[str, Any]]:
        """The events in the outbox, as they will be published."""
        return [json.loads(item["event"]["S"]) for item in self.of("OUTBOX#")]

    def keys(self, bucket: str) -> set[str]:
        """The objects in the bucket that the environment variable `bucket` names."""
        return {key for (name, key) in self.objects if name == os.environ[bucket]}


class Account:
    """Some tables and buckets of the embedded AWS, by their environment variables."""

    def __init__(self, tables: Sequence[str], buckets: Sequence[str] = ()) -> None:
        self._tables = tables
        self._buckets = buckets
        self._bodies: dict[str, bytes] = {}  # by ETag, of what may have to be put back

    def read(self, *, keep_bodies: bool = False) -> Contents:
        """Everything there is. `keep_bodies`: so that `restore` can put it back."""
        contents = Contents()
        for table in self._tables:
            for item in _scan(os.environ[table]):
                contents.items[table, item["pk"]["S"], item["sk"]["S"]] = item
        for bucket in self._buckets:
            name = os.environ[bucket]
            found: dict[str, list[tuple[str, str]]] = {}
            for one in aws.client("s3").list_object_versions(Bucket=name).get("Versions", []):
                found.setdefault(one["Key"], []).append((one["VersionId"], one["ETag"]))
                if keep_bodies and one["ETag"] not in self._bodies:
                    at = {"Bucket": name, "Key": one["Key"], "VersionId": one["VersionId"]}
                    answer = aws.client("s3").get_object(**at)
                    self._bodies[one["ETag"]] = answer["Body"].read()
            contents.objects |= {(name, key): tuple(all_) for key, all_ in found.items()}
        return contents

    def restore(self, wanted: Contents) -> None:
        """Make it `wanted` again; an object that is put back gets a new version, there too."""
        found = self.read()
        self._restore_objects(wanted, found)
        for table in self._tables:
            _write(os.environ[table], _differences(table, wanted, found))

    def _restore_objects(self, wanted: Contents, found: Contents) -> None:
        s3 = aws.client("s3")
        for place, versions in found.objects.items():
            for version in set(versions) - set(wanted.objects.get(place, ())):
                s3.delete_object(Bucket=place[0], Key=place[1], VersionId=version[0])
        for place, versions in list(wanted.objects.items()):
            for before, tag in set(versions) - set(found.objects.get(place, ())):
                bucket, key = place
                answer = s3.put_object(Bucket=bucket, Key=key, Body=self._bodies[tag])
                after = answer.get("VersionId", "null")
                wanted.objects[place] = ((after, tag),)
                _rename(wanted, before, after)


def _rename(contents: Contents, before: str, after: str) -> None:
    if before in ("null", after):
        return
    for key, item in contents.items.items():
        text = json.dumps(item)
        if before in text:
            contents.items[key] = json.loads(text.replace(before, after))


def _differences(table: str, wanted: Contents, found: Contents) -> list[Item]:
    def here(contents: Contents) -> dict[tuple[str, str, str], Item]:
        return {key: item for key, item in contents.items.items() if key[0] == table}

    old, new = here(found), here(wanted)
    gone = [
        {"DeleteRequest": {"Key": {"pk": {"S": pk}, "sk": {"S": sk}}}}
        for (_, pk, sk) in old.keys() - new.keys()
    ]
    changed = [{"PutRequest": {"Item": item}} for key, item in new.items() if old.get(key) != item]
    return gone + changed


def _write(table: str, requests: Sequence[Item]) -> None:
    for start in range(0, len(requests), BATCH):
        part = requests[start : start + BATCH]
        aws.client("dynamodb").batch_write_item(RequestItems={table: part})


def _scan(table: str) -> list[Item]:
    found: list[Item] = []
    start: dict[str, Any] = {}
    while True:
        answer = aws.client("dynamodb").scan(TableName=table, ConsistentRead=True, **start)
        found += answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return found
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
