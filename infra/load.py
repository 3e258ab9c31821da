"""`make load`: hand an organiser's file to the use case of the service that it is for."""

import argparse
import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from infra import environment, stage
from infra.cloud import Cloud, connect
from infra.deploy import outputs
from infra.paths import SERVICES, service_folder
from infra.problems import Problem, command
from infra.yaml_lines import line_of

Loader = Callable[[dict[str, Any], Path], str]


def read(path: Path) -> dict[str, Any]:
    """Return what the file says. Raises Problem."""
    try:
        content = yaml.safe_load(path.read_text())
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror}.") from error
    except yaml.YAMLError as error:
        raise Problem(f"{path} is not valid YAML: {error}") from error
    if not isinstance(content, dict):
        raise Problem(f"{path} holds no congress, members or documents.")
    return content


def loader_for(content: dict[str, Any]) -> Loader:
    """Return the function that loads this kind of file. Raises Problem."""
    if "members" in content:
        return _load_members
    if "starts" in content:  # first: a congress names documents too
        return _load_congress
    if "documents" in content:
        return _load_documents
    raise Problem(
        "The file has none of `members`, `documents` or `starts`, so we can't tell what it is."
    )


def load(cloud: Cloud, values: dict[str, str], path: Path) -> str:
    """Load the file and return a sentence about what happened. Raises Problem.

    A process can do this for one stage only: models read their table's name when imported.
    """
    content = read(path)
    use_case = loader_for(content)
    environment.become(cloud, values)
    sys.path[:0] = [str(service_folder(service)) for service in SERVICES]
    from shared.errors import PlekkenError  # noqa: PLC0415 - reads the environment when imported

    try:
        return use_case(content, path.parent)
    except PlekkenError as error:
        raise Problem(_refusal(path, error.code, error.fields)) from error


def _refusal(path: Path, code: str, fields: Mapping[str, str]) -> str:
    """A sentence, and below it a line of the file with what is wrong there, in its order."""
    text = path.read_text()
    found = sorted((line_of(text, name), name, reason) for name, reason in fields.items())
    lines = "".join(f"\n  line {line}, {name}: {reason}" for line, name, reason in found)
    return f"{path.name} is refused ({code}).{lines}"


def _load_congress(content: dict[str, Any], _: Path) -> str:
    from chalicelib.registration.collaborators import clock, repository  # noqa: PLC0415
    from chalicelib.registration.usecases.define import define_event  # noqa: PLC0415

    definition = define_event(repository(), clock, definition=content)
    return f"congress {definition.id}"


def _load_members(content: dict[str, Any], _: Path) -> str:
    from chalicelib.directory.repository import Repository  # noqa: PLC0415
    from chalicelib.directory.usecases import load_members  # noqa: PLC0415
    from shared.clock import SystemClock  # noqa: PLC0415

    added = load_members(Repository(), SystemClock(), members=content["members"])
    return f"{added} new members"


def _load_documents(content: dict[str, Any], folder: Path) -> str:
    from chalicelib.documents.repository import Repository  # noqa: PLC0415
    from chalicelib.documents.storage import Storage  # noqa: PLC0415
    from chalicelib.documents.usecases.load import load_documents  # noqa: PLC0415
    from shared.clock import SystemClock  # noqa: PLC0415

    documents = content["documents"]
    storage = Storage(os.environ["QUARANTINE_BUCKET"], os.environ["LIBRARY_BUCKET"])
    added = load_documents(
        Repository(), SystemClock(), storage, documents=documents, base_dir=folder
    )
    return f"{added} new documents"


@command
def main() -> None:
    """Load the named files into the stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stage", required=True)
    parser.add_argument("files", nargs="+", type=Path, help="YAML files; see infra/sample")
    arguments = parser.parse_args()
    cloud = connect(stage.read(arguments.stage))
    values = outputs(cloud)
    for path in arguments.files:
        started = time.monotonic()
        sentence = load(cloud, values, path)
        cloud.say(f"loaded {path.name}: {sentence} ({time.monotonic() - started:.1f} s)")


if __name__ == "__main__":
    main()
