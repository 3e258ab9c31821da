"""`make mend`: put back the subscriptions that somebody deleted.

CloudFormation compares templates, not what is there, so a deploy of the same template does nothing.
A stack that misses a subscription is therefore deployed without it, and then whole again.
"""

import argparse
from typing import Any

from infra import keys, sender, stacks, stage
from infra.artefacts import Artefacts
from infra.cloud import Cloud, connect
from infra.deploy import outputs, parameters
from infra.paths import SERVICES, stack_name
from infra.problems import command

KIND = "AWS::SNS::Subscription"


def missing(cloud: Cloud, stack: str) -> list[str]:
    """The names of the stack's subscriptions that are not there any more."""
    formation, sns = cloud.client("cloudformation"), cloud.client("sns")
    pages = formation.get_paginator("list_stack_resources").paginate(
        StackName=stack_name(cloud.stage.name, stack)
    )
    found = []
    for page in pages:
        for resource in page["StackResourceSummaries"]:
            if resource["ResourceType"] != KIND:
                continue
            try:
                sns.get_subscription_attributes(SubscriptionArn=resource["PhysicalResourceId"])
            except sns.exceptions.NotFoundException:
                found.append(str(resource["LogicalResourceId"]))
    return sorted(found)


def mend(cloud: Cloud) -> dict[str, list[str]]:
    """Put back every missing subscription; answers their names by stack. Raises Problem."""
    found = {stack: missing(cloud, stack) for stack in (*SERVICES, "wiring")}
    found = {stack: names for stack, names in found.items() if names}
    if found:
        values = {
            **cloud.stage.parameters(),
            **keys.parameters(cloud),
            **sender.parameters(cloud),
            **outputs(cloud),
        }
        for stack, names in found.items():
            _put_back(cloud, stack, names, values)
    return found


def _put_back(cloud: Cloud, stack: str, names: list[str], values: dict[str, str]) -> None:
    whole = _deployed_template(cloud, stack)
    resources = {key: one for key, one in whole["Resources"].items() if key not in names}
    artefacts = Artefacts(cloud)
    for content in ({**whole, "Resources": resources}, whole):
        wanted = parameters(content.get("Parameters", {}), values, stack)
        address = artefacts.address(artefacts.put_template(content))
        stacks.deploy(cloud, stack, address, wanted)


def _deployed_template(cloud: Cloud, stack: str) -> dict[str, Any]:
    answer = cloud.client("cloudformation").get_template(
        StackName=stack_name(cloud.stage.name, stack), TemplateStage="Original"
    )
    content: dict[str, Any] = answer["TemplateBody"]
    return content


@command
def main() -> None:
    """Mend the stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stage", required=True)
    cloud = connect(stage.read(parser.parse_args().stage))
    found = mend(cloud)
    for stack, names in found.items():
        print(f"{stack}: put back {', '.join(names)}")
    if found:
        print("What was published meanwhile comes with `make replay`: see docs/operations.md")
    else:
        print("No subscription is missing")


if __name__ == "__main__":
    main()
