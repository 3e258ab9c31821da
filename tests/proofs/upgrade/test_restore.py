"""Everything is lost, and comes back from a backup; whoever was erased since does not."""

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from tests.flows import steps
from tests.flows.browser import Browser
from tests.flows.tools import SWEEPER_NOTES, Backstage, Contents, Mailbox, wait_for
from tests.proofs.conftest import Figures
from tests.proofs.upgrade.commands import damage, refusal, run
from tests.proofs.upgrade.scene import Director, Scene

pytestmark = [pytest.mark.embedded_aws, pytest.mark.timeout(900)]

BACKUP, RESTORE = "infra.recovery.backup", "infra.recovery.restore"
PASSING = ("LIMIT#", "PROOF#", "SESSION#")
# Another bucket gives other versions, and the sweeper counts on.
RENAMED = {"library_version", "version_id", *SWEEPER_NOTES}


@dataclass
class Anew:
    """The new platform, and what its predecessor held."""

    platform: Any
    backstage: Backstage
    mailbox: Mailbox
    scene: Scene
    contents: Contents
    said: str  # by the restore


def test_what_was_lost_comes_back_and_the_erased_stay_erased(
    platform: Any,
    load_congress: Callable[..., str],
    staff: Any,
    mailbox: Mailbox,
    backstage: Backstage,
    tmp_path: Path,
    figures: Figures,
) -> None:
    from tests.running import running_platform

    folder = tmp_path / "backup"
    director = Director(platform, load_congress, staff, mailbox, backstage)
    scene = director.fill()
    with backstage.paused("documents-inspect"):
        scene.arriving = director.upload(scene)
        contents = backstage.contents(without=PASSING)
        said = run(platform, BACKUP, str(folder))
    director.erase(scene)
    run(platform, BACKUP, "--only-erasures", str(folder))
    _assert_unreadable(folder, scene)
    with running_platform(tmp_path / "anew") as running:
        _refuse_what_is_wrong(running, folder, tmp_path)
        restored = run(running, RESTORE, str(folder))
        anew = Anew(
            running,
            Backstage(running.cloud.client, running.cloud.stage.name),
            Mailbox(running.aws.mail_folder),
            scene,
            contents,
            restored,
        )
        _assert_everything_is_back(anew)
        _assert_the_erased_are_gone(anew)
        _use_what_came_back(anew, staff.email)
        assert "would be lost" in refusal(running, RESTORE, str(folder))
        _erase_again_after_another_restore(anew)
    items, objects = re.findall(r"(\d+) items, (\d+) files", said)[0]
    [left] = re.findall(r"(\d+) items stay erased", restored)
    figures(
        "restore",
        f"{items} items, {objects} objects; 3 people and a document erased after the backup "
        f"({left} items) stay erased; 0 mails twice",
    )


def _assert_unreadable(folder: Path, scene: Scene) -> None:
    for path in folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert scene.people.member.email.encode() not in content, path.name
        assert b"%PDF" not in content, path.name


def _refuse_what_is_wrong(running: Any, folder: Path, tmp_path: Path) -> None:
    wrong = refusal(running, RESTORE, str(folder), passphrase="iets heel anders")
    assert wrong == "The passphrase is not the one that this backup was made with."
    damaged = shutil.copytree(folder, tmp_path / "damaged")
    damage(damaged / "tables" / "documents.enc")
    sentence = refusal(running, RESTORE, str(damaged))
    assert "documents.enc is not what was written. Nothing was restored." in sentence
    manifest = json.loads((folder / "backup.json").read_text())
    (damaged / "backup.json").write_text(json.dumps({**manifest, "format": 99}))
    assert "format 99" in refusal(running, RESTORE, str(damaged))
    assert "holds no backup" in refusal(running, RESTORE, str(tmp_path))
    assert "name a new folder" in refusal(running, BACKUP, str(folder))


