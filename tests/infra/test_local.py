"""The local world: on loopback only, and with the rights of an operator, not of root."""

import base64
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from infra import redrive
from infra.local import world
from infra.paths import ROOT
from infra.problems import Problem
from tests.flows.tools import wait_for
from tests.running import free_port, running_platform

if TYPE_CHECKING:
    from infra.local.world import Platform

pytestmark = pytest.mark.embedded_aws
LISTENING = "0A"  # TCP state in /proc/net/tcp
LOOPBACK = {"0100007F", "00000000000000000000000001000000", "0000000000000000FFFF00000100007F"}


def listening_sockets() -> dict[str, str]:
    """{inode: local address in hexadecimal} of every listening TCP socket of this machine."""
    found = {}
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTENING:
                found[fields[9]] = fields[1]
    return found


def descendants(process_id: int) -> set[int]:
    table = subprocess.run(["ps", "-eo", "pid,ppid"], capture_output=True, text=True, check=True)
    pairs = [tuple(map(int, line.split())) for line in table.stdout.splitlines()[1:]]
    family = {process_id}
    while True:
        more = {child for child, parent in pairs if parent in family} - family
        if not more:
            return family
        family |= more


def sockets_of(process_ids: set[int]) -> set[str]:
    inodes = set()
    for process_id in process_ids:
        for link in Path(f"/proc/{process_id}/fd").glob("*"):
            try:
                name = str(link.readlink())
            except OSError:  # closed meanwhile
                continue
            if name.startswith("socket:["):
                inodes.add(name[8:-1])
    return inodes


def test_nothing_of_ours_listens_off_loopback(platform: "Platform") -> None:
    listening = listening_sockets()
    ours = sockets_of(descendants(os.getpid()) | descendants(platform.aws.process.pid))
    addresses = {listening[inode] for inode in ours & listening.keys()}
    assert len(addresses) >= 2, "the front door and the embedded AWS should listen"
    for address in addresses:
        assert address.split(":")[0] in LOOPBACK


def test_we_are_an_iam_user(platform: "Platform") -> None:
    identity = platform.cloud.client("sts").get_caller_identity()
    assert identity["Arn"].endswith(":user/operator")


def get(url: str) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status, answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.headers


def test_services_refuse_who_passes_the_front_door_by(platform: "Platform") -> None:
    api = f"{platform.aws.endpoint}/_aws/execute-api/{platform.values['DirectoryApiId']}/api"
    assert get(f"{platform.origin}/leden")[0] == 200
    assert get(f"{api}/leden")[0] == 403


def test_every_answer_has_the_security_headers(platform: "Platform") -> None:
    for path in (
        "/",
        "/leden",
        "/congres/weg/weg/weg",
        "/static/manifest.json",
        "/leden/api/health",
    ):
        _, headers = get(platform.origin + path)
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Referrer-Policy"] == "strict-origin", path
        assert "default-src" in headers["Content-Security-Policy"], path


def test_unknown_paths_are_not_found(platform: "Platform") -> None:
    for path in ("/weg", "/congres/a/b/c", "/leden/a/b/c", "/documenten/a/b/c"):
        assert get(platform.origin + path)[0] == 404, path


def test_mailbox_shows_a_mail_with_its_attachments(platform: "Platform") -> None:
    message = EmailMessage()
    message["From"], message["To"] = "plekken@example.org", "iemand@example.org"
    message["Subject"] = "Proef <b>"
    message.set_content("tekst")
    message.add_alternative("<p>html</p>", subtype="html")
    message.add_attachment(b"BEGIN:VCALENDAR", "text", "calendar", filename="congres.ics")
    platform.cloud.client("sesv2").send_email(
        FromEmailAddress="plekken@example.org",
        Destination={"ToAddresses": ["iemand@example.org"]},
        Content={"Raw": {"Data": message.as_bytes()}},
    )
    mail = next(mail for mail in platform.mailbox.all() if mail.message["Subject"] == "Proef <b>")
    assert mail.summary()["attachments"][0]["name"] == "congres.ics"
    with urllib.request.urlopen(f"{platform.origin}/_local/mail") as page:
        assert "Proef &lt;b&gt;" in page.read().decode()
    with urllib.request.urlopen(f"{platform.origin}/_local/mail/{mail.id}/0") as attachment:
        assert attachment.read() == b"BEGIN:VCALENDAR"
        assert "attachment" in attachment.headers["Content-Disposition"]


def test_redrive_brings_dead_letters_back(platform: "Platform") -> None:
    sqs = platform.cloud.client("sqs")
    name = f"plekken-{platform.cloud.stage.name}-proof"
    source = sqs.create_queue(QueueName=f"{name}-dlq")["QueueUrl"]
    destination = sqs.create_queue(QueueName=name)["QueueUrl"]
    bodies = {base64.b32encode(bytes([number])).decode() for number in range(25)}
    for body in bodies:
        sqs.send_message(QueueUrl=source, MessageBody=body)
    assert redrive.redrive(platform.cloud, "proof") == len(bodies)
    found = set()
    while answer := sqs.receive_message(QueueUrl=destination, MaxNumberOfMessages=10).get(
        "Messages"
    ):
        found |= {message["Body"] for message in answer}
    assert found == bodies


def test_a_restart_still_has_everything(tmp_path: Path) -> None:
    item = {"pk": {"S": "PROOF"}, "sk": {"S": "PROOF"}}
    aws_port = free_port()
    with running_platform(tmp_path, aws_port) as first:
        table = first.values["AccessTable"]
        first.cloud.client("dynamodb").put_item(TableName=table, Item=item)
        first.cloud.client("s3").put_object(Bucket=first.values["WebBucket"], Key="x", Body=b"1")
        assert "First password" in make_organiser(first)
    with running_platform(tmp_path, aws_port) as again:
        found = again.cloud.client("dynamodb").get_item(TableName=table, Key=item)
        assert found["Item"] == item
        kept = again.cloud.client("s3").get_object(Bucket=again.values["WebBucket"], Key="x")
        assert kept["Body"].read() == b"1"
        assert "First password" not in make_organiser(again)
        page = f"{again.origin}/leden"
        wait_for("member guide", lambda: get(page)[0] == 200)  # a first start beside other work


def make_organiser(platform: "Platform") -> str:
    """What `make organiser` says; a process of its own, as the command changes its environment."""
    command = [sys.executable, "-m", "infra.organiser", "--stage", "test", "wie@example.org"]
    environment = {"PATH": os.defpath, "PLEKKEN_LOCAL": str(platform.aws.folder)}
    result = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_kept_state_wants_its_own_port(tmp_path: Path) -> None:
    (tmp_path / "addresses.json").write_text(json.dumps({"endpoint": "http://127.0.0.1:14566"}))
    with pytest.raises(Problem, match="AWS_PORT=14566"):
        world.start("test", tmp_path, free_port(), free_port())
