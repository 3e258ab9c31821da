"""The templates that are deployed: valid, and true to what the code does."""

import importlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import ManualArgs, lint

from infra import stage, template
from infra.deploy import TEMPLATES
from infra.local import rules
from infra.packaging import service as packaging
from infra.paths import ROOT, SERVICES
from shared.answers import BINARY, XLSX
from shared.events import type_of
from tests.flows.privileges import NOT_ENFORCED

# We expand YAML's aliases before CloudFormation sees them.
EXPANDED_BY_US = ["W1100", "W1101"]
POLICIES = sorted((ROOT / "services").glob("*/.chalice/policy-*.json"))
MOST_ALARMS = 14  # ten are free, each one more is ten cents a month


def problems(content: dict[str, Any]) -> list[str]:
    config = ManualArgs(regions=["eu-central-1"], ignore_checks=EXPANDED_BY_US)
    return [str(match) for match in lint(template.dump(content).decode(), config=config)]


@pytest.mark.parametrize("name", ["base", "wiring"])
def test_platform_template_passes_cfn_lint(name: str) -> None:
    assert problems(template.load(TEMPLATES / f"{name}.yaml")) == []


@pytest.mark.parametrize("service", SERVICES)
def test_packaged_template_passes_cfn_lint(packages: dict[str, Path], service: str) -> None:
    assert problems(template.load(packages[service] / packaging.TEMPLATE)) == []


@pytest.mark.parametrize("service", SERVICES)
def test_filters_name_what_the_consumers_handle(service: str) -> None:
    for queue in ("Inbox", "Mail"):
        assert heard(service, queue) == handled(service, queue)


def handled(service: str, queue: str) -> set[str]:
    """The event types that a consumer acts on."""
    consumers = importlib.import_module(f"chalicelib.{service}.consumers")
    name = queue.upper()
    table = getattr(consumers, name, None) or getattr(consumers, f"_{name}")
    return {type_of(data) for data in table}


def heard(service: str, queue: str) -> set[str]:
    """The event types that reach a queue, of its own service and of others."""
    own = template.load(packaging.service_folder(service) / "resources.yaml")["Resources"]
    subscriptions = [own[f"{queue}Subscription"]]
    if queue == "Inbox":
        wiring = template.load(TEMPLATES / "wiring.yaml")["Resources"]
        prefix = f"{service.capitalize()}Hears"
        subscriptions += [wiring[name] for name in wiring if name.startswith(prefix)]
    types = [item["Properties"]["FilterPolicy"]["type"] for item in subscriptions]
    return {event_type for part in types for event_type in part}


@pytest.mark.parametrize("service", SERVICES)
def test_the_sweeper_knows_how_many_queues_hear_its_topic(service: str) -> None:
    own = template.load(packaging.service_folder(service) / "resources.yaml")["Resources"]
    wiring = template.load(TEMPLATES / "wiring.yaml")["Resources"]
    topic = {"Ref": f"{service.capitalize()}TopicArn"}
    hear = [
        one
        for one in own.values()
        if one.get("Type") == "AWS::SNS::Subscription"
        and one["Properties"]["TopicArn"] == {"Ref": "Topic"}
    ]
    hear += [one for one in wiring.values() if one.get("Properties", {}).get("TopicArn") == topic]
    known = own["Sweep"]["Properties"]["Environment"]["Variables"]["SUBSCRIPTIONS"]
    assert known == str(len(hear))