def _assert_everything_is_back(anew: Anew) -> None:
    """Item by item as it was, but for what was erased and what the arriving upload causes."""
    anew.backstage.wait_until_quiet()
    now = anew.backstage.contents(without=PASSING)
    gone: list[str] = []
    for table, items in anew.contents.items():
        for key, item in items.items():
            if key[0] == "ORGANISERS" or anew.scene.arriving in "".join(key):
                continue
            found = now[table].get(key)
            same = found and _lasting(found) == _lasting(item)
            if not same:
                gone.append(f"{table} {key[0]} {key[1]}")
    ids = _erased_ids(anew)
    unexplained = [line for line in gone if not any(one in line for one in ids)]
    unexplained = [line for line in unexplained if not _is_of_the_erased(line, anew)]
    assert unexplained == []


def _lasting(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in RENAMED}


def _erased_ids(anew: Anew) -> set[str]:
    """The ids of what was erased after the backup, out of what stood there then."""
    people = anew.scene.people
    emails = {people.erased.email, people.leaver.email}
    found = {anew.scene.taken_down}
    for (pk, _), item in anew.contents["registration"].items():
        if pk.startswith("REGISTRATION#") and item.get("email") in emails:
            found.add(pk.removeprefix("REGISTRATION#"))
    for person in (people.withdrawn, people.erased):
        found |= {
            pk.removeprefix("MEMBER#")
            for (pk, _), item in anew.contents["directory"].items()
            if pk.startswith("MEMBER#") and person.fields["initiatief"] in item["member"]
        }
    return found


def _is_of_the_erased(line: str, anew: Anew) -> bool:
    """Whether it belongs to them by what it holds, or follows from their number's death."""
    table, pk, sk = line.split(" ")
    item = anew.contents[table][pk, sk]
    ids = _erased_ids(anew)
    slug = urlsplit(anew.scene.links["withdrawn"]).path.rpartition("/")[2]
    held = {item.get("registration_id"), item.get("member_id"), item.get("document_id")}
    line = pk == f"POOL#{anew.scene.other_congress}#congress"  # it moves past the dead number
    return bool(held & ids) or (pk == "PUBLIC" and sk == slug) or line


def _assert_the_erased_are_gone(anew: Anew) -> None:
    people, scene = anew.scene.people, anew.scene
    own = [people.erased.email, people.erased.fields["initiatief"], "zonder noten"]
    left = people.withdrawn.fields["initiatief"]  # still registered for the congress
    stored = {table: str(items) for table, items in anew.backstage.contents().items()}
    for table, text in stored.items():
        assert not [word for word in own if word in text], table
        assert table == "registration" or left not in text, table
    assert not anew.backstage.items("documents", f"DOCUMENT#{scene.taken_down}")
    words = [*own, left, scene.taken_down]
    visitor = Browser(anew.platform.origin)
    slug = urlsplit(scene.links["withdrawn"]).path
    visitor.get(slug).expect(404)
    visitor.get(f"/documenten/{scene.taken_down}").expect(404)
    for path in (
        "/",
        "/leden",
        "/documenten",
        "/leden/api/v1/members",
        f"/leden?zoek={quote(left)}",
    ):
        page = visitor.get(path).expect(200)
        for word in words:
            assert word not in page.text.replace(f'value="{word}"', ""), f"{word} on {path}"
    keys = _keys(anew)
    assert not [key for key in keys if scene.taken_down in key]
    link = f"/congres{scene.links['erased'].partition('/congres')[2]}"
    assert _opened(visitor, link, "/congres/aanmelding") == 410, "an erased registration's link"


def _opened(visitor: Browser, link: str, action: str) -> int:
    """The status of what a mailed link opens, once its button is pressed."""
    answer = visitor.get(link)
    if answer.status == 200:
        answer = visitor.submit(answer, action)
    if answer.status == 303:
        answer = visitor.get(answer.location)
    return answer.status


def _keys(anew: Anew) -> list[str]:
    s3 = anew.platform.cloud.client("s3")
    buckets = [one["Name"] for one in s3.list_buckets()["Buckets"]]
    data = [one for one in buckets if not one.endswith(("-artefacts", "-erasures"))]
    found = (s3.list_object_versions(Bucket=bucket).get("Versions", []) for bucket in data)
    return [one["Key"] for versions in found for one in versions]


