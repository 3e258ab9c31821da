"""`make rollback`: what was deployed before, from the artefacts that are still there.

A release is a template per stack; each names its zips by content, so nothing is built again.
"""

import argparse
import hashlib
import json
import time
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from infra import keys, sender, stacks, stage
from infra.artefacts import Artefacts
from infra.cloud import Cloud, connect
from infra.paths import SERVICES, STACKS
from infra.problems import Problem, command

PREFIX = "releases/"
Release = dict[str, str]  # the template's key in the artefact bucket, by stack


def version_of(release: Release) -> str:
    """What a release is called."""
    return hashlib.sha256(json.dumps(release, sort_keys=True).encode()).hexdigest()[:12]


def note(cloud: Cloud, artefacts: Artefacts, release: Release) -> None:
    """Write down that this stands in the stage from now on."""
    known = history(cloud, artefacts)
    if known and known[-1] == release:
        return
    when = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    cloud.client("s3").put_object(
        Bucket=artefacts.bucket,
        Key=f"{PREFIX}{when}-{version_of(release)}.json",
        Body=json.dumps(release).encode(),
    )


def history(cloud: Cloud, artefacts: Artefacts) -> list[Release]:
    """The last two releases of the stage, the older one first."""
    s3 = cloud.client("s3")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=artefacts.bucket, Prefix=PREFIX)
    found = sorted(one["Key"] for page in pages for one in page.get("Contents", []))
    bodies = (s3.get_object(Bucket=artefacts.bucket, Key=key)["Body"] for key in found[-2:])
    return [json.loads(body.read()) for body in bodies]


def roll_back(cloud: Cloud) -> str:
    """Put back the release before the last one; answers its version. Raises Problem.

    The front goes first, then the services in the opposite order of a deploy: nobody then asks
    something of a service that it can't do any more. Base stays: it only grows, and holds what
    outlives versions.
    """
    from infra.deploy import outputs, parameters  # noqa: PLC0415 - deploy notes releases here

    artefacts = Artefacts(cloud)
    known = history(cloud, artefacts)
    if len(known) < 2:  # noqa: PLR2004 - the last one, and the one before it
        raise Problem(f"Stage {cloud.stage.name} had one release only; there is nothing before it.")
    before = known[0]
    values = {
        **cloud.stage.parameters(),
        **keys.parameters(cloud),
        **sender.parameters(cloud),
        **outputs(cloud),
    }
    for stack in reversed((*SERVICES, "wiring")):
        started = time.monotonic()
        content = _template(cloud, artefacts, before[stack])
        wanted = parameters(content.get("Parameters", {}), values, stack)
        changed = stacks.deploy(cloud, stack, artefacts.address(before[stack]), wanted)
        verb = "rolled back" if changed else "unchanged:"
        cloud.say(f"{verb} {stack} ({time.monotonic() - started:.1f} s)")
    now = {**before, "base": known[-1]["base"]}
    note(cloud, artefacts, {stack: now[stack] for stack in STACKS})
    return version_of(before)


def _template(cloud: Cloud, artefacts: Artefacts, key: str) -> dict[str, Any]:
    try:
        body = cloud.client("s3").get_object(Bucket=artefacts.bucket, Key=key)["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchKey":
            raise
        raise Problem(
            "The release before this one is over a year old and its files are gone; "
            "check its version out and `make deploy` that."
        ) from error
    content: dict[str, Any] = json.loads(body)
    return content


@command
def main() -> None:
    """Roll the stage back. Doing it twice brings the newer version back."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stage", required=True)
    cloud = connect(stage.read(parser.parse_args().stage))
    version = roll_back(cloud)
    print(f"Stage {cloud.stage.name} runs release {version} again")


if __name__ == "__main__":
    main()
