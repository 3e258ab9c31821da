"""What the stacks make in AWS, but for functions: tables, topics, queues and buckets.

Taken from the product's own templates, so that no queue, filter or retry here is of our invention.
"""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config

from infra import deploy, stage, template
from infra.paths import ROOT, SERVICES, STACKS

ACCOUNT = "123456789012"
STAGE = "test"
KEPT = {
    "AWS::DynamoDB::Table",
    "AWS::S3::Bucket",
    "AWS::SES::EmailIdentity",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::SQS::QueuePolicy",
}
PSEUDO = {"AWS::AccountId", "AWS::NoValue", "AWS::Partition", "AWS::Region", "AWS::URLSuffix"}


@dataclass(frozen=True)
class Trigger:
    """What sets a function to work: a queue or a table's stream, as the template has it."""

    service: str
    function: str  # "relay", "inbox", "mail", "inspect"
    source: str  # the queue's address, or the stream's ARN
    reports_failures: bool
    retries: int = -1  # of a stream's batch; a queue's own redrive policy counts for a queue
    bisects: bool = False
    prefix: str = ""  # of the stream's keys that pass the filter


@cache
def client(service: str) -> Any:
    """The harness's own client: no observer of `shared.aws` sees its calls."""
    session = botocore.session.get_session()
    return session.create_client(
        service,
        region_name="eu-central-1",
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key="harness",
        config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
    )


def build() -> list[Trigger]:
    """Make the five stacks; answers what sets which function to work."""
    values = stage.read(STAGE).parameters()
    # Time is ours here, so messages come again as late as they do in AWS.
    del values["RetrySeconds"], values["InspectRetrySeconds"]
    triggers: list[Trigger] = []
    for stack in STACKS:
        content = template.load(_path(stack))
        made = _create(stack, content, values)
        if stack in SERVICES:
            triggers += _triggers(stack, content, made)
    return triggers


def _path(stack: str) -> Any:
    if stack in SERVICES:
        return ROOT / "services" / stack / "resources.yaml"
    return deploy.TEMPLATES / f"{stack}.yaml"


def _create(stack: str, content: dict[str, Any], values: dict[str, str]) -> dict[str, str]:
    """Create the stack and add its outputs to `values`; answers its resources' names."""
    declared = content.get("Parameters", {})
    kept = {
        name: resource
        for name, resource in content["Resources"].items()
        if resource.get("Type") in KEPT
    }
    known = {*kept, *declared, *PSEUDO}
    outputs = content.get("Outputs", {})
    body = {
        "Parameters": declared,
        "Conditions": content.get("Conditions", {}),
        "Resources": kept,
        "Outputs": {name: each for name, each in outputs.items() if _named_in(each) <= known},
    }
    formation, name = client("cloudformation"), f"plekken-{STAGE}-{stack}"
    formation.create_stack(
        StackName=name,
        TemplateBody=json.dumps(body, default=str),
        Parameters=[
            # Those of functions and of the front door, which are not made here, need no value.
            {
                "ParameterKey": key,
                "ParameterValue": values.get(key, str(one.get("Default", "none"))),
            }
            for key, one in declared.items()
        ],
    )
    formation.get_waiter("stack_create_complete").wait(
        StackName=name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 100}
    )
    [described] = formation.describe_stacks(StackName=name)["Stacks"]
    prefix = stack.capitalize() if stack in SERVICES else ""
    for output in described.get("Outputs", []):
        values[prefix + output["OutputKey"]] = output["OutputValue"]
    resources = formation.describe_stack_resources(StackName=name)["StackResources"]
    return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in resources}


def _named_in(value: Any) -> set[str]:
    """The resources and parameters that a piece of a template names."""
    if isinstance(value, list):
        return set().union(*map(_named_in, value))
    if not isinstance(value, dict):
        return set()
    if "Ref" in value:
        return {value["Ref"]}
    if "Fn::GetAtt" in value:
        return {value["Fn::GetAtt"][0]}
    if "Fn::Sub" in value:
        return {part.partition("}")[0] for part in str(value["Fn::Sub"]).split("${")[1:]}
    return set().union(*map(_named_in, value.values()))


def _triggers(service: str, content: dict[str, Any], made: dict[str, str]) -> list[Trigger]:
    found = []
    for name, resource in content["Resources"].items():
        for event in resource.get("Properties", {}).get("Events", {}).values():
            given = event.get("Properties", {})
            reports = "ReportBatchItemFailures" in given.get("FunctionResponseTypes", [])
            if "Queue" in given:
                queue = made[given["Queue"]["Fn::GetAtt"][0]]
                found.append(Trigger(service, name.lower(), queue, reports))
            elif "Stream" in given:
                found.append(_stream(service, name.lower(), given, reports=reports))
    return found


def _stream(service: str, function: str, given: dict[str, Any], *, reports: bool) -> Trigger:
    [pattern] = [json.loads(one["Pattern"]) for one in given["FilterCriteria"]["Filters"]]
    assert pattern["eventName"] == ["INSERT"]
    [condition] = pattern["dynamodb"]["Keys"]["pk"]["S"]
    table = client("dynamodb").describe_table(TableName=f"plekken-{STAGE}-{service}")["Table"]
    return Trigger(
        service,
        function,
        table["LatestStreamArn"],
        reports,
        retries=given["MaximumRetryAttempts"],
        bisects=given["BisectBatchOnFunctionError"],
        prefix=condition["prefix"],
    )