def _use_what_came_back(anew: Anew, organiser: str) -> None:
    """Old links, files, seats, the desk, and no mail that somebody had already."""
    scene, origin = anew.scene, anew.platform.origin
    visitor, partner = Browser(origin), Browser(origin)
    for document in scene.files.keys() - {scene.taken_down}:
        visitor.get(f"/documenten/{document}").expect(200)
        file = visitor.get(f"/documenten/{document}/bestand?opslaan=ja")
        answer = visitor.get(file.location).expect(200)
        assert answer.body == scene.files[document]
    manage = f"/congres{scene.links['waiting'].partition('/congres')[2]}"
    assert "wachtlijst" in steps.open_registration(visitor, manage).words
    uploads = f"/documenten{scene.links['member uploads'].partition('/documenten')[2]}"
    steps.open_invitation(partner, uploads)
    gone = f"/documenten{scene.links['withdrawn uploads'].partition('/documenten')[2]}"
    assert _opened(visitor, gone, "/documenten/uploaden") == 410, "who left the guide"
    [password] = re.findall(rf"{organiser} has a new first password: (\S+)", anew.said)
    desk = steps.sign_in(Browser(origin), organiser, password)
    wait_for("inspection of the upload that waited", lambda: _state(anew) == "inspected")
    steps.publish(desk, scene.arriving)
    anew.backstage.wait_until_quiet()
    new = [mail for mail in anew.mailbox.all() if mail.to != organiser]
    assert [mail.subject for mail in new if "Onderweg" not in mail.text] == []
    _assert_seats_add_up(anew)


def _state(anew: Anew) -> str:
    found = anew.backstage.items("documents", f"DOCUMENT#{anew.scene.arriving}")
    return str(found[0]["state"]) if found else ""


def _assert_seats_add_up(anew: Anew) -> None:
    items = anew.backstage.items("registration")
    registered = {
        item["pk"].removeprefix("REGISTRATION#")
        for item in items
        if item["pk"].startswith("REGISTRATION#") and item["sk"] == "REGISTRATION"
    }
    live = [item for item in items if item["pk"].startswith("NUMBER#") and item["state"] != "dead"]
    assert {item["registration_id"] for item in live} <= registered
    dead = {(item["pk"], item["sk"]) for item in items if item["pk"].startswith("DEAD#")}
    for pool in (item for item in items if item["pk"].startswith("POOL#")):
        line = pool["pk"].removeprefix("POOL#")
        seated = [
            item
            for item in live
            if item["pk"].startswith(f"NUMBER#{line}#") and item["state"] == "seated"
        ]
        assert len(seated) <= int(pool["capacity"])
        numbers = {item["sk"] for item in items if item["pk"].startswith(f"NUMBER#{line}#")}
        assert len(numbers) == int(pool["issued"]), line
        buried = {sk for pk, sk in dead if pk == f"DEAD#{line}"}
        assert buried == {
            item["sk"]
            for item in items
            if item["pk"].startswith(f"NUMBER#{line}#") and item["state"] == "dead"
        }


def _erase_again_after_another_restore(anew: Anew) -> None:
    """A point-in-time restore knows nothing of the journal; `make forget` does the rest."""
    client = anew.platform.cloud.client("dynamodb")
    found = [
        (key, item)
        for key, item in anew.contents["registration"].items()
        if item.get("email") == anew.scene.people.erased.email
    ]
    assert found
    for (pk, sk), _item in found:
        client.put_item(
            TableName=anew.backstage.table("registration"),
            Item={"pk": {"S": pk}, "sk": {"S": sk}, "email": {"S": "terug@example.org"}},
        )
    assert "1 items were erased again" in run(anew.platform, RESTORE, "--only-forget")
    assert "terug@" not in str(anew.backstage.items("registration"))
    assert "0 items were erased again" in run(anew.platform, RESTORE, "--only-forget")
