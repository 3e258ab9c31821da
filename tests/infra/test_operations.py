"""The runbook names every alarm and every command, and no command that does not exist."""

import json
import re

from infra import template
from infra.deploy import TEMPLATES
from infra.paths import ROOT, SERVICES, service_folder
from shared.dead_letters import MOST_TRIES, QUEUES

RUNBOOK = (ROOT / "docs" / "operations.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
EXPLAINED = set(re.findall(r"^([a-z.0-9-]+):.*##", MAKEFILE, re.MULTILINE))
TARGETS = set(re.findall(r"^([a-z.0-9-]+):", MAKEFILE, re.MULTILINE))


def test_every_alarm_is_in_the_runbook() -> None:
    resources = template.load(TEMPLATES / "wiring.yaml")["Resources"].values()
    alarms = [one for one in resources if one["Type"] == "AWS::CloudWatch::Alarm"]
    names = {one["Properties"]["AlarmName"]["Fn::Sub"].partition("${Stage}-")[2] for one in alarms}
    assert {name for name in names if f"`{name}`" not in RUNBOOK} == set()


def test_every_command_is_in_the_runbook_and_exists() -> None:
    named = set(re.findall(r"make ([a-z][a-z.0-9-]*)", RUNBOOK))
    assert EXPLAINED - named == set()
    assert named - TARGETS == set()


def test_redrive_and_the_operations_page_know_every_queue_that_has_dead_letters() -> None:
    found = set()
    for service in SERVICES:
        content = template.load(service_folder(service) / "resources.yaml")["Resources"]
        for one in content.values():
            if one.get("Type") == "AWS::SQS::Queue" and "RedrivePolicy" in one["Properties"]:
                name = one["Properties"]["QueueName"]["Fn::Sub"]
                assert one["Properties"]["RedrivePolicy"]["maxReceiveCount"] == MOST_TRIES, name
                found.add(name.removeprefix("plekken-${Stage}-"))
    assert found == set(QUEUES)


def test_the_function_behind_the_operations_page_may_touch_exactly_those() -> None:
    path = service_folder("directory") / ".chalice" / "policy-operations.json"
    statements = {one["Sid"]: one for one in json.loads(path.read_text())["Statement"]}

    def queues(sid: str) -> list[str]:
        arns = [one["Fn::Sub"] for one in statements[sid]["Resource"]]
        return sorted(arn.partition("plekken-${Stage}-")[2] for arn in arns)

    dead = [f"{name}-dlq" for name in QUEUES]
    assert queues("LookAtQueues") == sorted([*QUEUES, *dead])
    assert queues("TakeDeadLetters") == sorted(dead)
    assert queues("SendBack") == sorted(QUEUES)
