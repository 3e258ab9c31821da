"""Foreseen failures are one clear sentence, never a traceback."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from infra import bootstrap, load, stage
from infra.cloud import connect, embedded
from infra.local import emulator
from infra.paths import ROOT
from infra.problems import Problem


def write(folder: Path, text: str) -> None:
    (folder / "ours.yaml").write_text(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("mail_from: a@example.org", "missing required field `origin`"),
        ("origin: plekken.nl\nmail_from: a@example.org", "origin is an address such as"),
        ("origin: https://a.nl/\nmail_from: a@example.org", "without a slash at the end"),
        ("origin: https://a.nl\nmail_from: us", "mail_from is an e-mail address"),
        ("origin: https://a.nl\nmail_from: a@b.nl\ncolour: red", "unknown field `colour`"),
        ("origin: https://a.nl\nmail_from: a@b.nl\ndomain_name: a.nl", "go together"),
        ("origin: https://a.nl\nmail_from: a@b.nl\nlog_days: soon", "`int`"),
        ("origin: [", "not valid YAML"),
        (
            "origin: https://a.nl\nmail_from: a@b.nl\nframe_ancestors: https://c.nl; https://d.nl/x",
            "nothing after the name; not 'https://c.nl;'",
        ),
    ],
)
def test_stage_file_says_what_is_wrong(tmp_path: Path, text: str, sentence: str) -> None:
    write(tmp_path, text)
    with pytest.raises(Problem) as caught:
        stage.read("ours", tmp_path)
    assert sentence in str(caught.value)


@pytest.mark.parametrize("name", ["", "A", "x", "two-words", "averylongstagename"])
def test_stage_names_are_short_and_plain(name: str) -> None:
    with pytest.raises(Problem, match="stage name"):
        stage.read(name)


def test_unknown_stage_lists_the_known_ones() -> None:
    with pytest.raises(Problem, match="there are: example, local, test"):
        stage.read("nowhere")


def test_stage_gives_every_parameter_a_text() -> None:
    given = stage.read("local").parameters()
    assert given["Stage"] == "local"
    assert given["RequireTls"] == "false"
    assert given["SenderDomain"] == "example.org"
    assert all(isinstance(value, str) for value in given.values())


def test_taken_port_names_another_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Problem, match=f"Port {port} is in use.*make run PORT={port + 1}"):
            emulator.check_port(port, "PORT")


def test_commands_say_that_nothing_runs_locally(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="make run"):
        embedded(stage.read("local"), tmp_path)


def test_missing_profile_is_named() -> None:
    here = stage.Stage(name="ours", origin="https://a.nl", mail_from="a@a.nl", profile="nobody")
    with pytest.raises(Problem, match="no profile 'nobody'"):
        connect(here)


@pytest.mark.parametrize(
    ("system", "machine", "version", "sentence"),
    [
        ("darwin", "arm64", (3, 12), "not on darwin arm64"),
        ("linux", "aarch64", (3, 12), "not on linux aarch64"),
        ("linux", "x86_64", (3, 9), "not 3.9"),
        ("linux", "x86_64", (3, 14), "not 3.14"),
    ],
)
def test_unsupported_machine_is_one_sentence(
    system: str, machine: str, version: tuple[int, int], sentence: str
) -> None:
    with pytest.raises(bootstrap.CannotStartError, match=sentence):
        bootstrap.check_machine(system, machine, version)


def test_missing_venv_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(bootstrap.CannotStartError, match="apt-get install python3-venv"):
        bootstrap.check_machine("linux", "x86_64", (3, 11))


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("Failed to establish a new Connection: [Errno 101]", "check the network"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES FROM", "differs from the one we pinned"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
    ],
)
def test_pips_failures_are_explained(said: str, sentence: str) -> None:
    assert sentence in str(bootstrap.reason(said))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (": [", "not valid YAML"),
        ("- a", "holds no congress"),
        ("title: x", "can't tell what it is"),
    ],
)
def test_file_to_load_says_what_is_wrong(tmp_path: Path, text: str, sentence: str) -> None:
    write(tmp_path, text)
    with pytest.raises(Problem, match=sentence):
        load.loader_for(load.read(tmp_path / "ours.yaml"))


@pytest.mark.parametrize(
    "command",
    [
        ["infra.deploy", "--stage", "local"],
        ["infra.deploy", "--stage", "nowhere"],
        ["infra.load", "--stage", "nowhere", "x.yaml"],
        ["infra.redrive", "--stage", "local"],
        ["infra.organiser", "--stage", "nowhere", "a@example.org"],
        ["infra.recovery.backup", "--stage", "local"],
        ["infra.recovery.backup", "--stage", "nowhere", "folder"],
        ["infra.recovery.restore", "--stage", "local"],
        ["infra.recovery.restore", "--stage", "nowhere", "--only-forget"],
        ["infra.releases", "--stage", "nowhere"],
        ["infra.package", "--python", "2.0"],
    ],
)
def test_commands_end_with_a_sentence(command: list[str]) -> None:
    result = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert result.stderr.startswith("plekken: ")
    assert len(result.stderr.strip().splitlines()) == 1
