"""`make restore`: a stage as it was when a backup was made, without who was erased since."""

import argparse
import json
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from infra import deploy, environment, keys, organiser, stacks, stage
from infra.cloud import EMBEDDED, Cloud, connect
from infra.package import package_all
from infra.packaging import target
from infra.paths import SERVICES, service_folder
from infra.problems import Problem, command
from infra.recovery import archive, erased, objects, tables
from infra.recovery.archive import Archive
from infra.recovery.backup import SETTINGS, ask_passphrase
from infra.recovery.erased import Erased
from infra.recovery.tables import Contents, Item

# What a schedule sends, as far as Chalice reads it.
NIGHT = {
    "version": "0",
    "id": "restore",
    "account": "",
    "region": "",
    "time": "",
    "source": "aws.events",
    "detail-type": "Scheduled Event",
    "resources": [],
    "detail": {},
}
MARK = {"pk": {"S": "RESTORING"}, "sk": {"S": "RESTORING"}}


def restore(cloud: Cloud, folder: Path, passphrase: str, *, replace: bool) -> str:
    """Bring the stage back; answers one line of figures. Raises Problem.

    Everything is checked before anything is written. After a crash, do it again.
    """
    made = archive.open_(folder, passphrase)
    made.verify()
    _check_age(made.manifest)
    read = _read(made)
    if not replace:
        _check_empty(cloud, made.manifest["id"])
    values = _deploy_with_keys(cloud, made.read_lines(SETTINGS)[0]["link_keys"])
    environment.become(cloud, values)
    gone = Erased(
        erased.read(folder).entries | erased.journal(cloud, values["ErasuresBucket"]).entries
    )
    wanted = erased.without(read, gone)
    present = {table: tables.scan(cloud, table) for table in tables.TABLES}
    if not replace:  # whoever made the new stage may have made themselves an organiser
        wanted["access"] = {**present["access"], **wanted["access"]}
    mark = {**MARK, "backup": {"S": made.manifest["id"]}}
    access = {"TableName": tables.name_of(cloud, "access")}
    cloud.client("dynamodb").put_item(**access, Item=mark)
    erased.note(cloud, values["ErasuresBucket"], gone)
    files, versions = _put_library(cloud, made, values, gone)
    documents = wanted["documents"]
    wanted["documents"] = {key: objects.renamed(item, versions) for key, item in documents.items()}
    _put_organisers(cloud, values, wanted["access"])
    left = {table: tables.close(cloud, table, items) for table, items in present.items()}
    count = _put_items(cloud, wanted, left)
    files += _put_uploads(cloud, made, values, wanted["documents"])
    cloud.client("dynamodb").delete_item(**access, Key=MARK)
    _open(cloud)
    left_out = sum(map(len, read.values())) - sum(
        len(items.keys() & read[table].keys()) for table, items in wanted.items()
    )
    return f"{count} items, {files} files; {left_out} items stay erased"


def forget(cloud: Cloud, values: dict[str, str]) -> int:
    """Erase again what the journal names, in the tables and the library; answers how many items.

    For tables that came back in another way than by `restore`.
    """
    environment.become(cloud, values)
    gone = erased.journal(cloud, values["ErasuresBucket"])
    present = {table: tables.scan(cloud, table) for table in tables.TABLES}
    wanted = erased.without(present, gone)
    changed = _put_items(cloud, wanted, present)
    removed = sum(len(items.keys() - wanted[table].keys()) for table, items in present.items())
    for output in objects.BUCKETS.values():
        for key in objects.keys(cloud, values[output]):
            if not erased.keeps_object(key, gone):
                objects.remove(cloud, values[output], key)
    _open(cloud)
    return changed + removed


def _check_age(manifest: dict[str, Any]) -> None:
    made_at = datetime.fromisoformat(manifest["made_at"])
    if datetime.now(UTC) - made_at > timedelta(days=erased.REMEMBERED):
        raise Problem(
            f"This backup is of {made_at:%d %B %Y}; what was erased since is remembered for "
            f"{erased.REMEMBERED} days only, so it must not come back."
        )


def _read(made: Archive) -> Contents:
    now = time.time()
    return {
        table: {
            tables.key_of(item): item
            for item in made.read_lines(f"tables/{table}.enc")
            if float(item.get("expires_at", {}).get("N", now + 1)) > now
        }
        for table in tables.TABLES
    }


def _deploy_with_keys(cloud: Cloud, link_keys: str) -> dict[str, str]:
    """Deploy the stage with the keys that old links were signed with. Raises Problem."""
    keys.keep(cloud, "link-keys", link_keys)
    runtime = target.here() if cloud.stage.name in EMBEDDED else target.for_aws()
    return deploy.deploy(cloud, package_all(runtime))