# What the embedded AWS does without asking a role (`NOT_ENFORCED`), so it is checked as text.
@pytest.mark.parametrize("path", POLICIES, ids=lambda path: f"{path.parents[1].name}-{path.stem}")
def test_what_no_flow_can_show_is_granted_on_one_resource(path: Path) -> None:
    wanted: dict[str, tuple[str, set[str], str]] = {
        "Log": ("logs", {"CreateLogStream", "PutLogEvents"}, "log-group:/plekken/${Stage}/"),
        "TakeMessages": (
            "sqs",
            {"ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "ReceiveMessage"},
            "Queue",
        ),
        "ReadStream": (
            "dynamodb",
            {"DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"},
            "StreamArn",
        ),
        "ReadScannerVerdict": ("s3", {"GetObjectVersionTagging"}, "${Quarantine}/"),
    }
    mail = {"SendMail ses:SendRawEmail"}  # stands beside ses:SendEmail, which is tried
    assert {*wanted, *mail} == set(NOT_ENFORCED)
    for statement in json.loads(path.read_text())["Statement"]:
        if statement["Sid"] in wanted:
            service, actions, resource = wanted[statement["Sid"]]
            assert set(statement["Action"]) == {f"{service}:{action}" for action in actions}
            assert isinstance(statement["Resource"], dict), "one resource, not a list"
            assert resource in json.dumps(statement["Resource"])


@pytest.mark.parametrize("service", SERVICES)
def test_every_function_has_a_role_and_a_log_of_its_own_service(
    packages: dict[str, Path], service: str
) -> None:
    resources = template.load(packages[service] / packaging.TEMPLATE)["Resources"]
    functions = {
        name: item["Properties"]
        for name, item in resources.items()
        if item["Type"] == "AWS::Serverless::Function"
    }
    roles = [properties["Role"]["Fn::GetAtt"][0] for properties in functions.values()]
    assert len(set(roles)) == len(functions) >= 6
    for name, properties in functions.items():
        assert properties["LoggingConfig"] == {"LogGroup": {"Ref": "Logs"}}, name
        assert properties["Environment"]["Variables"]["STAGE"] == {"Ref": "Stage"}, name


@pytest.mark.parametrize("service", SERVICES)
def test_no_policy_grants_every_action(packages: dict[str, Path], service: str) -> None:
    resources = template.load(packages[service] / packaging.TEMPLATE)["Resources"]
    for name, item in resources.items():
        if item["Type"] != "AWS::IAM::Role":
            continue
        for policy in item["Properties"]["Policies"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                assert all("*" not in action for action in statement["Action"]), name
                assert statement["Resource"] != "*", name


def test_only_ses_tells_of_failing_addresses_and_for_our_own_mail() -> None:
    resources = template.load(TEMPLATES / "base.yaml")["Resources"]
    policy = resources["MailFeedbackTopicPolicy"]["Properties"]
    assert policy["Topics"] == [{"Ref": "MailFeedbackTopic"}]
    [statement] = policy["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "ses.amazonaws.com"}
    assert statement["Action"] == "sns:Publish"
    asked = statement["Condition"]["StringEquals"]
    assert asked["aws:SourceAccount"] == {"Ref": "AWS::AccountId"}
    assert asked["aws:SourceArn"]["Fn::Sub"].endswith(":configuration-set/plekken-${Stage}")


def test_alarms_stay_few() -> None:
    resources = template.load(TEMPLATES / "wiring.yaml")["Resources"].values()
    alarms = [item for item in resources if item["Type"] == "AWS::CloudWatch::Alarm"]
    assert 0 < len(alarms) <= MOST_ALARMS


def test_every_parameter_is_provided() -> None:
    given = stage.read("test").parameters()
    keys = {"LinkKeys", "OriginSecret", "SenderVerified"}
    base = template.load(TEMPLATES / "base.yaml")
    assert set(base["Parameters"]) <= set(given) | keys
    for service in SERVICES:
        content = template.load(packaging.service_folder(service) / "resources.yaml")
        assert set(content["Parameters"]) <= set(given) | keys | set(base["Outputs"])


@pytest.mark.parametrize(
    ("path", "origin"),
    [
        ("/", "directory"),
        ("/beheer", "directory"),
        ("/beheer/inloggen", "directory"),
        ("/privacy", "directory"),
        ("/leden", "directory"),
        ("/leden/aanmelden", "directory"),
        ("/congres", "registration"),
        ("/congres/een/aanmelden", "registration"),
        ("/congres/beheer/een/deelnemers.xlsx", "registration-workbooks"),
        ("/congres/beheer/een/deelnemers.csv", "registration"),
        ("/congressen", "directory"),
        ("/documenten", "documents"),
        ("/documenten/api/v1/documents", "documents"),
        ("/static/plekken.css", "web"),
        ("/insluiten.js", "web"),
    ],
)
def test_front_door_sends_paths_where_cloudfront_would(path: str, origin: str) -> None:
    assert rules.read().behaviour_for(path).origin == origin


def test_front_door_asks_for_files_in_place_of_a_browser() -> None:
    found = rules.read()
    assert found.apis["registration-workbooks"] == found.apis["registration"]
    assert found.apis["registration"] == "RegistrationApiId"
    asked = {origin: headers for origin, headers in found.asked.items() if headers}
    assert asked == {"registration-workbooks": {"Accept": XLSX}}
    assert XLSX in BINARY


def test_front_door_has_the_security_headers() -> None:
    for path in ("/", "/static/plekken.css", "/congres", "/documenten/a", "/insluiten.js"):
        found = rules.read().behaviour_for(path)
        assert found.always["X-Content-Type-Options"] == "nosniff"
        assert found.unless_set["Referrer-Policy"] == "strict-origin"
        assert "frame-ancestors 'none'" in found.unless_set["Content-Security-Policy"]


def test_only_what_other_sites_load_may_be_read_by_them() -> None:
    read = {
        path: "Access-Control-Allow-Origin" in rules.read().behaviour_for(path).always
        for path in ("/insluiten.js", "/", "/static/form.js", "/congres/een", "/leden")
    }
    assert [path for path, may in read.items() if may] == ["/insluiten.js"]
    for_others = rules.read().behaviour_for("/insluiten.js").always
    assert for_others["Access-Control-Allow-Origin"] == "*"
    assert for_others["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_front_door_forwards_every_header_that_the_code_reads() -> None:
    read = set()
    for path in [*ROOT.glob("shared/*.py"), *ROOT.glob("services/*/chalicelib/**/*.py")]:
        read |= set(re.findall(r"headers\.get\(\s*\"([a-z-]+)\"", path.read_text()))
    assert "cloudfront-viewer-address" in read
    assert read <= rules.read().forwarded | {"x-origin-secret"}
