"""Deploy one stack through a change set, and read what stacks put out."""

import time
from typing import Any

from botocore.exceptions import ClientError

from infra.cloud import Cloud
from infra.paths import stack_name
from infra.problems import Problem

NOTHING_TO_DO = ("didn't contain changes", "No updates are to be performed")
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
# What people's data stand in: a change that ends one of these is refused unless it is meant.
KEEPS = frozenset(
    {
        "AWS::Cognito::UserPool",
        "AWS::DynamoDB::Table",
        "AWS::S3::Bucket",
        "AWS::SQS::Queue",
    }
)
TIME_LIMIT = 45 * 60  # seconds; a CloudFront distribution takes its time


def outputs(cloud: Cloud, stack: str) -> dict[str, str]:
    """Return a stack's outputs. Raises Problem when it is not there."""
    described = describe(cloud, stack)
    if described is None:
        raise Problem(
            f"{stack_name(cloud.stage.name, stack)} is not deployed; run `make deploy` first."
        )
    return {item["OutputKey"]: item["OutputValue"] for item in described.get("Outputs", [])}


def describe(cloud: Cloud, stack: str) -> dict[str, Any] | None:
    """Return CloudFormation's description of a stack, or None when it is not there."""
    try:
        answer = cloud.client("cloudformation").describe_stacks(
            StackName=stack_name(cloud.stage.name, stack)
        )
    except ClientError as error:
        if "does not exist" in error.response["Error"]["Message"]:
            return None
        raise
    described: dict[str, Any] = answer["Stacks"][0]
    return None if described["StackStatus"] == "REVIEW_IN_PROGRESS" else described


def deploy(
    cloud: Cloud,
    stack: str,
    template_url: str,
    parameters: dict[str, str],
    *,
    may_lose: bool = False,
) -> bool:
    """Bring a stack to its template; return whether anything changed. Raises Problem.

    Unless `may_lose`, a change that deletes or replaces something that holds data is refused
    before anything is done.
    """
    formation = cloud.client("cloudformation")
    name = stack_name(cloud.stage.name, stack)
    existing = describe(cloud, stack)
    if existing is not None and existing["StackStatus"].startswith("ROLLBACK_COMPLETE"):
        formation.delete_stack(StackName=name)
        _wait(cloud, stack)
        existing = None
    change_set = f"deploy-{time.time_ns()}"
    formation.create_change_set(
        StackName=name,
        ChangeSetName=change_set,
        ChangeSetType="CREATE" if existing is None else "UPDATE",
        TemplateURL=template_url,
        Parameters=[
            {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
        ],
        Capabilities=CAPABILITIES,
    )
    if not _has_changes(formation, name, change_set):
        formation.delete_change_set(StackName=name, ChangeSetName=change_set)
        return False
    lost = [] if may_lose else _what_ends(formation, name, change_set)
    if lost:
        formation.delete_change_set(StackName=name, ChangeSetName=change_set)
        raise Problem(
            f"This would delete or replace {', '.join(lost)} of {name}, with what it holds, so "
            "nothing was changed there; say LOSE=yes if that is what you want."
        )
    formation.execute_change_set(StackName=name, ChangeSetName=change_set)
    status = _wait(cloud, stack)
    if status not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
        raise Problem(f"Stack {name} ended as {status}: {_first_failure(formation, name)}")
    return True


def _has_changes(formation: Any, name: str, change_set: str) -> bool:
    for pause in _pauses():
        described = formation.describe_change_set(StackName=name, ChangeSetName=change_set)
        if described["Status"] == "CREATE_COMPLETE":
            return True
        if described["Status"] == "FAILED":
            reason = described.get("StatusReason", "no reason given")
            if any(text in reason for text in NOTHING_TO_DO):
                return False
            raise Problem(f"CloudFormation refused the change to {name}: {reason}")
        time.sleep(pause)
    raise Problem(f"CloudFormation did not finish preparing the change to {name} in time.")


def _what_ends(formation: Any, name: str, change_set: str) -> list[str]:
    """The data-holding resources that a change set deletes or replaces."""
    pages = formation.get_paginator("describe_change_set").paginate(
        StackName=name, ChangeSetName=change_set
    )
    changes = [one["ResourceChange"] for page in pages for one in page["Changes"]]
    return sorted(
        one["LogicalResourceId"]
        for one in changes
        if one["ResourceType"] in KEEPS
        and (one["Action"] == "Remove" or one.get("Replacement") == "True")
    )


def _wait(cloud: Cloud, stack: str) -> str:
    for pause in _pauses():
        described = describe(cloud, stack)
        if described is None:
            return "DELETE_COMPLETE"
        status = str(described["StackStatus"])
        if not status.endswith("IN_PROGRESS"):
            return status
        time.sleep(pause)
    raise Problem(f"Stack {stack_name(cloud.stage.name, stack)} was not ready in time.")


def _pauses() -> Any:
    """Yield ever longer pauses, in seconds, until the time limit is used up."""
    spent, pause = 0.0, 0.1
    while spent < TIME_LIMIT:
        yield pause
        spent += pause
        pause = min(pause * 1.5, 5.0)


def _first_failure(formation: Any, name: str) -> str:
    events = formation.describe_stack_events(StackName=name)["StackEvents"]
    for event in reversed(events):
        reason = event.get("ResourceStatusReason", "")
        if event["ResourceStatus"].endswith("FAILED") and "cancelled" not in reason:
            return f"{event['LogicalResourceId']}: {reason}"
    return "CloudFormation gives no reason"
