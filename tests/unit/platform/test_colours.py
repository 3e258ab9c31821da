"""The contrast of the network's colours, as WCAG computes it."""

import re
from pathlib import Path
from random import Random

import pytest

from chalicelib.platform.domain import colours

STYLES = (Path(__file__).parents[3] / "shared/static/plekken.css").read_text()


@pytest.mark.parametrize(
    ("first", "second", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#ffffff", 4.54),
        ("#0000ff", "#ffffff", 8.59),
        ("#ff0000", "#ffffff", 4.0),
    ],
)
def test_known_ratios(first: str, second: str, ratio: float) -> None:
    assert colours.contrast(first, second) == pytest.approx(ratio, abs=0.01)
    assert colours.contrast(second, first) == colours.contrast(first, second)


@pytest.mark.parametrize("text", ["", "red", "#abc", "#ABCDEF", "#12345g", "#1234567", "#12345\n"])
def test_only_rrggbb_is_a_colour(text: str) -> None:
    assert not colours.is_colour(text)
    assert colours.is_colour("#0a1b2c")


def test_the_standard_colours_pass() -> None:
    assert colours.judge_main(colours.MAIN) is None
    assert colours.judge_accent(colours.ACCENT, "") is None


def test_a_light_main_colour_gets_the_nearest_shade_that_passes() -> None:
    found = colours.judge_main("#ff8800")
    assert found is not None
    assert found.contrast < 2.5
    assert colours.judge_main(found.instead) is None
    red, green, blue = (int(found.instead[at : at + 2], 16) for at in (1, 3, 5))
    assert red > green > blue == 0, "still an orange"


def test_every_proposal_and_every_shade_passes() -> None:
    random = Random("colours")
    for turn in range(300):
        main, accent = (f"#{random.randrange(1 << 24):06x}" for _ in range(2))
        wrong = colours.judge_main(main)
        main = wrong.instead if wrong else main
        assert colours.judge_main(main) is None
        wrong = colours.judge_accent(accent, main)
        accent = wrong.instead if wrong else accent
        assert colours.judge_accent(accent, main) is None
        found = colours.shades(main, accent if turn % 3 else "")
        pairs = [
            (found.main, colours.WHITE),
            (found.main_hover, colours.WHITE),
            (found.accent, colours.INK),
            (found.accent_hover, colours.INK),
            (found.accent, found.main),
            (found.dark, colours.DARK_PAGE),
            (found.dark, found.on_dark),
            (found.dark_hover, found.on_dark),
        ]
        assert min(colours.contrast(*pair) for pair in pairs) >= colours.LEAST_CONTRAST, main


def test_the_grounds_are_those_of_the_style_sheet() -> None:
    light, dark = STYLES.split("prefers-color-scheme:dark")[:2]
    assert f"--ink:{colours.INK}" in light
    assert f"--deep:{colours.MAIN}" in light
    assert f"--sun:{colours.ACCENT}" in light
    assert re.findall(r"--wash:(#\w{6})", light) == [colours.LIGHT_PAGE]
    assert re.findall(r"--wash:(#\w{6})", dark) == [colours.DARK_PAGE]
