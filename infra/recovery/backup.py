"""`make backup`: everything that can't be made again, encrypted, in a new folder."""

import argparse
import getpass
import os
import time
from datetime import UTC, datetime
from pathlib import Path

from infra import keys, stage
from infra.cloud import Cloud, connect
from infra.deploy import outputs
from infra.problems import Problem, command
from infra.recovery import archive, erased, objects, tables

PASSPHRASE = "PLEKKEN_PASSPHRASE"  # noqa: S105 - a variable's name
REST_LIMIT = 60.0  # seconds to wait until nothing is under way
REPEATED = "documents-uploads"  # putting a file back makes its message anew
SETTINGS = "settings.enc"


def save(cloud: Cloud, values: dict[str, str], folder: Path, passphrase: str, copies: str) -> str:
    """Write the backup; answers one line of figures. Raises Problem.

    It stands in a folder with another name until it is whole.
    """
    if folder.exists():
        raise Problem(f"{folder} is there already; name a new folder.")
    unfinished = folder.with_name(f"{folder.name}.unfinished-{time.time_ns()}")
    made = archive.create(unfinished, passphrase)
    waiting: dict[str, int] = {}
    rest = (lambda: None) if copies else (lambda: waiting.update(_rest(cloud)))
    contents = tables.at_one_moment(cloud, rest, copies)
    for table, items in contents.items():
        made.write_lines(f"tables/{table}.enc", items.values())
    files = objects.save(cloud, made, values)
    made.write_lines(SETTINGS, [{"link_keys": keys.parameters(cloud)["LinkKeys"]}])
    erased.add_to(unfinished, erased.journal(cloud, values["ErasuresBucket"]))
    count = sum(len(items) for items in contents.values())
    made.finish(
        {
            "stage": cloud.stage.name,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "items": count,
            "objects": files,
            "left_waiting": waiting,
        }
    )
    unfinished.rename(folder)
    for queue, number in waiting.items():
        cloud.say(f"not in the backup: {number} messages in {queue}; see docs/operations.md")
    return f"{count} items, {files} files"


def _rest(cloud: Cloud) -> dict[str, int]:
    """Wait until no message is under way; answers what still is when that takes too long.

    A message in a queue is in no table, so its effect would be missing after a restore.
    """
    deadline = time.monotonic() + REST_LIMIT
    while True:
        waiting = _messages(cloud)
        live = [name for name in waiting if not name.endswith("-dlq") and name != REPEATED]
        if not live or time.monotonic() > deadline:
            return waiting
        time.sleep(0.5)


def _messages(cloud: Cloud) -> dict[str, int]:
    sqs, prefix = cloud.client("sqs"), f"plekken-{cloud.stage.name}-"
    kinds = ("", "NotVisible", "Delayed")
    wanted = [f"ApproximateNumberOfMessages{kind}" for kind in kinds]
    depths = {}
    for url in sqs.list_queues(QueueNamePrefix=prefix).get("QueueUrls", []):
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=wanted)["Attributes"]
        depths[url.rpartition("/")[2].removeprefix(prefix)] = sum(map(int, found.values()))
    return {name: depth for name, depth in sorted(depths.items()) if depth}


def ask_passphrase(*, twice: bool) -> str:
    """The passphrase from the environment, or from the person who is there. Raises Problem."""
    given = os.environ.get(PASSPHRASE)
    if given:
        return given
    try:
        given = getpass.getpass("Passphrase of the backup: ")
        if twice and given != getpass.getpass("Once more: "):
            raise Problem("The two passphrases differ.")
    except EOFError as error:
        raise Problem(f"Nobody is there to type a passphrase; put it in {PASSPHRASE}.") from error
    return given


@command
def main() -> None:
    """Back the stage up, or refresh the erasure journal beside an older backup."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stage", required=True)
    parser.add_argument("--copies", default="", help="end of the names of restored tables")
    parser.add_argument("--only-erasures", action="store_true")
    parser.add_argument("to", nargs="?", default="")
    arguments = parser.parse_args()
    if not arguments.to:
        raise Problem("Say where to: make backup STAGE=live TO=../plekken-2027-04-14.")
    cloud, folder, started = connect(stage.read(arguments.stage)), Path(arguments.to), time.time()
    values = outputs(cloud)
    if arguments.only_erasures:
        archive.read_manifest(folder)
        known = erased.add_to(folder, erased.journal(cloud, values["ErasuresBucket"]))
        print(f"{folder} knows of {known} erasures")
        return
    passphrase = ask_passphrase(twice=True)
    figures = save(cloud, values, folder, passphrase, arguments.copies)
    print(f"Backed up {figures} in {time.time() - started:.0f} s to {folder}")


if __name__ == "__main__":
    main()
