"""The runbook names every alarm and every command, and no command that does not exist."""

import re

from infra import template
from infra.deploy import TEMPLATES
from infra.paths import ROOT

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
