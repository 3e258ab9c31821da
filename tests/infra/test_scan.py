"""The scan of `make check` finds what it should, and lets ordinary lines pass."""

from pathlib import Path

import pytest

from infra import scan


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(scan, "ROOT", tmp_path)

    def file(text: str) -> Path:
        path = tmp_path / "module.py"
        path.write_text(text)
        return path

    return file


@pytest.mark.parametrize(
    "line",
    [
        "key = '" + "AKIA" + "ABCDEFGHIJKLMNOP'",
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        "aws_secret_access_key = " + "a" * 40,
        "https://example.org/congres/aanmelding?sleutel=" + "0" * 26 + ".1.k1." + "a" * 27,
    ],
)
def test_a_secret_in_a_file_is_found(write, line: str) -> None:
    assert len(list(scan.secrets(write(line)))) == 1


@pytest.mark.parametrize("line", ["ASIAI44QH8DHBEXAMPLE", "sleutel=…", "AWS_SECRET_ACCESS_KEY"])
def test_what_only_looks_like_a_secret_passes(write, line: str) -> None:
    assert list(scan.secrets(write(line))) == []


@pytest.mark.parametrize(
    "line",
    [
        'log("sent", to=mail.email)',
        'log("sent", who=f"{registration.name}")',
        'log_error("failed", error, query=request.query)',
        'metric("Sent", 1, "Count", who=person)',
        'observability.log("asked", at=link)',
    ],
)
def test_a_personal_value_in_a_log_line_is_found(write, line: str) -> None:
    assert list(scan.personal_logs(write(line)))


@pytest.mark.parametrize(
    "line",
    [
        'log("sent", registration_id=registration.id)',
        'log("refused", error=type(error).__name__, status=error.status)',
        "send(mail.email)",
    ],
)
def test_ids_codes_and_counts_may_be_logged(write, line: str) -> None:
    assert list(scan.personal_logs(write(line))) == []
