"""The version after this one: the tree, copied, with changes as a next release would bring."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from infra.paths import ROOT
from tests.flows.steps import operator_environment

PARTS = ("infra", "services", "shared", "requirements")
REGISTRATION = "services/registration"
CHALICE = f"{REGISTRATION}/chalicelib/registration"
DEPLOY = """
import sys
from pathlib import Path
from infra import stage
from infra.cloud import embedded
from infra.deploy import deploy
from infra.package import package_all
from infra.packaging import target
cloud = embedded(stage.read(sys.argv[1]), Path(sys.argv[2]))
deploy(cloud, package_all(target.here()))
"""


def write(folder: Path) -> Path:
    """Copy the tree to the folder and change it; answers the folder."""
    for part in PARTS:
        ignored = shutil.ignore_patterns("__pycache__", "deployments")
        shutil.copytree(ROOT / part, folder / part, symlinks=True, ignore=ignored)
    (folder / ".build").mkdir()
    (folder / ".build" / "dependencies").symlink_to(ROOT / ".build" / "dependencies")
    for change in (_event_with_a_field, _item_with_an_attribute, _renamed_functions, _new_looks):
        change(_Tree(folder))
    return folder


def deploy(folder: Path, platform: Any) -> str:
    """Package and deploy the tree in the folder with its own code; answers what was said."""
    environment = operator_environment(platform) | {
        "PYTHONPATH": str(folder),
        "PATH": os.environ["PATH"],
    }
    result = subprocess.run(
        [sys.executable, "-c", DEPLOY, platform.cloud.stage.name, str(platform.aws.folder)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


class _Tree:
    """Files to change; a text that is not there fails, so that this keeps up with the code."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def change(self, name: str, *pairs: tuple[str, str]) -> None:
        path = self.folder / name
        text = path.read_text()
        for old, new in pairs:
            assert text.count(old) == 1, f"{name} has {text.count(old)} times {old!r}"
            text = text.replace(old, new)
        path.write_text(text)

    def rename(self, old: str, new: str) -> None:
        (self.folder / old).rename(self.folder / new)


Change = Callable[[_Tree], None]


def _event_with_a_field(tree: _Tree) -> None:
    """`Registered` gets a field with a default, and its consumer uses it when it is there."""
    tree.change(
        "shared/events/registration.py",
        (
            '    NAME: ClassVar[str] = "registration.registered.v1"\n',
            '    NAME: ClassVar[str] = "registration.registered.v1"\n\n    wave: str = "first"\n',
        ),
    )
    tree.change(
        f"{CHALICE}/usecases/joining.py",
        ("    happened = Registered(\n", '    happened = Registered(\n        wave="second",\n'),
    )
    start = "def _on_registered(event: Event, once: Once) -> None:\n"
    noting = "    from shared.observability import log\n"
    noting += '    log("wave.seen", wave=event.data.wave)\n'
    tree.change(f"{CHALICE}/consumers.py", (start, start + noting))


def _item_with_an_attribute(tree: _Tree) -> None:
    """A registration gets an attribute, which old items lack."""
    tree.change(
        f"{CHALICE}/models.py",
        (
            "    registered_at = UTCDateTimeAttribute()\n",
            '    registered_at = UTCDateTimeAttribute()\n    wave = UnicodeAttribute(default="")\n',
        ),
    )
    tree.change(
        f"{CHALICE}/repository/records.py",
        ("        wishes=list(", '        wave="second",\n        wishes=list('),
    )


def _renamed_functions(tree: _Tree) -> None:
    """`sweep` becomes `tidy`, and `relay` becomes `publisher`: a schedule and a stream's reader."""
    folder = f"{REGISTRATION}/.chalice"
    for old, new in (("sweep", "tidy"), ("relay", "publisher")):
        tree.rename(f"{folder}/policy-{old}.json", f"{folder}/policy-{new}.json")
        policy = '"{0}": {{"iam_policy_file": "policy-{0}.json"}}'
        tree.change(f"{folder}/config.json", (policy.format(old), policy.format(new)))
        tree.change(f"{REGISTRATION}/app.py", (f"def {old}(event", f"def {new}(event"))
        tree.change(
            f"{REGISTRATION}/resources.yaml",
            (f"  {old.capitalize()}:\n", f"  {new.capitalize()}:\n"),
            (f'registration-{old}"', f'registration-{new}"'),
        )
    tree.change(
        f"{REGISTRATION}/resources.yaml",
        ("RelayDynamodbEventSource", "PublisherDynamodbEventSource"),
    )


def _new_looks(tree: _Tree) -> None:
    path = tree.folder / "shared" / "static" / "plekken.css"
    path.write_text(path.read_text() + "\n.from-the-next-version { color: inherit }\n")
