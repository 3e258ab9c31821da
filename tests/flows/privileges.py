"""Every permission of every policy file, and a function's role with one of them taken away."""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from infra.paths import service_folder
from tests.flows.tools import SERVICES, Backstage


@dataclass(frozen=True)
class Permission:
    """One action in one statement of one function's policy."""

    service: str
    kind: str
    sid: str
    action: str

    @property
    def function(self) -> str:
        return f"{self.service}-{self.kind}"

    @property
    def is_silent(self) -> bool:
        """Whether its lack can't be shown here."""
        return self.sid in NOT_ENFORCED or f"{self.sid} {self.action}" in NOT_ENFORCED

    def __str__(self) -> str:
        return f"{self.function} {self.sid} {self.action}"


# What the embedded AWS does without asking the function's role: a whole statement, or an action of
# one. `tests/infra/test_templates.py` says how these must look instead.
NOT_ENFORCED = {
    "Log": "the runtime writes the log lines itself",
    "TakeMessages": "the event source mapping polls the queue itself",
    "ReadStream": "the event source mapping polls the stream itself",
    "ReadScannerVerdict": "there is no GuardDuty, so nothing reads its tags",
    "SendMail ses:SendRawEmail": "AWS asks for it when a mail is given raw, the emulator not",
}


def permissions() -> list[Permission]:
    """All that the policy files grant, in a fixed order."""
    found = []
    for service in SERVICES:
        for path in sorted((service_folder(service) / ".chalice").glob("policy-*.json")):
            kind = path.stem.removeprefix("policy-")
            for statement in json.loads(path.read_text())["Statement"]:
                actions = sorted(statement["Action"])
                found += [Permission(service, kind, statement["Sid"], one) for one in actions]
    return found


def enforced() -> list[Permission]:
    """Those of which the embedded AWS can show the lack."""
    return [one for one in permissions() if not one.is_silent]


@contextlib.contextmanager
def without(backstage: Backstage, permission: Permission) -> Iterator[None]:
    """Run the function with its policy less this one permission."""
    iam = backstage.client("iam")
    role = _role(backstage, permission.function)
    [name] = iam.list_role_policies(RoleName=role)["PolicyNames"]
    whole = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    less = _less(whole, permission)
    assert less != whole, f"{permission} is not in the deployed policy"
    iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(less))
    backstage.start_anew(permission.function)
    try:
        yield
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(whole))


def _role(backstage: Backstage, function: str) -> str:
    name = f"plekken-{backstage.stage}-{function}"
    found = backstage.client("lambda").get_function_configuration(FunctionName=name)
    return str(found["Role"].rpartition("/")[2])


def _less(document: dict[str, object], permission: Permission) -> dict[str, object]:
    statements = []
    for statement in json.loads(json.dumps(document["Statement"])):
        if statement["Sid"] == permission.sid:
            statement["Action"] = [one for one in statement["Action"] if one != permission.action]
        if statement["Action"]:
            statements.append(statement)
    return {**document, "Statement": statements}
