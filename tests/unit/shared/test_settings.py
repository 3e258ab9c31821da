"""The environment is one validated model."""

import pytest

from shared import keys, settings


class Numbered(settings.Settings, frozen=True, kw_only=True):
    """Settings with a number."""

    largest_upload: int


def test_a_missing_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LARGEST_UPLOAD", raising=False)
    with pytest.raises(RuntimeError, match="largest_upload"):
        settings.load(Numbered)


def test_a_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LARGEST_UPLOAD", "veel")
    with pytest.raises(RuntimeError, match="largest_upload"):
        settings.load(Numbered)


@pytest.mark.parametrize("text", ["", "a:", "a:c2hvcnQ=", ":" * 3])
def test_a_missing_or_short_key_stops_the_function(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINK_KEYS", text)
    settings.forget()
    try:
        with pytest.raises((RuntimeError, ValueError)):
            keys.current_key()
    finally:
        monkeypatch.undo()
        settings.forget()