def _check_empty(cloud: Cloud, backup: str) -> None:
    deployed = [service for service in SERVICES if stacks.describe(cloud, service)]
    count = sum(len(tables.scan(cloud, service)) for service in deployed)
    if not count:
        return
    found = cloud.client("dynamodb").get_item(
        TableName=tables.name_of(cloud, "access"), Key=MARK, ConsistentRead=True
    )
    if found.get("Item", {}).get("backup", {}).get("S") == backup:
        return  # this very restore was cut off
    raise Problem(
        f"Stage {cloud.stage.name} holds {count} items, which would be lost; "
        "say REPLACE=yes if that is what you want."
    )


def _put_library(
    cloud: Cloud, made: Archive, values: dict[str, str], gone: Erased
) -> tuple[int, dict[tuple[str, str], str | None]]:
    """Put the library's files back before anything names them; answers their new versions."""
    bucket = values[objects.BUCKETS["library"]]
    wanted = [
        line
        for line in made.read_lines(objects.INDEX)
        if line["bucket"] == "library" and erased.keeps_object(line["key"], gone)
    ]
    for key in objects.keys(cloud, bucket) - {line["key"] for line in wanted}:
        objects.remove(cloud, bucket, key)
    versions = {
        ("library", line["version"]): objects.put(cloud, made, line, bucket) for line in wanted
    }
    return len(wanted), versions


def _put_uploads(
    cloud: Cloud, made: Archive, values: dict[str, str], documents: dict[tuple[str, str], Item]
) -> int:
    """Put back the uploads that wait for their inspection, which this starts."""
    bucket, count = values[objects.BUCKETS["quarantine"]], 0
    waits = {
        f"uploads/{item['id']['S']}"
        for item in documents.values()
        if item["pk"]["S"].startswith("DOCUMENT#")
        and item["state"]["S"] in {"announced", "received"}
    }
    latest = {
        line["key"]: line
        for line in made.read_lines(objects.INDEX)
        if line["bucket"] == "quarantine" and line["key"] in waits
    }
    for key in objects.keys(cloud, bucket) - waits:
        objects.remove(cloud, bucket, key)
    for line in latest.values():
        objects.put(cloud, made, line, bucket)
        count += 1
    return count


def _put_items(cloud: Cloud, wanted: Contents, present: Contents) -> int:
    return sum(
        tables.make_equal(cloud, table, wanted[table].values(), present[table], turn)
        for turn in tables.TURNS
        for table in tables.TABLES
    )


def _put_organisers(cloud: Cloud, values: dict[str, str], access: dict[Any, Item]) -> None:
    """Give every organiser an account: passwords are in no backup, and ids differ per user pool."""
    for key in [key for key in access if key[0] == "ORGANISERS"]:
        item = access.pop(key)
        address = item["email"]["S"]
        subject, password = organiser.account(cloud, values, address)
        access["ORGANISERS", subject] = {**item, "sk": {"S": subject}}
        if password:
            cloud.say(f"{address} has a new first password: {password}")


def _open(cloud: Cloud) -> None:
    """Let every service remove what is past its date and show its part of the pages anew."""
    for service in SERVICES:
        name = f"plekken-{cloud.stage.name}-{service}-nightly"
        answer = cloud.client("lambda").invoke(
            FunctionName=name, Payload=json.dumps(NIGHT).encode()
        )
        if "FunctionError" in answer:
            raise Problem(f"{name} failed after everything was written; see its log.")


@command
def main() -> None:
    """Restore the stage from a folder, or erase again what the journal names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stage", required=True)
    parser.add_argument("--replace", action="store_true", help="lose what stands there now")
    parser.add_argument("--only-forget", action="store_true")
    parser.add_argument("from_", nargs="?", default="", metavar="from")
    arguments = parser.parse_args()
    sys.path[:0] = [str(service_folder(service)) for service in SERVICES]
    cloud, started = connect(stage.read(arguments.stage)), time.time()
    if arguments.only_forget:
        print(f"{forget(cloud, deploy.outputs(cloud))} items were erased again")
        return
    if not arguments.from_:
        raise Problem("Say where from: make restore STAGE=live FROM=../plekken-2027-04-14.")
    folder = Path(arguments.from_)
    archive.read_manifest(folder)
    passphrase = ask_passphrase(twice=False)
    figures = restore(cloud, folder, passphrase, replace=arguments.replace)
    print(f"Restored {figures} ({time.time() - started:.0f} s)")


if __name__ == "__main__":
    main()
