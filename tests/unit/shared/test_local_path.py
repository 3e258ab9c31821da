"""Where a sign-in and an undo may lead."""

import pytest

from shared.flash import local_path


@pytest.mark.parametrize("path", ["/leden/beheer", "/congres/beheer?na=x%20y", "/"])
def test_a_path_on_this_site_is_kept(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "leden",
        "//evil.example.org",
        "///evil.example.org",
        "/\\evil.example.org",
        "\\/evil.example.org",
        "https://evil.example.org",
        "/\t/evil.example.org",
        "/\n/evil.example.org",
        " /leden",
        "javascript:alert(1)",
        "/" + "x" * 600,
    ],
)
def test_everything_else_is_dropped(path: str) -> None:
    assert local_path(path) == ""
