"""A new version comes while everything is under way, and goes again: nothing is lost."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from infra import template
from infra.artefacts import Artefacts
from infra.paths import STACKS, stack_name
from infra.problems import Problem
from infra.stacks import KEEPS
from infra.stacks import deploy as deploy_stack
from tests.flows import steps
from tests.flows.browser import Answer, Browser
from tests.flows.steps import Person
from tests.flows.tools import Backstage, Mailbox, sent_twice, wait_for
from tests.proofs.conftest import Figures
from tests.proofs.upgrade import next_version
from tests.proofs.upgrade.commands import run
from tests.proofs.upgrade.conftest import FrontDoor

pytestmark = [pytest.mark.embedded_aws, pytest.mark.timeout(900)]


@dataclass
class UnderWay:
    """What is half done when the next version comes."""

    congress: str
    form: Answer  # open in somebody's browser
    assets: list[str]  # that the open page loads
    queued: Person  # their event waits in the queues
    unsent: Person  # their event waits in the outbox
    partner: Browser
    part: dict[str, Any]  # an upload's address, not used yet
    document: str
    data: bytes


@dataclass
class Stand:
    """The platform and who looks at it."""

    platform: Any
    staff: Any
    mailbox: Mailbox
    backstage: Backstage
    congress: str

    def browser(self) -> Browser:
        return Browser(self.platform.origin)

    def version(self) -> str:
        return str(self.browser().get("/congres/api/health").expect(200).json()["version"])

    def registration(self, person: Person) -> dict[str, Any]:
        items = self.backstage.items("registration", "REGISTRATION#")
        return next(item for item in items if item.get("email") == person.email)

    def keeping(self) -> dict[str, str]:
        """The data-holding resources by stack and name."""
        formation, stage = self.platform.cloud.client("cloudformation"), self.backstage.stage
        found = {
            f"{stack} {one['LogicalResourceId']}": one["PhysicalResourceId"]
            for stack in STACKS
            for one in formation.describe_stack_resources(StackName=stack_name(stage, stack))[
                "StackResources"
            ]
            if one["ResourceType"] in KEEPS
        }
        tables = self.backstage.client("dynamodb")
        for name in ("access", "registration", "directory", "documents"):
            table = tables.describe_table(TableName=self.backstage.table(name))["Table"]
            found[f"{name} made"] = str(table["CreationDateTime"])
        return found


def test_a_new_version_comes_and_goes_and_nothing_is_lost(
    front_door: FrontDoor,
    load_congress: Callable[..., str],
    staff: Any,
    mailbox: Mailbox,
    backstage: Backstage,
    tmp_path: Path,
    figures: Figures,
) -> None:
    platform = front_door.platform
    later = next_version.write(tmp_path / "next")
    stand = Stand(platform, staff, mailbox, backstage, load_congress(20))
    member = steps.wishing()
    links = steps.invite(
        stand.browser(), staff.browser, mailbox, stand.congress, member, staff.email
    )
    backstage.wait_until_quiet()
    version, keeping = stand.version(), stand.keeping()
    with backstage.paused("registration-inbox", "registration-mail"):
        under_way = _begin(stand, links[1])
        said = next_version.deploy(later, platform)
    assert "deployed registration" in said
    front_door.reopen()
    assert stand.version() != version
    assert stand.keeping() == keeping
    _assert_old_work_goes_on(stand, under_way)
    newcomer = steps.somebody("Nieuw")
    steps.register(stand.browser(), stand.congress, newcomer)
    manage = mailbox.wait(newcomer.email, "Je bent aangemeld").link("/congres/aanmelding?")
    assert stand.registration(newcomer)["wave"] == "second"
    waves = _waves(backstage)
    assert {"first", "second"} <= waves, "the new code handled old events and new ones"
    _assert_nothing_dangles(stand)

    last = steps.somebody("Laatste")
    with backstage.paused("registration-inbox", "registration-mail"):
        steps.register(stand.browser(), stand.congress, last)
        wait_for("new event in the queues", lambda: backstage.peek("registration-mail"))
        assert "second" in str(backstage.peek("registration-mail"))
        assert "runs release" in run(platform, "infra.releases")
        front_door.reopen()
    assert stand.version() == version
    assert stand.keeping() == keeping
    mailbox.wait(last.email, "Je bent aangemeld")
    page = steps.open_registration(stand.browser(), manage)
    assert newcomer.name in page.text
    _rename(stand, manage, "Andere Naam")
    changed = stand.registration(newcomer)
    assert (changed["name"], changed["wave"]) == ("Andere Naam", "second")
    backstage.wait_until_quiet()
    assert [name for name in backstage.queues(dead=True) if backstage.depth(name)] == []
    assert sent_twice(mailbox.all()) == []
    with pytest.raises(Problem, match="delete or replace InboxQueue, Table of"):
        _deploy_without_data(stand)
    assert stand.keeping() == keeping
    people = [member, under_way.queued, under_way.unsent, newcomer, last]
    figures(
        "upgrade",
        f"one up and one back with {len(people)} people, an upload, a page and events of both "
        "versions under way: 0 lost, 0 mails twice, 0 dead letters, 0 tables or buckets replaced",
    )


def _begin(stand: Stand, invitation: str) -> UnderWay:
    """Leave something half done at every place."""
    queued, unsent = steps.somebody("Wachtrij"), steps.somebody("Uitbak")
    form = stand.browser().get(f"/congres/{stand.congress}").expect(200)
    partner = stand.browser()
    steps.open_invitation(partner, invitation)
    data = steps.small_pdf("Halverwege")
    plan = steps.announce(partner, data, f"Halverwege {uuid4().hex}").expect(201).json()
    steps.register(stand.browser(), stand.congress, queued)
    wait_for("event in the queue", lambda: stand.backstage.peek("registration-mail"))
    _stop_relay(stand.backstage)
    steps.register(stand.browser(), stand.congress, unsent)
    assert stand.backstage.items("registration", "OUTBOX#")
    return UnderWay(
        congress=stand.congress,
        form=form,
        assets=sorted(set(re.findall(r'(?:href|src)="(/static/[^"]+)"', form.text))),
        queued=queued,
        unsent=unsent,
        partner=partner,
        part=plan["parts"][0],
        document=str(plan["id"]),
        data=data,
    )


def _stop_relay(backstage: Backstage) -> None:
    """Let the outbox fill; the next version has another relay."""
    client = backstage.client("lambda")
    name = f"plekken-{backstage.stage}-registration-relay"
    [mapping] = client.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)


def _assert_old_work_goes_on(stand: Stand, under_way: UnderWay) -> None:
    for person in (under_way.queued, under_way.unsent):
        stand.mailbox.wait(person.email, "Je bent aangemeld")
    assert "wave" not in stand.registration(under_way.queued)
    new_page = stand.browser().get(f"/congres/{stand.congress}").expect(200)
    assert any(asset not in new_page.text for asset in under_way.assets), "the looks are new"
    for asset in under_way.assets:
        stand.browser().get(asset).expect(200)
    late = steps.somebody("Laat")
    typed = {"naam": late.name, "email": late.email, "doelgroep": "resident", "akkoord": "ja"}
    browser = stand.browser()
    browser.follow(browser.submit(under_way.form, "/aanmelden", **typed)).expect(200)
    stand.mailbox.wait(late.email, "Je bent aangemeld")
    part = under_way.part
    under_way.partner.request("PUT", part["url"], under_way.data, part["headers"]).expect(200)

    def inspected() -> bool:
        key = f"DOCUMENT#{under_way.document}"
        found = stand.backstage.items("documents", key)
        return bool(found) and found[0]["state"] == "inspected"

    wait_for("inspection", inspected)


def _waves(backstage: Backstage) -> set[str]:
    """What the new consumer read in events of both versions."""
    lines = [line for line in backstage.log_lines() if "wave.seen" in line]
    return {json.loads(line)["wave"] for line in lines}


def _assert_nothing_dangles(stand: Stand) -> None:
    """No function, event source, schedule or log is left of a name that went away."""
    functions = stand.backstage.client("lambda")
    names = {one["FunctionName"] for one in functions.list_functions()["Functions"]}
    prefix = f"plekken-{stand.backstage.stage}-registration"
    assert {f"{prefix}-tidy", f"{prefix}-publisher"} <= names
    assert not names & {f"{prefix}-sweep", f"{prefix}-relay"}
    sources = functions.list_event_source_mappings()["EventSourceMappings"]
    fed = {one["FunctionArn"].split(":function:")[1].partition(":")[0] for one in sources}
    assert fed <= names
    events = stand.backstage.client("events")
    for rule in events.list_rules()["Rules"]:
        for one in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]:
            if ":function:" in one["Arn"]:
                assert one["Arn"].split(":function:")[1].partition(":")[0] in names
    groups = stand.backstage.client("logs").describe_log_groups()["logGroups"]
    ours = {one["logGroupName"] for one in groups if "registration" in one["logGroupName"]}
    assert ours == {f"/plekken/{stand.backstage.stage}/registration"}


def _rename(stand: Stand, link: str, name: str) -> None:
    browser = stand.browser()
    page = steps.open_registration(browser, link)
    browser.follow(browser.submit(page, "/wijzigen", naam=name)).expect(200)


def _deploy_without_data(stand: Stand) -> None:
    """Deploy registration with another table and without its inbox."""
    artefacts, cloud = Artefacts(stand.platform.cloud), stand.platform.cloud
    deployed = cloud.client("cloudformation").get_template(
        StackName=stack_name(stand.backstage.stage, "registration"), TemplateStage="Original"
    )["TemplateBody"]
    content = json.loads(deployed) if isinstance(deployed, str) else deployed
    resources = content["Resources"]
    resources["Table"]["Properties"]["TableName"] = {"Fn::Sub": "plekken-${Stage}-other"}
    resources["OtherQueue"] = resources.pop("InboxQueue")
    resources["OtherQueue"]["Properties"]["QueueName"] = {"Fn::Sub": "plekken-${Stage}-other"}
    text = template.dump(content).replace(b'"InboxQueue"', b'"OtherQueue"')
    key = artefacts.put(text, ".json")
    parameters = {
        one["ParameterKey"]: one["ParameterValue"]
        for one in cloud.client("cloudformation").describe_stacks(
            StackName=stack_name(stand.backstage.stage, "registration")
        )["Stacks"][0]["Parameters"]
    }
    deploy_stack(cloud, "registration", artefacts.address(key), parameters)
