"""`make deploy`: package, upload, and bring the five stacks up in their order."""

import argparse
import time
from pathlib import Path
from typing import Any

from infra import keys, releases, sender, stacks, stage, static, template
from infra.artefacts import Artefacts
from infra.cloud import Cloud, connect
from infra.package import package_all
from infra.packaging import service as packaging
from infra.packaging import target
from infra.paths import ROOT, SERVICES, STACKS
from infra.problems import Problem, command

TEMPLATES = ROOT / "infra" / "templates"


def deploy(cloud: Cloud, packages: dict[str, Path], *, may_lose: bool = False) -> dict[str, str]:
    """Deploy all stacks and the static files; return every stack's outputs. Raises Problem."""
    values = {
        **cloud.stage.parameters(),
        **keys.parameters(cloud),
        **sender.parameters(cloud),
    }
    artefacts = Artefacts(cloud)
    release: dict[str, str] = {}
    for stack in STACKS:
        started = time.monotonic()
        folder = packages.get(stack)
        path = folder / packaging.TEMPLATE if folder else TEMPLATES / f"{stack}.yaml"
        content = template.load(path)
        wanted = parameters(content.get("Parameters", {}), values, stack)
        release[stack] = artefacts.put_template(content, folder)
        address = artefacts.address(release[stack])
        changed = stacks.deploy(cloud, stack, address, wanted, may_lose=may_lose)
        prefix = stack.capitalize() if stack in SERVICES else ""
        for name, value in stacks.outputs(cloud, stack).items():
            values[prefix + name] = value
        verb = "deployed" if changed else "unchanged:"
        cloud.say(f"{verb} {stack} ({time.monotonic() - started:.1f} s)")
        if stack == "base":
            static.upload(cloud, values["WebBucket"])
    releases.note(cloud, artefacts, release)
    return values


def parameters(declared: dict[str, Any], values: dict[str, str], stack: str) -> dict[str, str]:
    """The values of the parameters that a template declares. Raises Problem.

    One with a default may lack a value: an older template asks for what no longer exists.
    """
    missing = [name for name in declared if name not in values]
    needed = [name for name in missing if "Default" not in declared[name]]
    if needed:
        raise Problem(f"The {stack} template wants {', '.join(needed)}, which nothing provides.")
    return {name: values[name] for name in declared if name in values}


def outputs(cloud: Cloud) -> dict[str, str]:
    """Return what a deployed stage's stacks put out, named as `deploy` names them."""
    values: dict[str, str] = {}
    for stack in STACKS:
        prefix = stack.capitalize() if stack in SERVICES else ""
        for name, value in stacks.outputs(cloud, stack).items():
            values[prefix + name] = value
    return values


@command
def main() -> None:
    """Deploy the stage that --stage names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stage", required=True)
    parser.add_argument("--lose", action="store_true", help="tables and buckets may go")
    arguments = parser.parse_args()
    name = arguments.stage
    if name in {"local", "test"}:
        raise Problem(f"The stage {name!r} lives in the embedded AWS; `make run` deploys it.")
    cloud = connect(stage.read(name))
    started = time.monotonic()
    print(f"Deploying stage {name} to account {cloud.account}, {cloud.stage.region}", flush=True)
    values = deploy(cloud, package_all(target.for_aws()), may_lose=arguments.lose)
    print(f"Ready in {time.monotonic() - started:.0f} s: {values['FrontDoorAddress']}")
    if not cloud.stage.domain_name and cloud.stage.origin != values["FrontDoorAddress"]:
        raise Problem(
            f"Links and forms still point to {cloud.stage.origin}; write "
            f"`origin: {values['FrontDoorAddress']}` in infra/stages/{name}.yaml and deploy again."
        )


if __name__ == "__main__":
    main()
